"""A proposal for what was marked on the worklist, of several events at once."""

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again, only_posted
from accounts.pages.feedback import say
from supporters.contacts import alerts
from supporters.contacts.case_access import log_found
from supporters.matching import assignment
from supporters.matching.need import READ_OF_OFFER
from supporters.matching.views import together
from supporters.models import Offer, OfferQuerySet


@allow(Role.COORDINATOR)
@only_posted("support:worklist", does=gettext_lazy("Propose supporters"))
def propose_marked(request: SignedInRequest) -> HttpResponse:
    """What is marked on the worklist (`offer`) leads to the address of its proposal."""
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


@allow(Role.COORDINATOR)
@asks_again(does=gettext_lazy("Ask the supporters you chose"))
@require_http_methods(["GET", "POST"])
def propose(request: SignedInRequest) -> HttpResponse:
    """Another supporter for each of `offers`, in one proposal. POST asks who was chosen; for whom that could
    not be, or who are left after one line (`only`), it is proposed anew.
    """
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
    proposals = together.proposal(offers, at=now)
    context = {
        "proposals": proposals,
        "anybody": any(each.cards or each.runs for each in proposals),
        "ask_url": _address(each.pk for each in offers),
    }
    return render(request, "supporters/matching/propose.html", context)


def _waiting(request: SignedInRequest, keys: Iterable[UUID]) -> OfferQuerySet:
    """Those of the offers with these ids that the coordinator sees and that wait for a supporter."""
    mine = Offer.objects.visible_to(request.user).open().leading()
    return mine.filter(alerts.WITHOUT_SUPPORTER, pk__in=list(keys))


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
