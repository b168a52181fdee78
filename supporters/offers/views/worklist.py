from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.enums import Role
from accounts.models import User
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from accounts.pages.sealed_search import answered, typed
from incidents.models import events_of
from notifications.reminders import announcing_absence
from supporters.contacts import reminders
from supporters.contacts.case_access import log_reminded, log_worklist
from supporters.enums import Waiting
from supporters.models import Contact, Offer
from supporters.offers import finding
from supporters.offers import worklist as lists
from supporters.offers.filtering import WorklistFilter
from supporters.pool import members


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def worklist(request: SignedInRequest) -> HttpResponse:
    """What waits for what, most urgent first; asked again every half minute by the page itself.

    `waiting`, `supporter`, `department` and `event` filter (offers.filtering), `after` is the key of a
    further page, `version` what the page that asks again shows already. `q` (posted) finds a case: the only
    one is opened, several are shown instead of the list. Opening the page is in the access log. What the page
    asks for again is not, and is given only to a page that was opened: it says so by the header `X-Opened`.
    """
    if request.method == "POST":
        found = finding.find(request.POST.get("q", ""), by=request.user, at=timezone.now())
        return redirect(found.only) if found.only else answered(request)
    if query := typed(request):
        return _found(request, query)
    again = bool(request.headers.get("HX-Request"))
    opened = request.headers.get("X-Opened", "")
    if again and not _was_opened(opened, request.user):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {**_context(request), "opened": opened or _opened_now(request.user)}
    if not again:
        log_worklist(by=request.user, at=context["page"].now)
        return render(request, "supporters/offers/worklist.html", context)
    seen = request.GET.get("version", "")
    if seen == context["page"].version:
        return HttpResponse(status=204)
    context["changed"] = seen.partition(".")[0] != context["page"].version.partition(".")[0]
    return render(request, "supporters/offers/_worklist.html", context)


@allow(Role.COORDINATOR)
@only_posted("support:worklist", does=gettext_lazy("Remind the supporters you marked"))
def remind_several(request: SignedInRequest) -> HttpResponse:
    """Ask the supporters of what is marked how far they are; each once a day."""
    now = timezone.now()
    marked = _ids(text for value in request.POST.getlist("offer") for text in value.split())
    waiting = Contact.objects.visible_to(request.user).open().filter(offer__in=marked)
    contacts = list(
        waiting.filter(offer__waiting_for__in=lists.SUPPORTERS_STEP).select_related(
            "supporter", "offer__incident"
        )
    )
    with transaction.atomic():
        reminded = reminders.ask_each(contacts, at=now)
        cases = [(each.offer.incident.reference, each.offer.involvement_id) for each in contacts]
        log_reminded(cases=cases, by=request.user, at=now)
    _say_reminded(request, reminded, len(contacts) - reminded, len(marked) - len(contacts))
    return redirect(WorklistFilter.of(request.POST.dict()).address)


def _say_reminded(request: SignedInRequest, reminded: int, today: int, moved_on: int) -> None:
    if not reminded + today + moved_on:
        say(request, _("Mark a row first."), level=messages.WARNING)
    if reminded:
        text = ngettext("%(count)d reminder has been sent.", "%(count)d reminders have been sent.", reminded)
        say(request, text % {"count": reminded})
    if today:
        text = ngettext(
            "For %(count)d colleague the supporter was reminded today already.",
            "For %(count)d colleagues the supporter was reminded today already.",
            today,
        )
        say(request, text % {"count": today}, level=messages.WARNING)
    if moved_on:
        text = ngettext(
            "For %(count)d colleague no supporter has to do anything now.",
            "For %(count)d colleagues no supporter has to do anything now.",
            moved_on,
        )
        say(request, text % {"count": moved_on}, level=messages.WARNING)


def _found(request: SignedInRequest, query: str) -> HttpResponse:
    """What was found, instead of the list."""
    now = timezone.now()
    found = finding.find(query, by=request.user, at=now)
    finding.log(found, by=request.user, at=now)
    return render(request, "supporters/offers/found.html", {"query": query, "found": found, "now": now})


def _context(request: SignedInRequest) -> dict[str, Any]:
    now = timezone.now()
    own = events_of(request.user)
    shown = WorklistFilter.of(request.GET.dict())
    after = request.GET.get("after", "")
    filters, absences = lists.counts_and_absences(shown=shown, now=now, besides=own, user=request.user)
    called_in = any(each.waiting is Waiting.COORDINATOR for each in filters)
    page = lists.read(shown=shown, after=after, now=now, called_in=called_in, besides=own)
    return {
        "page": page,
        "absences": absences,
        "shared": announcing_absence.shared_days_of(request.user, at=now)
        if any(each.own for each in absences)
        else None,
        "filters": [each for each in filters if each.count is not None],
        "kept": [each for each in filters if each.count is None],
        "shown": shown,
        "only": shown.words() if shown.narrows else [],
        "address": shown.address,
        "choice": urlencode(shown.query),
        "after": after,
        "pool_is_empty": (page.is_empty or page.proposes) and members.is_empty(now),
        "next_due": lists.next_due(Offer.objects.besides(own))
        if shown != lists.EVERYTHING and page.is_empty
        else None,
    }


def _opened_now(user: User) -> str:
    """What a page that `user` opens now says when it asks again."""
    return _signer().sign(str(user.pk)).partition(":")[2]


def _was_opened(opened: str, user: User) -> bool:
    """Whether `user` opened the page that says `opened`, in this session's term."""
    try:
        _signer().unsign(f"{user.pk}:{opened}", max_age=settings.SESSION_COOKIE_AGE)
    except signing.BadSignature:
        return False
    return True


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="supporters.worklist")


def _ids(texts: Iterable[str]) -> set[UUID]:
    """The ids among `texts`."""
    found = set()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found
