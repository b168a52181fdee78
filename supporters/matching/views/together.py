"""A proposal for several people at once, as a form: shown, changed line by line, and asked."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.pages.access import SignedInRequest
from accounts.pages.feedback import say
from supporters.matching import assignment
from supporters.matching.assignment import AlreadyAssigned, NotEligible, Proposal
from supporters.matching.views.case import not_eligible, taken
from supporters.matching.views.match import Card, card, tell_apart
from supporters.models import Offer, Supporter
from supporters.offers.opening import OfferClosed


@dataclass(frozen=True, slots=True)
class Choices:
    """One line of the proposal for all: the suggested supporter first, then who else could."""

    offer: Offer
    cards: list[Card]


def choices(proposals: Iterable[Proposal]) -> list[Choices]:
    found = [Choices(each.offer, [card(choice) for choice in each.choices]) for each in proposals]
    tell_apart(each for one in found for each in one.cards)
    return found


def chosen(request: SignedInRequest, offers: Iterable[Offer]) -> list[tuple[Offer, Supporter]]:
    """Those of `offers` that were sent, each with its supporter; lines without one are left out, and with
    `only` all but one.
    """
    only = request.POST.get("only", "")
    sent: list[tuple[Offer, UUID]] = []
    for offer in offers:
        if only and only != str(offer.pk):
            continue
        try:
            sent.append((offer, UUID(request.POST.get(f"supporter-{offer.pk}", ""))))
        except ValueError:
            continue
    people = supporters_of(pk for _offer, pk in sent)
    return [(offer, people[pk]) for offer, pk in sent if pk in people]


def supporters_of(keys: Iterable[UUID]) -> dict[UUID, Supporter]:
    return Supporter.objects.select_related("user").in_bulk(list(keys))


def ask(request: SignedInRequest, lines: Collection[tuple[Offer, Supporter]]) -> list[Offer]:
    """Ask each, and say how many; what somebody else did meanwhile stays, and is said. For whom
    somebody else has to be chosen.
    """
    now, asked = timezone.now(), 0
    left: list[Offer] = []
    for offer, supporter in lines:
        try:
            assignment.assign(offer=offer, supporter=supporter, by=request.user, at=now)
        except AlreadyAssigned as error:
            warn(request, offer, taken(error, supporter.user))
        except NotEligible as error:
            warn(request, offer, not_eligible(error, supporter.user))
            left.append(offer)
        except OfferClosed:
            warn(request, offer, _("This offer has ended."))
        else:
            asked += 1
    say_asked(request, asked)
    return left


def say_asked(request: SignedInRequest, count: int) -> None:
    if count:
        text = ngettext("%(count)d supporter has been asked.", "%(count)d supporters have been asked.", count)
        say(request, text % {"count": count})


def warn(request: SignedInRequest, offer: Offer, text: str) -> None:
    """About one person of the list."""
    say(request, f"{offer.involvement.name}: {text}", level=messages.WARNING)
