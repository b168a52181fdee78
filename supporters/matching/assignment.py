"""Choosing a supporter: who is suggested for one person or for several, and the assignment itself.

Locks are taken in the order offer, contact, supporter, as in supporters.contacts.flow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import IntegerField, Value

from accounts.enums import AccessAction
from accounts.models import User
from accounts.people import directory as people
from supporters.contacts import flow
from supporters.contacts.case_access import log_case
from supporters.enums import LadderStep, Rule, SameProfession, SupporterStatus
from supporters.matching import eligibility, ranking
from supporters.matching.eligibility import Need, candidate, need_of
from supporters.matching.nobody_fits import RuleCount
from supporters.matching.ranking import MatchingPolicy, Ranked
from supporters.models import Contact, Offer, Supporter, SupportPolicy
from supporters.offers.opening import OfferClosed, push_counts

#: What a candidate's card shows.
CANDIDATE = ("user__profession", "user__department__location")
#: What the need of an offer is read from.
NEED = (
    "incident",
    "involvement__employee",
    "involvement__profession",
    "involvement__department__location",
)
#: So many people of one event are matched together at a time.
TOGETHER = 40


class AssignmentError(Exception):
    """A supporter who cannot be assigned."""


class AlreadyAssigned(AssignmentError):
    """Somebody was asked just now: the open `contact` says who."""

    def __init__(self, contact: Contact) -> None:
        self.contact = contact
        super().__init__(str(contact.pk))


class NotEligible(AssignmentError):
    """Asking this supporter breaks `rules`."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rule for rule in Rule if rule in set(rules))
        super().__init__(", ".join(self.rules))


@dataclass(frozen=True, slots=True)
class Choice:
    """A supporter who may be asked, with score and reasons."""

    supporter: Supporter
    ranked: Ranked


@dataclass(frozen=True, slots=True)
class Proposal:
    """For one person of several: the supporter in the best solution for all, or None, and who else could."""

    offer: Offer
    choice: Choice | None
    alternatives: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class WhyNobody:
    """Which rules leave everybody out, and whom each step of the ladder would give, best first."""

    counts: Sequence[RuleCount]
    steps: dict[LadderStep, list[Choice]]

    @property
    def emptied_by(self) -> Rule | None:
        """The rule that, lifted alone, gives most people back, or else leaves out most."""
        most = max(self.counts, key=lambda each: (each.alone, each.count), default=None)
        return most.rule if most else None


def matching_policy() -> MatchingPolicy:
    """How this hospital matches."""
    return MatchingPolicy(same_profession=SameProfession(SupportPolicy.current().same_profession))


def suggest(*, offer: Offer, at: datetime, first: int) -> list[Choice]:
    """The `first` best for the person of `offer`, best first: two queries beside the policy's.

    The whole pool is sorted by key alone; what a card shows is read for the few that are left.
    """
    policy = matching_policy()
    need = need_of(offer, at)
    best = eligibility.ranked(need, policy, at).values_list("id", flat=True)[:first]
    people = Supporter.objects.select_related(*CANDIDATE).in_bulk(list(best))
    return _explained(need, policy, at, people.values())


def why_nobody(*, offer: Offer, at: datetime, first: int) -> WhyNobody:
    """Why nobody is left for `offer`, and the `first` best on each step of the ladder: two queries."""
    policy = matching_policy()
    need = need_of(offer, at)
    by_step: dict[LadderStep, list[Supporter]] = {step: [] for step in LadderStep}
    for supporter in eligibility.ladder(need, policy, at, each=first).select_related(*CANDIDATE):
        by_step[LadderStep(supporter.step)].append(supporter)
    steps = {step: _explained(need, policy, at, people) for step, people in by_step.items()}
    return WhyNobody(eligibility.count_rules(need, policy, at), steps)


def search(*, offer: Offer, text: str, at: datetime, first: int) -> list[tuple[Choice, tuple[Rule, ...]]]:
    """Supporters in the pool by a part of their name, with the rules that asking them would break."""
    policy = matching_policy()
    need = need_of(offer, at)
    pool = Supporter.objects.exclude(status=SupporterStatus.STOPPED)
    found = pool.filter(user__in=people.named(User.objects.all(), text)).select_related(*CANDIDATE)
    shown = list(found.order_by("user__sort_key", "id")[:first])
    rules = eligibility.rules_of(
        need, policy, at, Supporter.objects.filter(id__in=[each.id for each in shown])
    )
    return [
        (choice, tuple(rule for rule in Rule if rule in rules[choice.supporter.id]))
        for choice in _explained(need, policy, at, shown)
    ]


