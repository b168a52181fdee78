"""What employees read of the call that was promised to them: on the home page, and on the own page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from hospital.clock import DAY, Cover
from hospital.models import WorkingHours
from supporters.enums import AppointmentState, ContactState, EventKind, NextStep, Waiting
from supporters.models import Appointment, Contact, ContactEvent, Offer, OfferQuerySet

_AT_WORK = (ContactState.ACCEPTED, ContactState.IN_CONTACT)
_RUNNING = Contact.objects.filter(offer=OuterRef("pk"))
_LATER = ContactEvent.objects.filter(
    contact__offer=OuterRef("pk"),
    contact__state=ContactState.PROPOSED,
    kind=EventKind.OFFER_LATER,
    corrected_by=None,
).order_by("-id")
_PROMISED_AT = Coalesce(
    Subquery(_RUNNING.filter(state=ContactState.ACCEPTED).values("due_at")),
    Subquery(_LATER.values("planned_for")[:1]),
    "first_contact_due_at",
)
_SUPPORTER = Subquery(_RUNNING.filter(state__in=_AT_WORK).values("supporter__user__name"))
_AGREED_ON = Subquery(
    _RUNNING.filter(state__in=_AT_WORK, next_step__in=(NextStep.CALL_LATER, NextStep.FOLLOW_UP)).values(
        "due_at"
    )
)
_AGREED = Appointment.objects.filter(contact__offer=OuterRef("pk"), state=AppointmentState.OPEN)
_IS_IN_CONTACT = Exists(_RUNNING.filter(state=ContactState.IN_CONTACT))


@dataclass(frozen=True, slots=True)
class PromisedCall:
    """Until when somebody is called, and what is so once that has passed. `coordinator_sees`: it stands late
    on the worklist; else a supporter was asked after it had passed, who may still answer. `opens`: where
    nobody calls now, from when on somebody does, as long as that is not long before it. `on_day`: that day
    was agreed on. `mode`: it is an appointment at `by`, by that means (ConversationMode), and at `place` if
    in person.
    """

    by: datetime
    is_late: bool
    coordinator_sees: bool
    opens: datetime | None = None
    on_day: bool = False
    mode: str = ""
    place: str = ""


def with_promise(offers: OfferQuerySet) -> QuerySet[Any]:
    """`offers` with what `promise_of` reads: when the call is due of the supporter who said yes, or the day
    that was asked for meanwhile, or when the first contact is due.
    """
    return offers.annotate(
        promised_at=_PROMISED_AT,
        supporter=_SUPPORTER,
        in_contact=_IS_IN_CONTACT,
        agreed_on=_AGREED_ON,
        appointment_at=Subquery(_AGREED.values("at")),
        appointment_mode=Subquery(_AGREED.values("mode")),
        appointment_place=Subquery(_AGREED.values("place__name")),
    )


def promise_of(offer: Any, *, now: datetime, cover: Cover) -> PromisedCall | None:
    """The call that is promised with `offer` (read by `with_promise`), or the talk that was agreed on; None
    when it was made, by the supporter who is in contact, or by the one before whoever is looked for or asked
    now, or tried in vain.
    """
    if offer.waiting_for == Waiting.UNREACHED:
        return None
    sees = offer.due_at < now
    if at := offer.appointment_at:
        mode, place = offer.appointment_mode, offer.appointment_place or ""
        return PromisedCall(at, is_late=at < now, coordinator_sees=sees, mode=mode, place=place)
    if day := offer.agreed_on:
        return PromisedCall(day, is_late=day < now, coordinator_sees=sees, on_day=True)
    by = offer.promised_at
    if offer.in_contact or (offer.reached_at and not offer.supporter and by < now):
        return None
    opens = cover.opens_from(now)
    said = opens if now < opens and by - opens < DAY else None
    return PromisedCall(by, is_late=by < now, coordinator_sees=sees, opens=said)


def running(user: User) -> dict[str, Any]:
    """The call that is promised to `user`, with the colleague who said yes; one, however many events: one
    query, and the cover.

    A coordinator sees here, too, only the own.
    """
    mine = with_promise(Offer.objects.open().leading().filter(involvement__employee=user))
    now, cover = timezone.now(), WorkingHours.current().cover
    return {
        "calls": [(offer, promise_of(offer, now=now, cover=cover)) for offer in leading(mine)[:1]],
        "now": now,
    }


def leading(offers: Iterable[Any]) -> list[Any]:
    """Open `offers` to one person (of `with_promise`), first the one that says who calls, or when soonest."""
    return sorted(offers, key=lambda each: (not each.supporter, each.promised_at, each.pk))
