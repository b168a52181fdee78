"""The coordinator's intake: reports that name nobody, and what becomes of them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from incidents.models import events_of
from supporters.enums import IntakeState, NotNeededReason
from supporters.intake import unnamed_reports
from supporters.intake.unnamed_reports import AskedToday, DecisionStands, NobodyToAsk, Settled
from supporters.intake.waiting_list import IntakeShown, read, silent_heads
from supporters.models import UnnamedReport

#: How the word is asked again, when it did not arrive.
REASON = {"reason": (gettext_lazy("Why"), {str(one): one.label for one in NotNeededReason})}


@allow(Role.COORDINATOR)
@require_GET
def intake(request: SignedInRequest) -> HttpResponse:
    """What waits, late ones on top; `show` is what else there is to see, `after` the key of a page."""
    now = timezone.now()
    asked = request.GET.get("show", "")
    shown = IntakeShown(asked) if asked in IntakeShown.values else IntakeShown.WAITING
    if shown == IntakeShown.HEADS:
        heads = silent_heads(request.user, now=now)
        context = {"heads": heads, "shown": shown, "filters": _filters(shown), "now": now}
        return render(request, "supporters/intake/intake.html", context)
    reports = UnnamedReport.objects.besides(events_of(request.user))
    page = read(reports, shown=shown, after=request.GET.get("after", ""), now=now)
    context = {
        "page": page,
        "shown": shown,
        "filters": _filters(shown),
        "reasons": NotNeededReason.choices,
        "after": request.GET.get("after", ""),
        "now": now,
        "marks": shown in {IntakeShown.WAITING, IntakeShown.CLOSING} and not page.is_empty,
    }
    return render(request, "supporters/intake/intake.html", context)


@allow(Role.COORDINATOR)
@only_posted("support:intake", does=gettext_lazy("Note that no support is needed"), shown=REASON)
def decide(request: SignedInRequest) -> HttpResponse:
    """No support is needed, for every report that is marked (`report`), in one of four words (`reason`)."""
    reason = request.POST.get("reason", "")
    marked = _marked(request)
    if reason not in NotNeededReason.values or not marked:
        say(request, _("Mark a report first, then say why no support is needed."), level=messages.WARNING)
        return _back(request)
    done, others = unnamed_reports.no_support_needed(
        marked, reason=NotNeededReason(reason), by=request.user, at=timezone.now()
    )
    if done:
        text = ngettext(
            "%(count)d report: no support needed. Its reporter can read so.",
            "%(count)d reports: no support needed. Their reporters can read so.",
            len(done),
        )
        undo_url = reverse("support:intake-undo", args=[done[0].pk])
        say(request, text % {"count": len(done)}, undo_url=undo_url)
    _say_settled(request, others)
    return _back(request)


@allow(Role.COORDINATOR)
@only_posted("support:intake", does=gettext_lazy("Ask the reporter who was involved"))
def ask(request: SignedInRequest) -> HttpResponse:
    """Ask the reporters of what is marked, or of the one whose button it was (`one`), who was involved."""
    one = _ids([request.POST.get("one", "")])
    asked, today, without, settled = 0, 0, 0, []
    rows = UnnamedReport.objects.visible_to(request.user).filter(pk__in=one or _marked(request))
    found = list(rows.order_by("pk"))
    for row in found:
        try:
            unnamed_reports.ask_reporter(report=row, by=request.user, at=timezone.now())
        except AskedToday:
            today += 1
        except NobodyToAsk:
            without += 1
        except Settled as refused:
            settled.append(refused.row)
        else:
            asked += 1
    if not found:
        say(request, _("Mark a report first."), level=messages.WARNING)
    if asked:
        text = ngettext("%(count)d reporter was asked.", "%(count)d reporters were asked.", asked)
        say(request, text % {"count": asked})
    if today:
        text = ngettext(
            "%(count)d reporter was asked today already.",
            "%(count)d reporters were asked today already.",
            today,
        )
        say(request, text % {"count": today}, level=messages.WARNING)
    if without:
        text = ngettext(
            "%(count)d report came without a reporter who can be asked.",
            "%(count)d reports came without a reporter who can be asked.",
            without,
        )
        say(request, text % {"count": without}, level=messages.WARNING)
    _say_settled(request, settled)
    return _back(request)


@allow(Role.COORDINATOR)
@only_posted("support:intake", does=gettext_lazy("Undo: no support needed"))
def undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take back the own decision, for all that were marked with it."""
    row = get_object_or_404(UnnamedReport.objects.visible_to(request.user), pk=pk)
    try:
        unnamed_reports.undo(report=row, by=request.user, at=timezone.now())
    except DecisionStands:
        say(request, _("This can no longer be undone."), level=messages.WARNING)
    else:
        say(request, _("Undone."))
    return redirect("support:intake")


@allow(Role.COORDINATOR)
@only_posted("support:intake", does=gettext_lazy("Take up this report again"))
def take_up(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Look again at what was closed without support, or at what a rule would close."""
    row = get_object_or_404(UnnamedReport.objects.visible_to(request.user), pk=pk)
    try:
        unnamed_reports.take_up(report=row, by=request.user, at=timezone.now())
    except Settled as refused:
        _say_settled(request, [refused.row])
    else:
        say(request, _("It waits for you again."))
    return _back(request)


def _filters(shown: IntakeShown) -> list[dict[str, object]]:
    url = reverse("support:intake")
    return [
        {
            "label": each.label,
            "url": f"{url}?show={each}" if each else url,
            "current": each is shown,
            "count": None,
        }
        for each in IntakeShown
    ]


def _say_settled(request: SignedInRequest, rows: Sequence[UnnamedReport]) -> None:
    """A colleague was faster: how it stands now."""
    for row in rows:
        words = {"reference": row.incident.reference, "state": IntakeState(row.state).label}
        text = _("A colleague was just before you with report %(reference)s: %(state)s.")
        say(request, text % words, level=messages.WARNING)


def _marked(request: SignedInRequest) -> set[UUID]:
    return _ids(request.POST.getlist("report"))


def _ids(texts: Collection[str]) -> set[UUID]:
    """The ids among `texts`."""
    found = set()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


def _back(request: SignedInRequest) -> HttpResponse:
    show = request.POST.get("show", "")
    return redirect(
        reverse("support:intake") + (f"?show={show}" if show in IntakeShown.values and show else "")
    )
