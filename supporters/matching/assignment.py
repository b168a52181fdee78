"""Choosing a supporter: who is suggested for one person or for several, and the assignment itself.

Who may not be asked is decided in supporters.matching.may_be_asked, the order in supporters.matching.order.

Locks are taken in the order offer, contact, supporter, as in supporters.contacts.flow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Value

from accounts.enums import AccessAction
from accounts.models import User
from accounts.people import directory as people
from supporters.contacts import flow
from supporters.contacts.case_access import log_case
from supporters.enums import LadderStep, Rule, SupporterStatus
from supporters.matching import left_out, may_be_asked, nobody_fits, order, reasons, together
from supporters.matching.left_out import RuleCount
from supporters.matching.need import READ_OF_OFFER, Need, need_of, needs_of
from supporters.matching.reasons import Reason
from supporters.models import Contact, Offer, Supporter
from supporters.offers.opening import OfferClosed, push_counts

#: So many people of one event are matched together at a time.
TOGETHER = 40
#: So many others are shown beside each supporter who is proposed.
ALTERNATIVES = 3
#: Never asked comes before all who were.
NEVER_ASKED = datetime.min.replace(tzinfo=UTC)


class AssignmentError(Exception):
    """A supporter who cannot be assigned."""


class AlreadyAssigned(AssignmentError):
    """Somebody was asked just now: the open `contact` says who."""

    def __init__(self, contact: Contact) -> None:
        self.contact = contact
        super().__init__(str(contact.pk))


class NothingRuns(AssignmentError):
    """No contact runs with this person that could go on."""


class NotEligible(AssignmentError):
    """Asking this supporter breaks `rules`."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rule for rule in Rule if rule in set(rules))
        super().__init__(", ".join(self.rules))


@dataclass(frozen=True, slots=True)
class Choice:
    """A supporter, with what speaks for and against asking."""

    supporter: Supporter
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """For one person of several: the supporter in the best solution for all, then who else could be asked;
    nobody, when nobody is left: who might be asked is `given_to_others` of this proposal.
    """

    offer: Offer
    choices: tuple[Choice, ...]
    given_to_others: bool = False


@dataclass(frozen=True, slots=True)
class WhyNobody:
    """Which rules leave everybody out, and whom each step of the ladder would give, best first. `by_name`:
    where no step gives anybody, whether somebody is left for whom the coordinator may set the rules aside.
    """

    counts: Sequence[RuleCount]
    steps: dict[LadderStep, list[Choice]]
    by_name: bool

    @property
    def emptied_by(self) -> Rule | None:
        """The rule that, lifted alone, gives most people back, or else leaves out most."""
        most = max(self.counts, key=lambda each: (each.alone, each.count), default=None)
        return most.rule if most else None


def suggest(*, offer: Offer, at: datetime, first: int) -> list[Choice]:
    """The `first` best for the person of `offer`, best first: two queries beside those of the need.

    The whole pool is sorted by key alone; what a card shows is read for the few that are left.
    """
    need = need_of(offer, at)
    best = order.best_first(may_be_asked.supporters(need), need)
    [choices] = _choices([(need, list(best.values_list("id", flat=True)[:first]))])
    return choices


def why_nobody(*, offer: Offer, at: datetime, first: int) -> WhyNobody:
    """Why nobody is left for `offer`, and the `first` best on each step of the ladder: three queries
    beside those of the need, or four where no step gives anybody.
    """
    need = need_of(offer, at)
    found = list(nobody_fits.best_of_steps(need, each=first).values_list("id", "step"))
    steps: dict[LadderStep, list[Choice]] = {step: [] for step in LadderStep}
    [choices] = _choices([(need, [pk for pk, _step in found])])
    for choice, (_pk, step) in zip(choices, found, strict=True):
        steps[LadderStep(step)].append(choice)
    by_name = not found and may_be_asked.supporters(need, aside=frozenset(Rule) - may_be_asked.NEVER).exists()
    return WhyNobody(left_out.counts(need), steps, by_name)


def search(*, offer: Offer, text: str, at: datetime, first: int) -> list[tuple[Choice, tuple[Rule, ...]]]:
    """Supporters in the pool by a part of their name, with the rules that asking them would break."""
    need = need_of(offer, at)
    pool = Supporter.objects.exclude(status=SupporterStatus.STOPPED)
    found = pool.filter(user__in=people.named(User.objects.all(), text)).order_by("user__sort_key", "id")
    shown = Supporter.objects.filter(id__in=found.values("id")[:first])
    rules = may_be_asked.rules_of(need, shown)
    [choices] = _choices([(need, list(order.best_first(shown, need).values_list("id", flat=True)))])
    return [
        (choice, tuple(rule for rule in Rule if rule in rules[choice.supporter.id])) for choice in choices
    ]


