"""The one writer of a contact.

Every change of a contact goes through `propose`, `record`, `undo` or `heed_wish` here. Each runs in one
transaction, which

1. locks the offer, then the contact, and finds out whether it still is what the caller saw (else `MovedOn`);
2. asks who takes the step, and whether that one may (`allowed_steps.may_take`);
3. appends one `ContactEvent`: nothing in the log is ever changed, an undo is one more line;
4. reads from the whole log what is so now (`allowed_steps.replay`) and writes it to the `Contact`, in an
   UPDATE that names the old state;
5. brings the `Offer` in line, and those that go on with it: what it waits for and until when, first offered,
   first reached, closed, outcome;
6. brings the `Supporter` in line: `load`, `last_asked_at`, and `rests_until` after a contact that ended;
7. brings the `Appointment` in line, where its place is free then, and the mails about it to the employee
   (`supporters.contacts.appointments`);
8. adds an `Exclusion` when a supporter is too close or an employee would rather have somebody else;
9. writes the reminders that are wanted now and cancels those that no longer are
   (`supporters.contacts.reminders.wanted`).

Locks are taken in the order offer, contact, supporter, place: who locks these elsewhere keeps that order.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import Any, ParamSpec
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Min, Q, Value
from django.db.models.functions import Coalesce

from accounts.enums import Role
from accounts.models import User
from hospital.clock import Cover, may_be_planned
from hospital.models import WorkingHours
from hospital.refused import saying
from notifications.reminders import schedule
from supporters.contacts import alerts, announcing, due_moments, reminders
from supporters.contacts.allowed_steps import (
    TRANSITIONS,
    UNDO_WITHIN,
    ContactFacts,
    Party,
    counting,
    is_complete,
    is_same_follow_up,
    may_take,
    replay,
    tried_enough,
)
from supporters.contacts.appointments import keeping, places, told_employee
from supporters.contacts.wished_parts import parts_of
from supporters.enums import ContactState, EventKind, HandBackReason, Outcome, Waiting
from supporters.models import (
    Contact,
    ContactEvent,
    Exclusion,
    MeetingPlace,
    Offer,
    Supporter,
    SupportPolicy,
)


class ContactError(Exception):
    """A step that cannot be taken."""


class NotAllowed(ContactError):
    """Not in this state, not by this person, or without what the step needs."""


class OutsideWished(ContactError):
    """The employee asked for somebody outside the hospital, and has to take that back first."""


class TooManyConversations(ContactError):
    """The agreed number of conversations was held; more help is the coordinator's to arrange."""


class SameFollowUp(ContactError):
    """A follow-up was noted so short ago that this is the same one."""


class EntryStands(ContactError):
    """An entry can be undone for ten minutes."""


class MovedOn(ContactError):
    """Meanwhile something else happened; nothing was changed."""


class AlreadyOff(ContactError):
    """The appointment was cancelled meanwhile."""


class PlaceTaken(ContactError):
    """Others meet at that place about then."""


class PlaceOutOfUse(ContactError):
    """The place was taken off the list meanwhile: nothing more is planned there."""


class AlreadyProposed(ContactError):
    """The offer has an open contact."""


class RunsElsewhere(ContactError):
    """A contact with this person runs already, from another event."""


class NoCapacity(ContactError):
    """The supporter has as many open contacts as agreed."""


#: Who says this has the offer.
_ANSWERED = frozenset(
    {
        EventKind.OFFER_DECLINED,
        EventKind.OFFER_LATER,
        EventKind.OFFER_SOONER,
        EventKind.APPOINTMENT_PLANNED,
    }
)

P = ParamSpec("P")

#: What the database refuses, as the error it means.
_REFUSALS: dict[str, type[ContactError]] = {
    "contact_one_open_per_offer": AlreadyProposed,
    "contact_one_open_per_person": RunsElsewhere,
    "supporter_within_capacity": NoCapacity,
    "contact_event_corrects_one": MovedOn,
    "appointment_one_open_per_contact": MovedOn,
}


def _writes(service: Callable[P, Contact]) -> Callable[P, Contact]:
    """Run `service` in one transaction, and say what the database refused in words of the domain."""

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> Contact:
        with saying(_REFUSALS):
            return service(*args, **kwargs)

    return run


