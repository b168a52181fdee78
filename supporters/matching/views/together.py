"""A proposal for several people at once, as a form: shown, changed line by line, and asked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.pages.access import SignedInRequest
from accounts.pages.feedback import say
from supporters.enums import ContactState
from supporters.matching import assignment
from supporters.matching.assignment import AlreadyAssigned, NotEligible, NothingRuns, Proposal
from supporters.matching.views.case import not_eligible, taken
from supporters.matching.views.match import SupporterCard, card, tell_apart
from supporters.models import Contact, Offer, Supporter
from supporters.offers.opening import OfferClosed


@dataclass(frozen=True, slots=True)
class Choices:
    """One line of the proposal for all: the suggested supporter first, then who else could; or the contact
    that `runs` with this person after another event, and is for this one too. Without anybody: whether who
    might be asked is `given_to_others` of the proposal.
    """

    offer: Offer
    cards: list[SupporterCard]
    runs: Contact | None = None
    given_to_others: bool = False


def proposal(offers: Sequence[Offer], *, at: datetime) -> list[Choices]:
    """Another supporter for each of `offers` whose person has none; one person is one line of support."""
    runs = assignment.running_with(offers)
    waiting = [each for each in offers if each.pk not in runs]
    found = choices(assignment.propose_together(offers=waiting, at=at)) if waiting else []
    lines = {each.offer.pk: each for each in found}
    return [lines.get(each.pk) or Choices(each, [], runs[each.pk]) for each in offers]


def choices(proposals: Iterable[Proposal]) -> list[Choices]:
    found = [
        Choices(each.offer, [card(choice) for choice in each.choices], given_to_others=each.given_to_others)
        for each in proposals
    ]
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
    """Ask each, or have them go on with who supports them already, and say how many; what somebody else did
    meanwhile stays, and is said. For whom somebody else has to be chosen.
    """
    now, asked, gone_on, asked_for_both = timezone.now(), 0, 0, 0
    left: list[Offer] = []
    runs = assignment.running_with([offer for offer, _supporter in lines])
    for offer, supporter in lines:
        try:
            if offer.pk in runs and runs[offer.pk].supporter_id == supporter.pk:
                contact = assignment.go_on(offer=offer, by=request.user, at=now)
                is_asked = contact.state == ContactState.PROPOSED
                gone_on, asked_for_both = gone_on + (not is_asked), asked_for_both + is_asked
                continue
            assignment.assign(offer=offer, supporter=supporter, by=request.user, at=now)
        except NothingRuns:
            left += _asked_meanwhile(request, offer, supporter)
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
    if gone_on:
        text = ngettext(
            "%(count)d colleague goes on with who supports them already.",
            "%(count)d colleagues go on with who supports them already.",
            gone_on,
        )
        say(request, text % {"count": gone_on})
    if asked_for_both:
        text = ngettext(
            "For %(count)d colleague a supporter had been asked, and is asked for both events.",
            "For %(count)d colleagues a supporter had been asked, and is asked for both events.",
            asked_for_both,
        )
        say(request, text % {"count": asked_for_both})
    return left


def _asked_meanwhile(request: SignedInRequest, offer: Offer, supporter: Supporter) -> list[Offer]:
    """No contact of another event runs: somebody asked for this one, or support has ended, and then somebody
    has to be chosen.
    """
    if contact := assignment.running(offer):
        warn(request, offer, taken(AlreadyAssigned(contact), supporter.user))
        return []
    warn(request, offer, _("The support that ran has just ended. Choose somebody."))
    return [offer]


def say_asked(request: SignedInRequest, count: int) -> None:
    if count:
        text = ngettext("%(count)d supporter has been asked.", "%(count)d supporters have been asked.", count)
        say(request, text % {"count": count})


def warn(request: SignedInRequest, offer: Offer, text: str) -> None:
    """About one person of the list."""
    say(request, f"{offer.involvement.name}: {text}", level=messages.WARNING)
