"""What involved employees decide about the support that is offered to them.

While a supporter is asked or at work it is a step in the contact (supporters.contacts.flow); before and
after that it changes the offer alone, here. Nobody is asked why, and nothing of it reaches the manager or
the reporter. `by` is None for who has no account and came by the own link (supporters.contacts.own_link).
Every function runs in one transaction and raises NotAllowed (not one's own, or not now) or Stale (something
else happened meanwhile).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from hospital.clock import may_be_planned
from incidents.models import Involvement
from notifications.reminders import schedule
from supporters.contacts.flow import NotAllowed, record
from supporters.enums import EventKind, Outcome, Waiting
from supporters.models import Contact, Offer, ReachMe, SupportPolicy
from supporters.offers.opening import match_url, push_counts, tell_when_late
from supporters.offers.reminders import SOMEBODY_WAITS


@transaction.atomic
def decline(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """No support wanted, or no more of it: the offer is closed, and `come_back` takes it up again."""
    offer, contact = _own(offer, by)
    if offer.closed_at:
        raise NotAllowed
    if contact:
        return record(contact=contact, kind=EventKind.OFFER_DECLINED, by=by, at=at).offer
    offer.waiting_for, offer.closed_at = Waiting.NOTHING, at
    offer.outcome = Outcome.COMPLETED if offer.reached_at else Outcome.DECLINED
    offer.offered_at = offer.offered_at or at
    offer.save(update_fields=["waiting_for", "closed_at", "outcome", "offered_at"])
    schedule.cancel(subject_id=offer.pk, at=at)
    push_counts(offer.incident, at=at)
    return offer


@transaction.atomic
def postpone(*, offer: Offer, planned_for: datetime, by: User | None, at: datetime) -> Offer:
    """Not now: the first contact is wanted by `planned_for` (aware, within a year) and not before that day.

    Without a supporter yet, the coordinator has until then to find one: the norm gives way to the wish.
    """
    offer, contact = _own(offer, by)
    if offer.closed_at or not may_be_planned(planned_for, at=at):
        raise NotAllowed
    if contact:
        kind = EventKind.OFFER_LATER
        return record(contact=contact, kind=kind, by=by, at=at, planned_for=planned_for).offer
    term = timedelta(hours=SupportPolicy.current().first_contact_hours)
    offer.first_contact_due_at = planned_for
    offer.due_at = max(at, planned_for - term / 2)
    offer.offered_at = offer.offered_at or at
    offer.save(update_fields=["first_contact_due_at", "due_at", "offered_at"])
    schedule.cancel(subject_id=offer.pk, at=at)
    push_counts(offer.incident, at=at)
    tell_when_late(offer)
    return offer


@transaction.atomic
def ask_somebody_else(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Another supporter, please. The two are not matched again, and the coordinator is told."""
    _, contact = _own(offer, by)
    if contact is None:
        raise NotAllowed
    return record(contact=contact, kind=EventKind.HANDED_BACK, by=by, at=at).offer


@transaction.atomic
def come_back(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Support after all: the offer is open again, with a new term for the first contact, and the
    coordinator is told.
    """
    offer, contact = _own(offer, by)
    if not offer.closed_at or contact:
        raise NotAllowed
    term = timedelta(hours=SupportPolicy.current().first_contact_hours)
    offer.waiting_for, offer.closed_at, offer.outcome = Waiting.ASSIGNMENT, None, ""
    offer.due_at, offer.first_contact_due_at = at + term / 2, at + term
    offer.save(update_fields=["waiting_for", "closed_at", "outcome", "due_at", "first_contact_due_at"])
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
    return offer


@transaction.atomic
def change_wishes(
    *, offer: Offer, other_department: bool, physician: bool, outside: bool, by: User | None, at: datetime
) -> Offer:
    """What the employee wishes of a supporter; until somebody is asked."""
    offer, _ = _own(offer, by)
    if offer.waiting_for != Waiting.ASSIGNMENT:
        raise NotAllowed
    Involvement.objects.filter(pk=offer.involvement_id).update(
        wish_other_department=other_department, wish_physician=physician, wish_outside=outside
    )
    return offer


@transaction.atomic
def reach_me(*, offer: Offer, wanted: Mapping[str, Any], by: User | None) -> None:
    """How the employee would like to be reached (the fields of ReachMe), for the supporter alone."""
    offer, _ = _own(offer, by)
    if offer.closed_at:
        raise NotAllowed
    ReachMe.objects.update_or_create(offer=offer, defaults=dict(wanted))


def _own(offer: Offer, by: User | None) -> tuple[Offer, Contact | None]:
    """`offer` locked, and its open contact. Raises NotAllowed when it is somebody else's."""
    own = Offer.objects.select_for_update(of=("self",)).filter(
        pk=offer.pk, involvement__employee=by, involvement__erased_at=None
    )
    found = own.select_related("involvement", "incident").first()
    if found is None:
        raise NotAllowed
    return found, found.contacts.open().first()