def chosen(*, offer: Offer, at: datetime) -> tuple[Choice, tuple[Rule, ...]] | None:
    """The supporter whom the person of `offer` chose, with the rules that asking would break."""
    need = need_of(offer, at)
    if need.chosen_id is None:
        return None
    rules = may_be_asked.rules_of(need, Supporter.objects.filter(pk=need.chosen_id))[need.chosen_id]
    [[choice]] = _choices([(need, [need.chosen_id])])
    return choice, tuple(rule for rule in Rule if rule in rules)


def propose_together(*, offers: Sequence[Offer], at: datetime) -> list[Proposal]:
    """Another supporter for each of `offers` (at most `TOGETHER`): for as many people as can be, then the
    best in all. Four queries however many people.

    Exact although only the best of each person are weighed: if somebody's supporter were not among the n best
    for that person (n people), one of those n would be free and no worse.
    """
    needs = needs_of(offers, at)
    shortlists = _shortlists(needs, each=len(needs) + ALTERNATIVES)
    best = [shortlist[: len(needs)] for shortlist in shortlists]
    pool = sorted({(asked, pk) for each in best for _score, asked, pk in each})
    column_of = {pk: column for column, (_asked, pk) in enumerate(pool)}
    costs = [{column_of[pk]: score for score, _asked, pk in each} for each in best]
    chosen = [[] if column is None else [pool[column][1]] for column in together.assign(costs)]
    taken = {pk for each in chosen for pk in each}
    others = [
        [pk for _score, _asked, pk in shortlist if pk not in taken][:ALTERNATIVES] for shortlist in shortlists
    ]
    shown = [(need, mine + more) for need, mine, more in zip(needs, chosen, others, strict=True)]
    found = zip(offers, _choices(shown), shortlists, strict=True)
    return [
        Proposal(offer, tuple(choices), given_to_others=bool(shortlist) and not choices)
        for offer, choices, shortlist in found
    ]


def assign(
    *, offer: Offer, supporter: Supporter, by: User, at: datetime, beyond_rules: bool = False
) -> Contact:
    """Ask `supporter` to support the person of `offer`; the contact, *proposed*. It is for every event for
    which support is open for them.

    With `beyond_rules` the coordinator sets every rule aside but those that are never (`may_be_asked.NEVER`);
    a contact beyond the agreed capacity then does not count in it. In the same transaction: the contact with
    its log and reminders (supporters.contacts.flow), a calamity's count, a line in the access log.

    Raises AlreadyAssigned (somebody was faster), OfferClosed, NotEligible.
    """
    try:
        with transaction.atomic():
            return _assign(offer=offer, supporter=supporter, by=by, at=at, beyond_rules=beyond_rules)
    except (flow.AlreadyProposed, flow.RunsElsewhere) as error:
        contact = running(offer)
        if contact is None:  # and already gone again
            raise OfferClosed from error
        raise AlreadyAssigned(contact) from error
    except flow.NoCapacity as error:
        raise NotEligible([Rule.AT_CAPACITY]) from error


def replace(
    *,
    contact: Contact,
    supporter: Supporter,
    by: User,
    at: datetime,
    beyond_rules: bool = False,
    seen: int | None = None,
) -> Contact:
    """Ask `supporter` in the place of who was asked before: that one is thanked, in the same transaction.

    Raises what `assign` raises, and flow.MovedOn or NotAllowed when `contact` has moved on (since the line
    `seen` of its log).
    """
    with transaction.atomic():
        _line(contact.offer)
        # Both at once and in one order, so that two who exchange supporters do not wait for each other.
        both = Supporter.objects.filter(pk__in=[contact.supporter_id, supporter.pk]).order_by("pk")
        list(both.select_for_update(no_key=True).values_list("pk"))
        flow.withdraw(contact=contact, by=by, at=at, seen=seen)
        return assign(offer=contact.offer, supporter=supporter, by=by, at=at, beyond_rules=beyond_rules)


def go_on(*, offer: Offer, by: User, at: datetime) -> Contact:
    """The contact that runs with the person of `offer` from another event is for this one too; that contact.

    Raises OfferClosed (the offer ended, or goes on with a contact already), NothingRuns (no contact runs any
    more), NotEligible (the supporter was there, reported it, or analyses it: then somebody else is asked for
    both).
    """
    with transaction.atomic():
        mine = _line(offer)
        offer = next((each for each in mine if each.pk == offer.pk), offer)
        if offer.closed_at or offer.continues_id or offer not in mine:
            raise OfferClosed
        contact = running(offer)
        if contact is None or contact.offer_id == offer.pk:
            raise NothingRuns
        if rules := ties(offer, contact, at):
            raise NotEligible(rules)
        flow.carry(contact=contact, offer=offer, at=at)
        push_counts(offer.incident, at=at)
        log_case(offer=offer, action=AccessAction.CHANGE, page="support:match", by=by, at=at)
    return contact