def hold(offer_id: UUID) -> None:
    """Lock the offer until the transaction ends. Raises NotAllowed when it is gone: its report was taken
    back, or joined with another.
    """
    if not Offer.objects.select_for_update().filter(pk=offer_id).values_list("pk").first():
        raise NotAllowed


@_writes
def propose(
    *, offer: Offer, supporter: Supporter, by: User, at: datetime, takes_capacity: bool = True
) -> Contact:
    """Ask `supporter` to support the employee of `offer`; the new contact, *proposed*.

    The answer is wanted within the policy's working hours, and by when the employee was promised a call, as
    long as that is to come. `takes_capacity` False: asked beyond what was agreed, so that it does not count.
    Raises AlreadyProposed, RunsElsewhere, NoCapacity, NotAllowed (the offer is closed).
    """
    offers = Offer.objects.select_for_update(of=("self",)).select_related("incident", "involvement__employee")
    held = offers.filter(pk=offer.pk, closed_at=None).first()
    if held is None:
        raise NotAllowed
    offer = held
    hours = WorkingHours.current()
    answer_by = due_moments.answer_by(offer, at, hours)
    alert = alerts.standing(offer)
    contact = Contact.objects.create(
        offer=offer,
        open_for=offer.involvement.employee,
        supporter=supporter,
        state=ContactState.PROPOSED,
        takes_capacity=takes_capacity,
        due_at=answer_by,
        proposed_at=at,
        alert=alert,
    )
    events = [_append(contact, EventKind.ASSIGNED, by, at, planned_for=answer_by)]
    if offer.not_before and offer.not_before > at:
        # The day that they asked for is in every supporter's log, as if it were asked for now.
        events.append(_append(contact, EventKind.OFFER_LATER, None, at, planned_for=offer.not_before))
    facts = replay(events, alert=alert)
    _announce(offer, at)
    if _somebody_accepted_before(contact) and not told_employee.tells_that_it_fell_out(offer, at=at):
        announcing.another_calls(offer.involvement, contact=contact.pk, at=at)
    Supporter.objects.filter(pk=supporter.pk).update(last_asked_at=at, load=F("load") + int(takes_capacity))
    schedule.cancel(subject_id=offer.pk, at=at)
    _write(contact, facts, before=facts, at=at, cover=hours.cover)
    return contact


@_writes
def record(
    *,
    contact: Contact,
    kind: EventKind,
    by: User | None,
    at: datetime,
    planned_for: datetime | None = None,
    mode: str = "",
    reason: str = "",
    outcome: str = "",
    place: MeetingPlace | None = None,
    seen: int | None = None,
) -> Contact:
    """Take one step in `contact`; the contact as it is after it. `by` is None for the involved employee by
    the own link (supporters.contacts.own_link).

    `planned_for` (aware) is for *offer_later*, *offer_sooner* and an appointment, `mode` for that,
    *conversation* and *follow_up_held*, `place` for an appointment in person, `reason` for *handed_back* by
    the supporter, `outcome` for *closed*. `seen` is the id of the last line the caller saw: a second tap
    finds another one.
    Raises MovedOn, NotAllowed, TooManyConversations, SameFollowUp, PlaceTaken, PlaceOutOfUse.
    """
    contact, events = _locked(contact, seen)
    policy, cover = cache(SupportPolicy.current), WorkingHours.current().cover
    facts = _facts(contact, events, cover)
    party = _party(contact, facts, kind, by)
    if not is_complete(
        kind, facts, party, planned_for=planned_for, mode=mode, reason=reason, outcome=outcome, place=place
    ) or (planned_for and not may_be_planned(planned_for, at=at)):
        raise NotAllowed
    if kind == EventKind.APPOINTMENT_MISSED and at < facts.due_at:
        raise NotAllowed
    if not facts.is_open and _has_successor(contact):
        raise NotAllowed
    if place and not MeetingPlace.objects.filter(pk=place.pk, in_use=True).exists():
        raise PlaceOutOfUse
    if is_same_follow_up(kind, facts, at=at):
        raise SameFollowUp
    if not may_take(kind, facts, party, most_conversations=lambda: policy().max_conversations):
        raise TooManyConversations if kind == EventKind.CONVERSATION else NotAllowed
    event = _append(
        contact,
        kind,
        None if party == Party.EMPLOYEE else by,
        at,
        planned_for=planned_for
        or due_moments.after_step(contact, facts, kind, party, at, policy=policy, cover=cover),
        mode=mode,
        reason=reason,
        outcome=outcome,
        place=place,
    )
    if kind == EventKind.HANDED_BACK and (party == Party.EMPLOYEE or reason == HandBackReason.CONFLICT):
        _exclude(contact, at)
    events.append(event)
    tried = _facts(contact, events, cover)
    if kind == EventKind.ATTEMPT_FAILED and _tried_enough(tried, policy(), cover):
        events.append(_append(contact, EventKind.UNREACHED, by, at))
        announcing.mail_tried(contact.offer.involvement, line=events[-1].pk, at=at)
    _write(contact, _facts(contact, events, cover), before=facts, at=at, cover=cover)
    if contact.outcome == Outcome.UNREACHABLE:
        announcing.second_offer(contact.offer, at=at, days=policy().second_offer_days)
    return contact


