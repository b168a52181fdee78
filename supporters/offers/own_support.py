"""What involved employees decide about the support that is offered to them.

While a supporter is asked or at work it is a step in the contact (supporters.contacts.flow); before and after
that it changes the offer alone, here. Nobody is asked why, and nothing of it reaches the manager or the
reporter. What somebody decides is for every event for which support is open for them. `by` is None for who
has no account and came by the own link (supporters.contacts.own_link). Every function runs in one transaction
and raises NotAllowed (not one's own, or not now), AlreadyOff (an appointment that is no more) or
MovedOn (something else happened meanwhile).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.enums import Role
from accounts.models import User
from hospital.clock import local_day, may_be_planned
from hospital.models import Department, Profession, WorkingHours
from incidents.models import Involvement, LaterMoment
from notifications.reminders import schedule
from supporters.contacts import alerts
from supporters.contacts.flow import AlreadyOff, NotAllowed, heed_wish, record
from supporters.enums import AppointmentState, EventKind, NextStep, Outcome, Waiting
from supporters.models import Contact, Offer, ReachMe, RenewedOffer, SupportPolicy, Wishes
from supporters.offers import line_wishes
from supporters.offers.opening import begin_term, match_url, push_counts, take_along, tell_when_late
from supporters.offers.reminders import SOMEBODY_WAITS


@transaction.atomic
def decline(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """No support wanted, or no more of it: the offer is closed, and `come_back` takes it up again."""
    mine = line_of(offer, by)
    if offer.closed_at or not mine.open:
        raise NotAllowed
    if mine.contact:
        record(contact=mine.contact, kind=EventKind.OFFER_DECLINED, by=by, at=at)
    for each in mine.without_contact:
        each.waiting_for, each.closed_at = Waiting.NOTHING, at
        each.outcome = Outcome.COMPLETED if each.reached_at else Outcome.DECLINED
        each.offered_at = each.offered_at or at
        each.save(update_fields=["waiting_for", "closed_at", "outcome", "offered_at"])
        take_along(each)
        schedule.cancel(subject_id=each.pk, at=at)
        push_counts(each.incident, at=at)
    # Who says no is not asked again, unless they say so after that.
    Offer.objects.filter(pk__in=[each.pk for each in mine.open]).update(ask_again_since=None)
    return mine.offer


@transaction.atomic
def postpone(*, offer: Offer, planned_for: datetime, by: User | None, at: datetime) -> Offer:
    """Not now: the first contact is wanted by `planned_for` (aware, within a year) and not before that day.

    Without a supporter yet, the coordinator has until then to find one: the norm gives way to the wish.
    """
    mine = line_of(offer, by)
    if not mine.open or not may_be_planned(planned_for, at=at):
        raise NotAllowed
    if mine.contact:
        record(contact=mine.contact, kind=EventKind.OFFER_LATER, by=by, at=at, planned_for=planned_for)
    half = timedelta(hours=SupportPolicy.current().first_contact_hours) / 2
    assign_by = WorkingHours.current().cover.opens_from(max(at, planned_for - half))
    for each in mine.without_contact:
        each.first_contact_due_at = each.not_before = planned_for
        # What she was alerted about is wanted of her as before.
        each.due_at = each.due_at if each.waiting_for == Waiting.COORDINATOR else assign_by
        _wait_anew(each, at)
    return mine.offer


@transaction.atomic
def sooner(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Not later after all: the term of a call that is promised now."""
    mine = line_of(offer, by)
    if not mine.open:
        raise NotAllowed
    if mine.contact:
        call_by = SupportPolicy.current().call_by(at, cover=WorkingHours.current().cover)
        record(contact=mine.contact, kind=EventKind.OFFER_SOONER, by=by, at=at, planned_for=call_by)
    for each in mine.without_contact:
        begin_term(each, at)
        _wait_anew(each, at)
    return mine.offer


