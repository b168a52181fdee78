"""Until when the next step of a contact is wanted: the supporter's answer, the first call, another attempt, a
follow-up. All of it in hours of cover; nothing is written here.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from hospital.clock import Cover, local_day
from hospital.models import WorkingHours
from supporters.contacts.allowed_steps import ContactFacts, Party
from supporters.contacts.wished_parts import wished_by
from supporters.enums import ContactState, EventKind, NextStep
from supporters.models import Contact, Offer, SupportPolicy

#: Steps that are a call within a term; the others are of an agreed moment or day, or of somebody else.
_IN_A_TERM = frozenset({NextStep.CALL, NextStep.CALL_AGAIN, NextStep.ARRANGE})


def as_wished(facts: ContactFacts, parts: Collection[str], cover: Cover) -> ContactFacts:
    """`facts` of somebody who likes to be called in `parts` of the day: the log says the term, this until
    when the call is wanted.
    """
    if not parts or facts.next_step not in _IN_A_TERM:
        return facts
    return replace(facts, due_at=wished_by(facts.due_at, parts, cover))


def answer_by(offer: Offer, at: datetime, hours: WorkingHours) -> datetime:
    """Until when a supporter asked at `at` is expected to answer: some hours of working time, no longer than
    half of the time until the employee is to be called.
    """
    answer_by = hours.office.add_hours(at, SupportPolicy.current().accept_working_hours)
    promised: datetime | None = offer.first_contact_due_at
    if offer.reached_at and offer.first_contact_due_at <= at:
        promised = _said_before(offer, at)
    if promised is None or promised <= at or answer_by < promised:
        return answer_by
    half, office = at + (promised - at) / 2, hours.office.cover
    opens, closed = office.opens_from(half), office.closed_by(half)
    if opens < promised:
        return opens
    return closed if closed > at else half


def after_step(
    contact: Contact,
    facts: ContactFacts,
    kind: EventKind,
    party: Party,
    at: datetime,
    *,
    policy: Callable[[], SupportPolicy],
    cover: Cover,
) -> datetime | None:
    """Until when the step after `kind` is wanted; None where it changes nothing.

    First contact by the moment frozen on the offer (PMC/UMCG: 24 hours), another attempt, or the first call
    of another supporter to somebody who was reached before, as much later, follow-up after the days of the
    policy (EMC: 3, UMCG: 14), by when calls end on that day. All of it in hours of cover.
    """

    def again() -> datetime:
        return policy().call_by(at, cover=cover)

    def in_days(days: int) -> datetime:
        return cover.close_of(local_day(at) + timedelta(days=days))

    match kind:
        case EventKind.ACCEPTED:
            return _first_call(contact, facts, at, again)
        case EventKind.ATTEMPT_FAILED | EventKind.COORDINATOR_ANSWERED:
            # An answer to another question than whether to go on trying moves nothing.
            moves = kind == EventKind.ATTEMPT_FAILED or facts.unreached
            return max(facts.due_at, again()) if moves else None
        case EventKind.HANDED_BACK:
            return _handed_on(contact, facts, party, at, again=again, cover=cover)
        case EventKind.APPOINTMENT_CANCELLED | EventKind.APPOINTMENT_MISSED:
            return again()
        case EventKind.REACHED | EventKind.CONVERSATION | EventKind.FOLLOW_UP_HELD:
            days = policy().follow_up_days
            number = facts.follow_ups + 1 if kind == EventKind.FOLLOW_UP_HELD else 0
            return in_days(days[min(number, len(days) - 1)])
        case _:
            return None


def _handed_on(
    contact: Contact,
    facts: ContactFacts,
    party: Party,
    at: datetime,
    *,
    again: Callable[[], datetime],
    cover: Cover,
) -> datetime:
    """By when the next one calls: what was promised by then holds, or the moment of a talk that falls out;
    who asks for another is promised it anew.
    """
    if facts.agreed and party != Party.EMPLOYEE:
        moment = facts.agreed.line.planned_for or at
        by = moment if cover.holds(moment) else cover.closed_by(moment)
        return by if by > at else again()
    promised = facts.due_at if facts.state == ContactState.ACCEPTED else at
    if party == Party.EMPLOYEE:
        promised = max(promised, again())
    return max(_first_call(contact, facts, at, again), promised)


def _first_call(
    contact: Contact, facts: ContactFacts, at: datetime, again: Callable[[], datetime]
) -> datetime:
    due = facts.later or contact.offer.first_contact_due_at
    if not contact.offer.reached_at or due >= at:
        return due
    return _said_before(contact.offer, at) or again()


def _said_before(offer: Offer, at: datetime) -> datetime | None:
    """By when another one calls, as was said when the one before handed it back, if that is to come."""
    before = offer.contacts.filter(state=ContactState.HANDED_BACK, accepted_at__isnull=False)
    said = before.order_by("-accepted_at").values_list("due_at", flat=True).first()
    return said if said and said > at else None