@_writes
def undo(*, contact: Contact, by: User, at: datetime, seen: int | None = None) -> Contact:
    """Take back the last entry of `by` in `contact`, by a correcting line; the contact as it was before
    that entry.

    Raises MovedOn, NotAllowed (somebody else's entry, or nothing to undo), EntryStands (after ten minutes),
    NoCapacity, AlreadyProposed and RunsElsewhere (an ended contact that cannot be opened again because
    something else took its place), PlaceTaken (a talk that others took the place of).
    """
    contact, events = _locked(contact, seen)
    cover = WorkingHours.current().cover
    facts = _facts(contact, events, cover)
    last = facts.last
    mine = last.by_id == by.pk or (last.by is None and contact.offer.involvement.employee_id == by.pk)
    if not mine or last.kind == EventKind.ASSIGNED or contact.offer.involvement.erased_at:
        raise NotAllowed
    if at - last.at > UNDO_WITHIN:
        raise EntryStands
    if not facts.is_open and _has_successor(contact):
        raise AlreadyProposed
    # That they tried enough was found with the attempt, and goes with it.
    undone = counting(events)[-2:] if last.kind == EventKind.UNREACHED else [last]
    corrections = [
        _append(contact, EventKind.CORRECTED, last.by, at, corrects=line) for line in reversed(undone)
    ]
    if last.kind == EventKind.HANDED_BACK:
        # The moment tells the pair that this very line excluded from one that was excluded before.
        Exclusion.objects.filter(
            supporter=contact.supporter, employee=contact.offer.involvement.employee_id, added_at=last.at
        ).delete()
    now = _facts(contact, [*events, *corrections], cover)
    _write(contact, now, before=facts, at=at, cover=cover)
    reminders.no_news_of(undone, at=at)
    return contact


@_writes
def heed_wish(*, contact: Contact, at: datetime) -> Contact:
    """In which parts of the day the employee likes to be called has changed: until when `contact` wants the
    next call follows. Nothing is noted.
    """
    contact, events = _locked(contact, None)
    cover = WorkingHours.current().cover
    facts = _facts(contact, events, cover)
    _write(contact, facts, before=facts, at=at, cover=cover)
    return contact


@transaction.atomic
def carry(*, contact: Contact, offer: Offer, at: datetime) -> None:
    """`offer`, of another event and the same person, goes on with `contact`, which is open; it waits for no
    supporter of its own, and is told, if it was not yet. Both offers are locked. The supporter hears of it.
    """
    lead = Offer.objects.get(pk=contact.offer_id)
    _announce(offer, at)
    schedule.cancel(subject_id=offer.pk, at=at)
    new: dict[str, Any] = {"continues": lead, "waiting_for": lead.waiting_for, "due_at": lead.due_at}
    if offer.counted_with_id is None and lead.counted_with_id != offer.pk:
        new["counted_with"] = lead.counted_with_id or lead.pk
    if lead.reached_at:
        new |= {"reached_at": at, "offered_at": Coalesce(F("offered_at"), Value(at))}
    Offer.objects.filter(pk=offer.pk).update(**new)
    schedule.remind([reminders.another_event(contact, offer, at)])


