from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.feedback import say
from dashboards import protection, published, publishing
from dashboards.annual_report import as_pdf
from dashboards.export import as_csv
from dashboards.forms import WordsForm
from dashboards.models import Publication, Release
from dashboards.operations import read
from dashboards.workbook import as_workbook
from hospital.models import Hospital
from incidents.models import events_of

#: So many stand on the page to choose from, a year with its quarters; the older ones behind a fold.
RECENT = 6
#: So many lines of who wrote what stand on the page.
HISTORY = 50


@allow(Role.BOARD, Role.DIRECTOR, Role.COORDINATOR)
@require_GET
def board(request: SignedInRequest) -> HttpResponse:
    """The published figures of one period or year (`period`, the newest year by default)."""
    return render(request, "dashboards/board.html", _context(request, _take(request)))


@allow(Role.COORDINATOR)
@require_GET
def preview(request: SignedInRequest) -> HttpResponse:
    """The board's page as it will be once what waits is published."""
    taken = _take(request, preview=True)
    if not taken.waiting or taken.chosen is None:
        return redirect("figures:board")
    release = get_object_or_404(Release.objects.shown(), pk=taken.chosen.span.newest)
    waits = taken.chosen.span.releases[-1][0] in taken.waiting
    preview = {"waits": waits, "publishes_itself_at": publishing.publishes_itself_at(release)}
    return render(request, "dashboards/board.html", _context(request, taken) | {"preview": preview})


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: SignedInRequest) -> HttpResponse:
    """Ask once more, and publish: for good."""
    taken = _take(request, preview=True)
    if taken.chosen is None:
        raise Http404
    release = get_object_or_404(Release.objects.shown(), pk=taken.chosen.span.newest)
    page = f"{reverse('figures:board')}?period={taken.chosen.span.code}"
    form = Form(kept_forms.posted(request))
    if request.method == "POST":
        try:
            publishing.publish(release, by=request.user, at=timezone.now())
        except publishing.AlreadyOut as error:
            say(request, _already_out(error.publication), level=messages.INFO)
        else:
            say(request, _("Published. Board and directors can read it now."))
        return redirect(page)
    if taken.chosen.span.releases[-1][0] not in taken.waiting:
        return redirect(page)
    context = {
        "title": _("Publish the figures of %(period)s?") % {"period": _named(taken)},
        "line": _(
            "From then on board and directors read them. Figures never change any more; your words you can "
            "still correct."
        ),
        "action": _("Publish"),
        "cancel_url": f"{reverse('figures:preview')}?period={taken.chosen.span.code}",
        "form": form,
    }
    return render(request, "confirm.html", context)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: SignedInRequest) -> HttpResponse:
    """What the coordinator writes beside the blocks of a page, and corrects; and who wrote what."""
    taken = _take(request, preview=True)
    if taken.chosen is None:
        raise Http404
    span = taken.chosen.span
    release = get_object_or_404(Release.objects.shown(), pk=span.newest)
    waits = span.releases[-1][0] in taken.waiting
    back = f"{reverse('figures:preview' if waits else 'figures:board')}?period={span.code}"
    blocks = taken.chosen.board.blocks
    form = WordsForm(kept_forms.posted(request), blocks=blocks, words=publishing.words_of(release, span.code))
    newer: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            publishing.write(
                release,
                span.code,
                form.texts,
                seen=form.cleaned_data["seen"] or 0,
                by=request.user,
                at=timezone.now(),
            )
        except publishing.WrittenMeanwhile as error:
            titles = {block.id: block.title for block in blocks}
            newer = [{"title": titles.get(block, block), "row": row} for block, row in error.newer.items()]
            again = request.POST.copy()
            again["seen"] = str(max(row.id for row in error.newer.values()))
            shown = publishing.words_of(release, span.code, up_to=form.cleaned_data["seen"] or 0)
            for block, row in error.newer.items():
                # Who did not touch a block saves it as the other left it.
                if form.texts.get(block) == (shown[block].text if block in shown else ""):
                    again[block] = row.text
            form = WordsForm(again, blocks=blocks, words={})
        else:
            say(request, _("Saved."))
            return redirect(back)
    context = {
        "form": form,
        "label": span.label,
        "newer": newer,
        "history": [
            {"title": title, "row": row}
            for row in release.words.filter(page=span.code).select_related("by").order_by("-id")[:HISTORY]
            for title in [next((each.title for each in blocks if each.id == row.block), row.block)]
        ],
        "back": back,
    }
    return render(request, "dashboards/words.html", context)