def _wait_anew(offer: Offer, at: datetime) -> None:
    """Keep the new term of an open `offer` for which no supporter is asked."""
    offer.offered_at = offer.offered_at or at
    offer.save(update_fields=["first_contact_due_at", "not_before", "due_at", "offered_at"])
    take_along(offer)
    schedule.cancel(subject_id=offer.pk, at=at)
    push_counts(offer.incident, at=at)
    tell_when_late(offer)


@transaction.atomic
def cannot_then(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """The appointment is off; nobody asks why, and the supporter agrees on another."""
    contact = line_of(offer, by).contact
    if contact is None or not contact.appointments.filter(state=AppointmentState.OPEN).exists():
        raise AlreadyOff
    return record(contact=contact, kind=EventKind.APPOINTMENT_CANCELLED, by=by, at=at).offer


@transaction.atomic
def ask_somebody_else(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Another supporter, please. The two are not matched again, and the coordinator is told."""
    contact = line_of(offer, by).contact
    if contact is None:
        raise NotAllowed
    return record(contact=contact, kind=EventKind.HANDED_BACK, by=by, at=at).offer


@transaction.atomic
def come_back(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Support after all: the offer is open again, with a new term for the first contact, and the
    coordinator is told.
    """
    mine = line_of(offer, by)
    offer = mine.offer
    if not offer.closed_at:
        raise NotAllowed
    _take_up(offer, at)
    return offer


@transaction.atomic
def ask_again(*, offer: Offer, wanted: bool, by: User | None, at: datetime) -> None:
    """Whether the employee wishes to be offered support anew when something comes up (`renew`), after what
    the committee follows; until then their name stays, as long as the policy says.
    """
    mine = line_of(offer, by)
    line = [offer] if mine.offer.closed_at else mine.open
    of_line = Q(pk__in=[each.pk for each in line]) | Q(continues__in=[each.pk for each in line])
    since = at if wanted else None
    Offer.objects.filter(of_line, incident__tracked_since__isnull=False).update(ask_again_since=since)


def renew(moment: LaterMoment, at: datetime, _before: datetime | None = None) -> None:
    """Offer support anew, as a moment after the event is set, to whom it ended for and who asked for that:
    once for each moment. In the transaction that sets it (incidents.calamities.later_moments.listeners).
    """
    if moment.cancelled_at:
        return
    asked = Offer.objects.filter(incident=moment.incident, involvement__erased_at=None)
    asked = asked.exclude(closed_at=None).exclude(ask_again_since=None)
    asked = asked.exclude(renewed__moment=moment)
    for offer in asked.select_related("incident").select_for_update(of=("self",)).order_by("pk"):
        RenewedOffer.objects.create(offer=offer, moment=moment, at=at)
        offer.continues = None
        _take_up(offer, at)


def _take_up(offer: Offer, at: datetime) -> None:
    offer.waiting_for, offer.closed_at, offer.outcome = alerts.waiting(offer), None, ""
    line_wishes.rejoin(offer)
    begin_term(offer, at)
    offer.save(
        update_fields=[
            *("waiting_for", "closed_at", "outcome"),
            *("due_at", "first_contact_due_at", "not_before", "continues"),
        ]
    )
    take_along(offer)
    waits = schedule.reminder(
        key=f"offer:{offer.pk}:back:{at.isoformat()}",
        kind=SOMEBODY_WAITS,
        due_at=at,
        subject_id=offer.incident_id,
        url=match_url(offer),
        role=Role.COORDINATOR,
    )
    schedule.remind([waits])
    tell_when_late(offer)
    push_counts(offer.incident, at=at)


@transaction.atomic
def change_wishes(
    *,
    offer: Offer,
    other_department: bool,
    physician: bool,
    profession: Profession | None = None,
    from_department: Department | None = None,
    not_department: Department | None = None,
    by: User | None,
    at: datetime,
) -> Offer:
    """What the employee wishes of a supporter; until somebody is asked. Of two departments the same one is
    refused by the database.
    """
    mine = line_of(offer, by)
    if mine.contact or not mine.open:
        raise NotAllowed
    Involvement.objects.filter(offer__in=mine.open).update(
        wish_other_department=other_department, wish_physician=physician
    )
    wished = {
        "profession": profession,
        "from_department": from_department,
        "not_department": not_department,
    }
    for each in mine.open:
        Wishes.objects.update_or_create(offer=each, defaults=wished)
    return mine.offer


@transaction.atomic
def ask_outside(*, offer: Offer, wanted: bool, by: User | None, at: datetime) -> Offer:
    """Somebody outside the hospital, or, when not `wanted`, somebody of it after all: with a new term to
    hear of it. Whoever is asked or at work is thanked, and the coordinator told.
    """
    mine = line_of(offer, by)
    if not mine.open:
        raise NotAllowed
    for each in mine.without_contact:
        if each.involvement.wish_outside != wanted:
            _begin_anew(each, at)
    line = Q(offer__in=mine.open) | Q(offer__continues__in=mine.open)
    Involvement.objects.filter(line).update(wish_outside=wanted)
    if wanted and mine.contact:
        record(contact=mine.contact, kind=EventKind.HANDED_BACK, by=by, at=at)
    return mine.offer


def _begin_anew(offer: Offer, at: datetime) -> None:
    """A new term for `offer`, without a supporter, unless it is promised for later."""
    before = offer.first_contact_due_at
    begin_term(offer, at)
    if offer.first_contact_due_at <= before:
        return
    offer.save(update_fields=["due_at", "first_contact_due_at", "not_before"])
    take_along(offer)
    schedule.cancel(subject_id=offer.pk, at=at)
    tell_when_late(offer)


@transaction.atomic
def reach_me(*, offer: Offer, wanted: Mapping[str, Any], by: User | None, at: datetime) -> None:
    """How the employee would like to be reached (fields of ReachMe; the others stay), for the supporter
    alone; until when they are called follows. Who was called in vain and says so is called again, by when
    calls end on the next day that has any.
    """
    mine = line_of(offer, by)
    if not mine.open:
        raise NotAllowed
    for each in mine.open:
        ReachMe.objects.update_or_create(offer=each, defaults=dict(wanted))
    if mine.contact and mine.contact.next_step == NextStep.WAIT:
        again = WorkingHours.current().cover.close_of(local_day(at) + timedelta(days=1))
        record(contact=mine.contact, kind=EventKind.OFFER_LATER, by=by, at=at, planned_for=again)
    elif mine.contact:
        heed_wish(contact=mine.contact, at=at)


@dataclass(frozen=True)
class OwnLine:
    """What one person decides about at once: the offer they chose on, what is `open` for them (those that go
    on with another left out), and the contact that runs for one of these.
    """

    offer: Offer
    open: Sequence[Offer]
    contact: Contact | None

    @property
    def without_contact(self) -> list[Offer]:
        return [each for each in self.open if self.contact is None or each.pk != self.contact.offer_id]


def line_of(offer: Offer, by: User | None) -> OwnLine:
    """`offer` and all else that is open for the same person, locked. Raises NotAllowed when it is somebody
    else's.
    """
    mine = Q(pk=offer.pk)
    if by:
        mine |= Q(closed_at=None, continues=None)
    own = Offer.objects.filter(mine, involvement__employee=by, involvement__erased_at=None)
    rows = own.select_related("involvement", "incident").select_for_update(of=("self",)).order_by("pk")
    found = {each.pk: each for each in rows}
    if offer.pk not in found:
        raise NotAllowed
    open_ones = [each for each in found.values() if not each.closed_at and not each.continues_id]
    return OwnLine(found[offer.pk], open_ones, Contact.objects.open().filter(offer__in=open_ones).first())