def withdraw(*, contact: Contact, by: User, at: datetime, seen: int | None = None) -> Contact:
    """The coordinator asks somebody else; the contact, *handed back*. Raises MovedOn, NotAllowed."""
    return record(contact=contact, kind=EventKind.HANDED_BACK, by=by, at=at, seen=seen)


def _locked(contact: Contact, seen: int | None) -> tuple[Contact, list[ContactEvent]]:
    """`contact` and its log, locked against every other writer. Raises MovedOn when it is not what the caller
    saw.
    """
    hold(contact.offer_id)
    found = (
        Contact.objects.select_for_update(of=("self",))
        .select_related("offer__incident", "offer__reach_me", "supporter", "alert")
        .filter(pk=contact.pk, state=contact.state)
        .first()
    )
    if found is None:
        raise MovedOn
    events = list(found.events.order_by("id"))
    if seen is not None and events[-1].pk != seen:
        raise MovedOn
    return found, events


def _facts(contact: Contact, events: list[ContactEvent], cover: Cover) -> ContactFacts:
    """What is so after `events` of `contact` (of `_locked`)."""
    return due_moments.as_wished(replay(events, alert=contact.alert), parts_of(contact.offer), cover)


def _party(contact: Contact, facts: ContactFacts, kind: EventKind, by: User | None) -> Party:
    """The party as which `by` takes the step `kind`. Raises NotAllowed."""
    step = TRANSITIONS[facts.state].get(kind)
    if step:
        employee = by.pk if by else None
        if Party.EMPLOYEE in step.parties and contact.offer.involvement.employee_id == employee:
            return Party.EMPLOYEE
        if by is None:
            raise NotAllowed
        if Party.SUPPORTER in step.parties and contact.supporter.user_id == by.pk:
            return Party.SUPPORTER
        if Party.COORDINATOR in step.parties and by.has_role(Role.COORDINATOR):
            return Party.COORDINATOR
    raise NotAllowed


def _has_successor(contact: Contact) -> bool:
    """Whether somebody else was asked after `contact` ended."""
    return contact.offer.contacts.filter(proposed_at__gt=contact.proposed_at).exclude(pk=contact.pk).exists()


def _tried_enough(facts: ContactFacts, policy: SupportPolicy, cover: Cover) -> bool:
    """By the policy, and in no more parts of the day than those in which calls are made."""
    parts = min(policy.attempt_parts, cover.parts_of_day)
    return facts.unreached is None and tried_enough(
        facts, attempts=policy.attempts, days=policy.attempt_days, parts=parts
    )


def _announce(offer: Offer, at: datetime) -> None:
    """The employee hears that a colleague will call, whom nobody wrote to when the report came in.

    The reminder stays while the offer is open, so it is written once. A mail that was sent is forgotten
    before: who has no account and was told is not told again.
    """
    schedule.remind(announcing.notices([offer.involvement], at=at))
    if offer.announced_at is None:
        announcing.mail([offer.involvement], at=at)


def _somebody_accepted_before(contact: Contact) -> bool:
    """From then on the own page says who calls."""
    before = Contact.objects.filter(offer=contact.offer_id, accepted_at__isnull=False)
    return before.exclude(pk=contact.pk).exists()


def _append(
    contact: Contact,
    kind: EventKind,
    by: User | None,
    at: datetime,
    *,
    planned_for: datetime | None = None,
    mode: str = "",
    reason: str = "",
    outcome: str = "",
    place: MeetingPlace | None = None,
    corrects: ContactEvent | None = None,
) -> ContactEvent:
    return ContactEvent.objects.create(
        contact=contact,
        kind=kind,
        by=by,
        at=at,
        planned_for=planned_for,
        mode=mode,
        reason=reason,
        outcome=outcome,
        place=place,
        corrects=corrects,
    )


def _exclude(contact: Contact, at: datetime) -> None:
    """These two are not matched again; somebody without an account cannot be on a list."""
    employee = contact.offer.involvement.employee_id
    if employee:
        Exclusion.objects.get_or_create(
            supporter=contact.supporter, employee_id=employee, defaults={"added_at": at}
        )