@allow(Role.BOARD, Role.DIRECTOR, Role.COORDINATOR)
@require_GET
def export(request: SignedInRequest) -> HttpResponse:
    """What the page of the period shows, as CSV."""
    chosen = _chosen(request)
    return _file(as_csv(chosen.board), "text/csv; charset=utf-8", chosen, "csv")


@allow(Role.BOARD, Role.DIRECTOR, Role.COORDINATOR)
@require_GET
def workbook(request: SignedInRequest) -> HttpResponse:
    """The same, as an Excel file."""
    chosen = _chosen(request)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(as_workbook(chosen.board), kind, chosen, "xlsx")


@allow(Role.BOARD, Role.DIRECTOR, Role.COORDINATOR)
@require_GET
def report(request: SignedInRequest) -> HttpResponse:
    """The same, as a document: the annual report where it is of a year."""
    chosen = _chosen(request)
    span = chosen.span
    days = _("%(from)s up to and including %(until)s") % {
        "from": date_format(span.starts_on, "j F Y"),
        "until": date_format(span.ends_on, "j F Y"),
    }
    named = _("annual report %(period)s") if span.is_year else _("report %(period)s")
    title = _("Peer support, %(report)s") % {"report": named % {"period": span.label}}
    made = as_pdf(
        chosen.board,
        title=title,
        period=days,
        hospital=Hospital.current(),
        published_at=Publication.objects.get(release=span.newest).at,
        language=get_language() or "en",
    )
    return _file(made, "application/pdf", chosen, "pdf")


@allow(Role.COORDINATOR)
@require_GET
def operations(request: SignedInRequest) -> HttpResponse:
    """How support goes now: live and exact, for who knows the cases anyway."""
    shown = read(now=timezone.now(), besides=events_of(request.user))
    waiting = list(Release.objects.waiting())
    return render(request, "dashboards/operations.html", {"operations": shown, "waiting": waiting})


def _take(request: SignedInRequest, *, preview: bool = False) -> published.Shelf:
    try:
        return published.take(request.GET.get("period", ""), preview=preview)
    except Release.DoesNotExist as error:
        raise Http404 from error


def _chosen(request: SignedInRequest) -> published.Published:
    chosen = _take(request).chosen
    if chosen is None:
        raise Http404
    return chosen


def _file(content: str | bytes, kind: str, chosen: published.Published, suffix: str) -> HttpResponse:
    name = f"peersupport-{chosen.span.code}.{suffix}"
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _context(request: SignedInRequest, taken: published.Shelf) -> dict[str, Any]:
    chosen = taken.chosen.span if taken.chosen else None
    choices = [
        {"label": each.label, "url": f"?period={each.code}", "current": each == chosen}
        for each in taken.spans
    ]
    is_coordinator = request.user.has_role(Role.COORDINATOR)
    return {
        "published": taken.chosen,
        "protection": protection.sentences(),
        "recent": choices[:RECENT],
        "older": choices[RECENT:],
        "is_coordinator": is_coordinator,
        "waiting": taken.waiting if is_coordinator else (),
    }


def _named(taken: published.Shelf) -> str:
    """What is published by this: everything that waits up to the chosen period."""
    assert taken.chosen
    last = taken.chosen.span.ends_on
    return ", ".join(period.label for period in taken.waiting if period.ends_on <= last)


def _already_out(publication: Publication) -> str:
    words = {"moment": date_format(localtime(publication.at), "j F Y, H:i")}
    if publication.by is None:
        return _("These figures were published already, by themselves, on %(moment)s.") % words
    return _("%(name)s published these figures already, on %(moment)s.") % {
        **words,
        "name": publication.by.name,
    }