def propose_together(*, offers: Sequence[Offer], at: datetime) -> list[Proposal]:
    """Another supporter for each of `offers` (at most `TOGETHER`): for as many people as can be, then the
    best in all. Three queries however many people.

    Exact although only the best of each person are read: see supporters.matching.together.match_together.
    """
    from supporters.matching import together  # numpy and scipy load slowly

    policy = matching_policy()
    needs = [need_of(offer, at) for offer in offers]
    shortlists = _shortlists(needs, policy, at, each=len(needs) + 3)
    people = Supporter.objects.select_related(*CANDIDATE).in_bulk(set().union(*shortlists))
    candidates = {pk: candidate(supporter, at) for pk, supporter in people.items()}
    solution = together.match_together(
        [need.person for need in needs],
        together.Pool.of(candidates.values()),
        policy,
        at,
        barred=[candidates.keys() - set(shortlist) for shortlist in shortlists],
    )
    taken = {ranked.candidate.supporter_id for ranked in solution if ranked}
    proposals = []
    for offer, need, shortlist, ranked in zip(offers, needs, shortlists, solution, strict=True):
        others = [people[pk] for pk in shortlist if pk not in taken][:3]
        choice = Choice(people[ranked.candidate.supporter_id], ranked) if ranked else None
        proposals.append(Proposal(offer, choice, tuple(_explained(need, policy, at, others))))
    return proposals


def assign(
    *, offer: Offer, supporter: Supporter, by: User, at: datetime, beyond_rules: bool = False
) -> Contact:
    """Ask `supporter` to support the person of `offer`; the contact, *proposed*.

    With `beyond_rules` the coordinator sets every rule aside but those that are never (`eligibility.NEVER`);
    a contact beyond the agreed capacity then does not count in it. In the same transaction: the contact with
    its log and reminders (supporters.contacts.flow), a calamity's count, a line in the access log.

    Raises AlreadyAssigned (somebody was faster), OfferClosed, NotEligible.
    """
    try:
        with transaction.atomic():
            return _assign(offer=offer, supporter=supporter, by=by, at=at, beyond_rules=beyond_rules)
    except flow.AlreadyProposed as error:
        contact = open_contact(offer)
        if contact is None:  # and already gone again
            raise OfferClosed from error
        raise AlreadyAssigned(contact) from error
    except flow.NoCapacity as error:
        raise NotEligible([Rule.AT_CAPACITY]) from error


def replace(
    *, contact: Contact, supporter: Supporter, by: User, at: datetime, beyond_rules: bool = False
) -> Contact:
    """Ask `supporter` in the place of who was asked before: that one is thanked, in the same transaction.

    Raises what `assign` raises, and flow.Stale or NotAllowed when `contact` has moved on.
    """
    with transaction.atomic():
        flow.hold(contact.offer_id)
        # Both at once and in one order, so that two who exchange supporters do not wait for each other.
        both = Supporter.objects.filter(pk__in=[contact.supporter_id, supporter.pk]).order_by("pk")
        list(both.select_for_update(no_key=True).values_list("pk"))
        flow.withdraw(contact=contact, by=by, at=at)
        return assign(offer=contact.offer, supporter=supporter, by=by, at=at, beyond_rules=beyond_rules)


def _assign(*, offer: Offer, supporter: Supporter, by: User, at: datetime, beyond_rules: bool) -> Contact:
    found = Offer.objects.select_for_update(of=("self",)).select_related(*NEED).filter(pk=offer.pk).first()
    if found is None or found.closed_at:
        raise OfferClosed
    offer = found
    contact = _asked_before(offer)
    if contact:
        raise AlreadyAssigned(contact)
    rules = eligibility.rules_of(
        need_of(offer, at), matching_policy(), at, Supporter.objects.filter(pk=supporter.pk)
    )[supporter.pk]
    if rules and not (beyond_rules and rules.isdisjoint(eligibility.NEVER)):
        raise NotEligible(rules)
    takes_capacity = Rule.AT_CAPACITY not in rules
    contact = flow.propose(offer=offer, supporter=supporter, by=by, at=at, takes_capacity=takes_capacity)
    push_counts(offer.incident, at=at)
    log_case(offer=offer, action=AccessAction.CHANGE, page="support:match", by=by, at=at)
    return contact


def open_contact(offer: Offer) -> Contact | None:
    """The contact that runs for `offer`, with its supporter."""
    return offer.contacts.open().select_related("supporter__user").first()


def _asked_before(offer: Offer) -> Contact | None:
    """Looked at under the offer's lock; without it the constraint `contact_one_open_per_offer` holds."""
    return open_contact(offer)


def _explained(need: Need, policy: MatchingPolicy, at: datetime, people: Iterable[Supporter]) -> list[Choice]:
    by_id = {supporter.id: supporter for supporter in people}
    ranked = ranking.rank(need.person, (candidate(each, at) for each in by_id.values()), policy, at)
    return [Choice(by_id[each.candidate.supporter_id], each) for each in ranked]


def _shortlists(
    needs: Sequence[Need], policy: MatchingPolicy, at: datetime, *, each: int
) -> list[list[UUID]]:
    """The ids of the `each` best for every need, best first, in one query."""
    lists: list[list[UUID]] = [[] for _ in needs]
    rankings = [
        eligibility.ranked(need, policy, at)
        .annotate(line=Value(number, output_field=IntegerField()))
        .values_list("line", "id", "score", "last_asked_at")[:each]
        for number, need in enumerate(needs)
    ]
    if not rankings:
        return lists
    for line, pk, *_order in rankings[0].union(*rankings[1:], all=True):
        lists[line].append(pk)
    return lists