def ties(offer: Offer, contact: Contact, at: datetime) -> frozenset[Rule]:
    """Why the supporter of `contact` cannot go on with `offer`: was there, reported it, or analyses it."""
    supporter = Supporter.objects.filter(pk=contact.supporter_id)
    return may_be_asked.rules_of(need_of(offer, at), supporter)[contact.supporter_id] & may_be_asked.OF_EVENT


def _assign(*, offer: Offer, supporter: Supporter, by: User, at: datetime, beyond_rules: bool) -> Contact:
    mine = _line(offer)
    offer = next((each for each in mine if each.pk == offer.pk), offer)
    if offer.closed_at or offer not in mine:
        raise OfferClosed
    # The first of them leads: what the person wished and was promised stands with it.
    offer = min((each for each in mine if not each.continues_id), key=lambda each: (each.opened_at, each.pk))
    contact = _asked_before(offer)
    if contact:
        raise AlreadyAssigned(contact)
    asked = Supporter.objects.filter(pk=supporter.pk)
    rules = may_be_asked.rules_of(need_of(offer, at), asked)[supporter.pk]
    if held := rules & may_be_asked.NEVER if beyond_rules else rules:
        raise NotEligible(held)
    takes_capacity = Rule.AT_CAPACITY not in rules
    contact = flow.propose(offer=offer, supporter=supporter, by=by, at=at, takes_capacity=takes_capacity)
    for other in mine:
        if other != offer and not other.continues_id:
            flow.carry(contact=contact, offer=other, at=at)
    for each in mine:
        push_counts(each.incident, at=at)
    log_case(offer=offer, action=AccessAction.CHANGE, page="support:match", by=by, at=at)
    return contact


def _line(offer: Offer) -> list[Offer]:
    """The open offers to the person of `offer`, that one among them, locked in one order for everybody: those
    that go on with another after it, as a step of its contact does.
    """
    mine = Q(pk=offer.pk)
    if offer.involvement.employee_id:
        mine |= Q(involvement__employee=offer.involvement.employee_id)
    rows = Offer.objects.open().filter(mine).select_for_update(of=("self",))
    return list(rows.select_related(*READ_OF_OFFER).order_by(F("continues").asc(nulls_first=True), "pk"))


def _asked_before(offer: Offer) -> Contact | None:
    """Looked at under the offers' lock; without it the constraints `contact_one_open_per_…` hold."""
    return running(offer)


def running(offer: Offer) -> Contact | None:
    """The contact that runs with the person of `offer`, from whichever event, with its supporter."""
    mine = Q(offer=offer.pk) | Q(offer=offer.continues_id)
    if offer.involvement.employee_id:
        mine |= Q(open_for=offer.involvement.employee_id)
    contacts = Contact.objects.open().select_related("supporter__user", "offer__incident")
    return contacts.filter(mine).first()


def running_with(offers: Sequence[Offer]) -> dict[UUID, Contact]:
    """By the id of each of `offers` whose person is supported already, the contact that runs with them, from
    whichever event: one query.
    """
    people = {each.involvement.employee_id for each in offers} - {None}
    contacts = Contact.objects.open().filter(open_for__in=people).select_related("supporter__user")
    by_person = {each.open_for_id: each for each in contacts}
    return {
        each.pk: by_person[each.involvement.employee_id]
        for each in offers
        if each.involvement.employee_id in by_person
    }


def _choices(wanted: Sequence[tuple[Need, Sequence[UUID]]]) -> list[list[Choice]]:
    """For every need the supporters with these ids, in their order, as choices: one query."""
    aspects = [order.aspects(need) for need, _ids in wanted]
    parts = [
        reasons.with_lines(Supporter.objects.filter(id__in=ids), aspects[number]).annotate(part=Value(number))
        for number, (_need, ids) in enumerate(wanted)
    ]
    found = parts[0].union(*parts[1:], all=True) if parts else ()
    choices = {
        (each.part, each.id): Choice(each, reasons.reasons_of(each, wanted[each.part][0], aspects[each.part]))
        for each in found
    }
    return [[choices[number, pk] for pk in ids] for number, (_need, ids) in enumerate(wanted)]


def _shortlists(needs: Sequence[Need], *, each: int) -> list[list[tuple[int, datetime, UUID]]]:
    """The `each` best for every need, best first, with score and when they were last asked: one query."""
    lists: list[list[tuple[int, datetime, UUID]]] = [[] for _ in needs]
    rankings = [
        order.best_first(may_be_asked.supporters(need), need)
        .annotate(part=Value(number))
        .values_list("part", "score", "last_asked_at", "id")[:each]
        for number, need in enumerate(needs)
    ]
    found = rankings[0].union(*rankings[1:], all=True) if rankings else ()
    for part, score, asked, pk in found:
        lists[part].append((score, asked or NEVER_ASKED, pk))
    return [sorted(each) for each in lists]
