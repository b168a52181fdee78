"""A proposal for what was marked on the worklist, of several events at once."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again
from accounts.pages.feedback import say
from supporters.contacts.case_access import log_found
from supporters.enums import Waiting
from supporters.matching import assignment
from supporters.matching.need import READ_OF_OFFER
from supporters.matching.views import together
from supporters.models import Offer, OfferQuerySet


def _asked(data: Mapping[str, str]) -> str:
    return _("Propose supporters") if "offer" in data else _("Ask the supporters you chose")


@allow(Role.COORDINATOR)
@asks_again(does=_asked)
@require_http_methods(["GET", "POST"])
def propose(request: SignedInRequest) -> HttpResponse:
    """Another supporter for each of `offers`, in one proposal.

    The worklist posts what is marked (`offer`), and is answered by the address of the proposal; that posts
    who was chosen. For whom that could not be, or who are left after one line (`only`), it is proposed anew.
    """
    if "offer" in request.POST:
        return _marked(request)
    keys = _ids(request.GET.get("offers", "").split("."))
    if request.method == "POST":
        lines = together.chosen(request, _waiting(request, keys).select_related("involvement"))
        left = {each.pk for each in together.ask(request, lines)}
        if not lines:
            say(request, _("Nobody was chosen."), level=messages.WARNING)
        if "only" in request.POST:
            left = set(_waiting(request, keys).values_list("pk", flat=True))
        return redirect(_address(key for key in keys if key in left) if left else reverse("support:worklist"))
    now = timezone.now()
    waiting = _waiting(request, keys).select_related(*READ_OF_OFFER).order_by("due_at", "id")
    offers = list(waiting[: assignment.TOGETHER])
    if not offers:
        return redirect("support:worklist")
    shown = [(each.incident.reference, each.involvement_id) for each in offers]
    log_found(cases=shown, page="support:propose", by=request.user, at=now)
    proposals = together.choices(assignment.propose_together(offers=offers, at=now))
    context = {
        "proposals": proposals,
        "anybody": any(each.cards for each in proposals),
        "ask_url": _address(each.pk for each in offers),
    }
    return render(request, "supporters/matching/propose.html", context)


def _marked(request: SignedInRequest) -> HttpResponse:
    marked = _ids(text for value in request.POST.getlist("offer") for text in value.split())
    waiting = list(_waiting(request, marked).values_list("pk", flat=True))
    if others := len(marked) - len(waiting):
        text = ngettext(
            "%(count)d colleague of those you marked waits for no supporter now.",
            "%(count)d colleagues of those you marked wait for no supporter now.",
            others,
        )
        say(request, text % {"count": others}, level=messages.WARNING)
    return redirect(_address(waiting) if waiting else reverse("support:worklist"))


def _waiting(request: SignedInRequest, keys: Iterable[UUID]) -> OfferQuerySet:
    """Those of the offers with these ids that the coordinator sees and that wait for a supporter."""
    mine = Offer.objects.visible_to(request.user).open().leading()
    return mine.filter(pk__in=list(keys), waiting_for=Waiting.ASSIGNMENT)


def _address(keys: Iterable[UUID]) -> str:
    return f"{reverse('support:propose')}?{urlencode({'offers': '.'.join(map(str, keys))})}"


def _ids(texts: Iterable[str]) -> list[UUID]:
    """The ids among `texts`, each once."""
    found: dict[UUID, None] = {}
    for text in texts:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)