def _write(
    contact: Contact, facts: ContactFacts, *, before: ContactFacts, at: datetime, cover: Cover
) -> None:
    """Effects 4 to 9 of the module: `contact` and what hangs on it, as `facts` say, which were `before`."""
    was_open = before.is_open
    was_reached_at = contact.reached_at
    new = {
        "state": facts.state,
        "outcome": facts.outcome,
        "next_step": facts.next_step,
        "due_at": facts.due_at,
        "accepted_at": facts.accepted_at,
        "reached_at": facts.reached_at,
        "closed_at": facts.closed_at,
        "conversations": facts.conversations,
    }
    if was_open != facts.is_open:
        new["open_for"] = contact.offer.involvement.employee if facts.is_open else None
    if not Contact.objects.filter(pk=contact.pk, state=contact.state).update(**new):
        raise MovedOn
    for field, value in new.items():
        setattr(contact, field, value)
    counts_anew = contact.reached_at != was_reached_at
    if was_open or facts.is_open:
        _write_offer(contact.offer, facts, counts_anew=counts_anew, cover=cover)
    else:
        _write_answer(contact.offer, facts, cover=cover)
    if was_open != facts.is_open:
        _write_supporter(contact, facts)
    talk = facts.agreed.line if facts.agreed and facts.agreed != before.agreed else None
    if talk and talk.place_id and not places.hold(talk.place_id, talk.planned_for or at, besides=contact):
        raise PlaceTaken
    if keeping.keep(contact, before.appointment, facts.appointment):
        told_employee.settle(contact, facts, at=at, cover=cover)
    wanted = reminders.wanted(contact, facts, cover=cover)
    schedule.settle(subject_id=contact.pk, kinds=reminders.CODES, wanted=wanted, at=at)


def _write_offer(offer: Offer, facts: ContactFacts, *, counts_anew: bool, cover: Cover) -> None:
    """The offer, which is locked, and those that go on with it, follow its last contact; it was first
    reached by any of them, and first offered, if not before, when somebody reached them: both are looked
    up where this step may have changed them.
    """
    new: dict[str, Any] = {
        "waiting_for": facts.waiting_for,
        "due_at": facts.wanted_by(cover),
        "closed_at": facts.closed_at,
        "outcome": facts.outcome,
        "not_before": facts.later,
    }
    first_call_moves = facts.later or not facts.reached_at or offer.first_contact_due_at > facts.due_at
    if facts.state == ContactState.HANDED_BACK and first_call_moves:
        # The next supporter's log does not know what was promised.
        new["first_contact_due_at"] = facts.later or facts.due_at
    if facts.last.kind == EventKind.OFFER_SOONER and not facts.reached_at:
        # As of somebody who is promised a first call now.
        new["first_contact_due_at"] = facts.last.planned_for
    if facts.last.kind in _ANSWERED or facts.outcome == Outcome.REFERRED:
        new["offered_at"] = Coalesce(F("offered_at"), Value(facts.last.at))
    if counts_anew:
        reached = offer.contacts.aggregate(first=Min("reached_at"))["first"]
        new["offered_at"] = Coalesce(F("offered_at"), reached)
        new["reached_at"] = reached
    Offer.objects.filter(Q(pk=offer.pk) | Q(continues=offer.pk)).update(**new)


def _write_answer(offer: Offer, facts: ContactFacts, *, cover: Cover) -> None:
    """After her answer in a contact that had ended the offer waits for a supporter, if it is open."""
    if offer.closed_at:
        return
    alert = facts.called_in
    due_at = cover.opens_from(alert.at) if alert else max(facts.due_at, offer.first_contact_due_at)
    waiting_for = Waiting.COORDINATOR if alert else Waiting.ASSIGNMENT
    same = Offer.objects.filter(Q(pk=offer.pk) | Q(continues=offer.pk))
    same.update(waiting_for=waiting_for, due_at=due_at)


def _write_supporter(contact: Contact, facts: ContactFacts) -> None:
    """`contact` began or ended to be open. A supporter rests after the last contact in which somebody was
    reached.
    """
    taken = int(contact.takes_capacity) * (1 if facts.is_open else -1)
    ended = Contact.objects.filter(
        supporter=contact.supporter_id, state=ContactState.CLOSED, reached_at__isnull=False
    ).aggregate(at=Max("closed_at"))["at"]
    rests_until = ended + timedelta(days=SupportPolicy.current().cool_down_days) if ended else None
    Supporter.objects.filter(pk=contact.supporter_id).update(load=F("load") + taken, rests_until=rests_until)
