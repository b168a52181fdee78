"""What employees read of the call that was promised to them: on the home page, and on the own page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from hospital.clock import DAY, Cover
from hospital.models import WorkingHours
from incidents.models import Incident
from notifications.models import Notice
from notifications.notices.listing import mark_read
from supporters.contacts import announcing
from supporters.contacts.appointments.moments import is_late
from supporters.contacts.mailed_only import is_mailed
from supporters.contacts.wished_parts import parts_of, wished_by, wished_from
from supporters.enums import AppointmentState, ContactState, EventKind, NextStep, Waiting
from supporters.models import Appointment, Contact, ContactEvent, Offer, OfferQuerySet
from supporters.pool import members

_AT_WORK = (ContactState.ACCEPTED, ContactState.IN_CONTACT)
_LATER = ContactEvent.objects.filter(
    contact=OuterRef("pk"), kind__in=[EventKind.OFFER_LATER, EventKind.OFFER_SOONER], corrected_by=None
).order_by("-id")
#: Who supports, or was asked, with what was agreed on, and until when was asked for meanwhile.
_RUNNING = Prefetch(
    "contacts",
    Contact.objects.open()
    .select_related("supporter__user__profession", "supporter__user__department")
    .only(
        *("offer", "state", "due_at", "next_step"),
        *(f"supporter__user__{name}" for name in ("name", "email", "telephone")),
        *("supporter__user__profession__name", "supporter__user__department__name"),
    )
    .annotate(
        later=Subquery(_LATER.values("planned_for")[:1]),
        agreed=FilteredRelation("appointments", condition=Q(appointments__state=AppointmentState.OPEN)),
        agreed_at=F("agreed__at"),
        agreed_mode=F("agreed__mode"),
        agreed_place=F("agreed__place__name"),
    ),
    to_attr="open_contacts",
)
#: By when the one before would have called, or what was agreed on is arranged anew.
_BEFORE = Contact.objects.filter(
    offer=OuterRef("pk"), state=ContactState.HANDED_BACK, accepted_at__isnull=False
).order_by("-accepted_at")

#: The talk with the one before, which fell out.
_FELL_OUT = Appointment.objects.filter(contact__offer=OuterRef("pk"), state=AppointmentState.LAPSED).order_by(
    "-planned_by"
)


@dataclass(frozen=True, slots=True)
class PromisedCall:
    """Until when somebody is called, and what is so once that has passed. `coordinator_sees`: it stands on
    the worklist; else a supporter was asked after it had passed, who may still answer. `opens`: where nobody
    calls now, or they like it later, from when on somebody does, as long as that is not long before it.
    `on_day`: that day was agreed on. `mode`: it is an appointment at `by`, by that means (ConversationMode),
    and at `place` if in person. `outside`: they hear by then of help outside the hospital, which they asked
    for. `instead`: what is true of it where there is no colleague who could be asked. `off`: when they were
    to talk with the supporter before, which is off. `by_mail`: there is no number
    of them, so they are mailed.
    """

    by: datetime
    is_late: bool
    coordinator_sees: bool
    opens: datetime | None = None
    on_day: bool = False
    mode: str = ""
    place: str = ""
    outside: bool = False
    off: datetime | None = None
    by_mail: bool = False
    instead: str = ""


def with_promise(offers: OfferQuerySet) -> QuerySet[Any]:
    """`offers` with what `running_of` and `promise_of` read: two statements."""
    wishes = F("involvement__wish_outside")
    before = Subquery(_BEFORE.values("due_at")[:1])
    off = Subquery(_FELL_OUT.values("at")[:1])
    found = offers.prefetch_related(_RUNNING)
    return found.annotate(wants_outside=wishes, before_due_at=before, off_at=off)


def running_of(offer: Any) -> Any:
    """The open contact of `offer` (read by `with_promise`), if any."""
    return next(iter(offer.open_contacts), None)


def supporter_of(offer: Any) -> User | None:
    """Who said yes for `offer` (read by `with_promise`)."""
    contact = running_of(offer)
    return contact.supporter.user if contact and contact.state in _AT_WORK else None


def promise_of(offer: Any, *, now: datetime, cover: Cover) -> PromisedCall | None:
    """The call that is promised with `offer` (read by `with_promise`), or the talk that was agreed on; None
    when it was made, by the supporter who is in contact, or by the one before whoever is looked for or asked
    now, or tried in vain.
    """
    if offer.waiting_for == Waiting.UNREACHED:
        return None
    contact, supporter = running_of(offer), supporter_of(offer)
    is_asked = contact and contact.state == ContactState.PROPOSED
    sees = offer.due_at < now or not is_asked
    by_mail = is_mailed(offer)
    if contact and contact.agreed_at:
        at, mode, place = contact.agreed_at, contact.agreed_mode, contact.agreed_place or ""
        is_over = is_late(NextStep.APPOINTMENT, at, now=now)
        return PromisedCall(at, is_late=is_over, coordinator_sees=sees, mode=mode, place=place)
    if supporter and contact.next_step in (NextStep.CALL_LATER, NextStep.FOLLOW_UP):
        return PromisedCall(
            contact.due_at,
            is_late=contact.due_at < now,
            coordinator_sees=sees,
            on_day=True,
            by_mail=by_mail,
        )
    off = offer.off_at if offer.off_at and offer.off_at > now else None
    by = _promised_at(offer)
    outside = offer.wants_outside and contact is None
    instead = members.nobody_to_call(by, now) if contact is None and not outside else ""
    if offer.not_before and not supporter:
        return PromisedCall(
            by, by < now, sees, on_day=True, outside=outside, off=off, by_mail=by_mail, instead=instead
        )
    parts = () if outside else parts_of(offer)
    by = wished_by(by, parts, cover)
    in_contact = contact and contact.state == ContactState.IN_CONTACT
    arranges = contact and contact.next_step == NextStep.ARRANGE
    if (in_contact and not arranges) or (offer.reached_at and not supporter and by < now):
        return None
    opens = wished_from(now, by, parts, cover)
    said = opens if now < opens and by - opens < DAY else None
    return PromisedCall(
        by, by < now, sees, opens=said, outside=outside, off=off, by_mail=by_mail, instead=instead
    )


def _promised_at(offer: Any) -> datetime:
    """When the call is due of the supporter who said yes, or the day that was asked for, or, after one who
    had reached them, by when the next one calls, or when the first contact is due.
    """
    contact, at = running_of(offer), None
    if contact and contact.state in _AT_WORK:
        at = contact.due_at
    elif contact and contact.state == ContactState.PROPOSED:
        at = contact.later
    if at is None and offer.reached_at and offer.before_due_at:
        at = max(offer.before_due_at, offer.first_contact_due_at)
    promised: datetime = at or offer.first_contact_due_at
    return promised


def running(user: User) -> dict[str, Any]:
    """The call that is promised to `user`, with the colleague who said yes; one, however many events: two
    queries, and the cover.

    A coordinator sees here, too, only the own.
    """
    mine = with_promise(Offer.objects.open().leading().filter(involvement__employee=user))
    mine = mine.select_related("involvement__employee", "reach_me")
    now, cover = timezone.now(), WorkingHours.current().cover
    return {
        "calls": [
            (offer, promise_of(offer, now=now, cover=cover), supporter_of(offer), is_mailed(offer))
            for offer in leading(mine)[:1]
        ],
        "now": now,
    }


def already_there(user: User, incident: Incident | None) -> str:
    """Who is asked or at work for `user`, who asks for support again, or did by `incident`; empty where
    nobody is, or where it is that request for which they are.
    """
    contact = Contact.objects.open().filter(open_for=user).only("state", "offer").first()
    if contact is None:
        return ""
    if incident:
        offers = Offer.objects.open().filter(incident=incident, involvement__employee=user)
        if not offers.exclude(pk=contact.offer_id).exists():
            return ""
    if contact.state == ContactState.PROPOSED:
        return _("The colleague who has been asked for you already hears it")
    return _("The colleague who is there for you already hears it")


def read(user: User, *, at: datetime) -> None:
    """`user` reads the own page: told of each open offer, and what led there is no news any more."""
    here = Notice.objects.filter(user=user, url=reverse("me")).unread()
    if found := list(here.values_list("pk", flat=True)):
        mark_read(user=user, at=at, only=found)
    untold = Offer.objects.open().filter(involvement__employee=user, announced_at=None)
    for pk in untold.values_list("involvement", flat=True):
        announcing.mark_told(pk, at)


def leading(offers: Iterable[Any]) -> list[Any]:
    """Open `offers` to one person (of `with_promise`), first the one that says who calls, or when soonest."""
    return sorted(offers, key=lambda each: (not supporter_of(each), _promised_at(each), each.pk))
