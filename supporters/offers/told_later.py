"""Telling everybody who was involved of a moment after the event (incidents.calamities.later_moments), with
or without support: the committee sets it and does not know them.

Who has an account gets a notice and a mail, who has none a mail with the own link; neither says what it is,
what happened, or who they are. Told is whose mail left, or who read the notice. Whom no mail reaches is
called: the coordinators are asked to, and note on the case that they did. Who is named later is told of what
is still to come. What is near is mailed at night too.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import AccessAction, Role
from accounts.models import User
from incidents.calamities.later_moments import Counted
from incidents.models import Incident, Involvement, LaterMoment
from notifications.delivery import mail_hours
from notifications.delivery.forgetting import KEPT
from notifications.models import DeliveryPolicy, Mail, Notice, Reminder
from notifications.reminders import kinds
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import remind, reminder, send
from supporters.contacts import announcing, event_parts
from supporters.contacts.announcing import can_be_told
from supporters.contacts.case_access import log_case
from supporters.contacts.flow import MovedOn
from supporters.contacts.notice_words import event_of
from supporters.models import Offer, ToldOfMoment

SET = "support.moment_set"
MOVED = "support.moment_moved"
CANCELLED = "support.moment_cancelled"
NEAR = "support.moment_near"
TO_CALL = "support.moment_to_call"

#: So long a moment stands on the own page after it has passed.
SHOWN_FOR = timedelta(days=14)
#: A moment is near that would come sooner than this after a mail that waits for the quiet hours to end.
LEAST_NOTICE = timedelta(hours=12)


def tell(moment: LaterMoment, at: datetime, before: datetime | None = None) -> None:
    """Everybody who was involved, that `moment` was set, moved (from `before`) or cancelled; once for each
    change.
    """
    _tell(moment, _people(moment.incident), at, before)


def tell_named(people: Sequence[Involvement], at: datetime) -> None:
    """Who was named just now, of what is still to come: one statement, or none where the committee follows
    none of their events.
    """
    followed = {each.incident_id for each in people if each.incident.tracked_since}
    for moment in _coming(at).filter(incident__in=followed):
        _tell(moment, [each for each in people if each.incident_id == moment.incident_id], at)


def tell_of(incident: Incident, at: datetime) -> None:
    """Everybody who stands on `incident` now, of what they were not told yet."""
    for moment in _coming(at).filter(incident=incident):
        tell(moment, at)


def count(moments: Sequence[LaterMoment]) -> list[Counted]:
    """How many of the involved each of `moments` (of one calamity) was told to. Who had their name erased
    counts too, so that the number says nothing of how, or how soon, support ended: who was erased before the
    last change of a moment as soon as everybody who can still be reached was told of it.
    """
    return [each.counted for each in _tallies(moments, timezone.now())]


@dataclass(frozen=True, slots=True)
class ToldCount:
    """What the committee reads of a moment, and how many of the others the coordinator has `to_call`."""

    counted: Counted
    to_call: int


def tallies(incident: Incident, *, at: datetime) -> list[ToldCount]:
    """For the coordinators, of what is to come of `incident` and has just passed."""
    found = _tallies(own([incident], at=at), at)
    return [each for each in found if not each.counted.moment.cancelled_at]


def _tallies(moments: Sequence[LaterMoment], at: datetime) -> list[ToldCount]:
    if not moments:
        return []
    people = list(_all(moments[0].incident_id))
    written = _written({_key(moment, person) for moment in moments for person in people})
    noted = set(_noted(moments).values_list("moment", "changed_at", "offer__involvement"))
    found, policy = [], DeliveryPolicy.current()
    for moment in moments:
        mine = [person for person in people if person.added_at <= moment.planned_for]
        states = [written.get(_key(moment, person)) for person in mine]
        # What was done long ago is kept no longer (notifications.delivery.forgetting).
        long_ago = moment.changed_at < at - KEPT
        told = [
            person.erased_at is not None
            or (moment.pk, moment.changed_at, person.pk) in noted
            or (state.told if state else long_ago)
            for person, state in zip(mine, states, strict=True)
        ]
        to_call = sum(
            not (is_told or can_be_told(person)) for person, is_told in zip(mine, told, strict=True)
        )
        is_near = any(state and state.kind == NEAR for state in states)
        kind = kinds.get(NEAR if is_near else _code(moment))
        leaves = mail_hours.mailed_at(kind, at=moment.changed_at, policy=policy)
        gone = sum(bool(each.erased_at and each.erased_at < moment.changed_at) for each in mine)
        count = sum(told)
        if count < len(mine):
            count -= gone
        found.append(ToldCount(Counted(moment, count, len(mine), leaves), to_call))
    return found


class _Written(NamedTuple):
    """What was written to one person of a moment, and whether it told them."""

    kind: str
    told: bool


def _written(keys: Collection[str]) -> dict[str, _Written]:
    """By key: of who has no account the mail that left, of the others the notice that was read or mailed."""
    mails = Mail.objects.filter(key__in=keys)
    found = {mail.key: _Written(mail.kind, mail.sent_at is not None) for mail in mails}
    read = Q(read_at__isnull=False) | Q(digest__sent_at__isnull=False)
    reminders = Reminder.objects.filter(key__in=keys).annotate(
        reached=Exists(Notice.objects.filter(read, reminder=OuterRef("pk"), user=OuterRef("recipient")))
    )
    rows = list(reminders.values_list("pk", "key", "kind", "recipient", "reached"))
    own_mails = {f"{pk}:{recipient}" for pk, _key, _kind, recipient, _reached in rows}
    sent = Mail.objects.filter(key__in=own_mails, sent_at__isnull=False)
    left = set(sent.values_list("key", flat=True))
    for pk, key, kind, recipient, reached in rows:
        found[key] = _Written(kind, reached or f"{pk}:{recipient}" in left)
    return found


def _noted(moments: Sequence[LaterMoment]) -> QuerySet[ToldOfMoment]:
    return ToldOfMoment.objects.filter(moment__in=moments)


def own(incidents: Iterable[Incident], *, at: datetime) -> list[LaterMoment]:
    """What somebody who is part of `incidents` reads of: what is to come, and what has just passed. One
    statement, or none where the committee follows none of them.
    """
    followed = {each.pk for each in incidents if each.tracked_since}
    shown = LaterMoment.objects.filter(incident__in=followed, planned_for__gt=at - SHOWN_FOR)
    return list(shown.order_by("planned_for", "id"))


@dataclass(frozen=True, slots=True)
class ToTell:
    """What the coordinator tells somebody whom no mail reaches, and when that was done."""

    moment: LaterMoment
    told_at: datetime | None


def by_telephone(offer: Offer, *, at: datetime) -> list[ToTell]:
    """What the coordinator tells its person on the telephone: nothing, where a mail reaches them."""
    if offer.involvement.erased_at or can_be_told(offer.involvement):
        return []
    moments = own([offer.incident], at=at)
    rows = _noted(moments).filter(offer=offer).values_list("moment", "changed_at", "at") if moments else ()
    told = {(moment, changed_at): told_at for moment, changed_at, told_at in rows}
    return [ToTell(each, told.get((each.pk, each.changed_at))) for each in moments]


def note_told(*, offer: Offer, moment: UUID, seen: datetime, by: User, at: datetime) -> None:
    """The coordinator `by` told its person of `moment` as it was changed at `seen`. Raises MovedOn when that
    is not how it stands, or there is nothing to tell.
    """
    with transaction.atomic():
        to_tell = {(each.moment.pk, each.moment.changed_at) for each in by_telephone(offer, at=at)}
        if (moment, seen) not in to_tell:
            raise MovedOn
        _note(offer, moment, seen, at)
        log_case(offer=offer, action=AccessAction.CHANGE, page="support:match", by=by, at=at)


def read(offers: Iterable[Offer], moments: Iterable[LaterMoment], *, at: datetime) -> None:
    """On the own page: whom no mail reaches is told of `moments` there."""
    for offer in offers:
        if not can_be_told(offer.involvement):
            for moment in moments:
                if moment.incident_id == offer.incident_id:
                    _note(offer, moment.pk, moment.changed_at, at)


def _note(offer: Offer, moment: UUID, changed_at: datetime, at: datetime) -> None:
    ToldOfMoment.objects.get_or_create(
        offer=offer, moment_id=moment, changed_at=changed_at, defaults={"at": at}
    )


def expected(at: datetime) -> Iterator[Reminder]:
    """What is still to come, to everybody who is part of it, for the nightly search for what is missing."""
    for moment in _coming(at).select_related("incident").iterator(chunk_size=500):
        for person in _people(moment.incident):
            if person.employee_id or not can_be_told(person):
                yield _reminder(moment, person, moment.changed_at, _code(moment))


def _tell(
    moment: LaterMoment, people: Iterable[Involvement], at: datetime, before: datetime | None = None
) -> None:
    first = min(moment.planned_for, before or moment.planned_for)
    code = NEAR if _is_near(first, at) else _code(moment)
    mails, reminders = [], []
    for person in people:
        if not person.employee_id and can_be_told(person):
            mails.append(Mail(key=_key(moment, person), kind=code, subject_id=person.pk, due_at=at))
        else:
            reminders.append(_reminder(moment, person, at, code))
    if reminders:
        remind(reminders)
    if mails:
        send(mails)


def _reminder(moment: LaterMoment, person: Involvement, at: datetime, code: str) -> Reminder:
    """To the person, or to the coordinators, who call whom no mail reaches."""
    to_call = not can_be_told(person)
    return reminder(
        key=_key(moment, person),
        kind=TO_CALL if to_call else code,
        due_at=at,
        subject_id=person.offer.pk if to_call else person.pk,
        url=reverse("support:match", args=[person.pk]) if to_call else reverse("me"),
        recipient=None if to_call else person.employee_id,
        role=Role.COORDINATOR if to_call else None,
    )


def _code(moment: LaterMoment) -> str:
    if moment.cancelled_at:
        return CANCELLED
    return SET if moment.changed_at == moment.set_at else MOVED


def _is_near(first: datetime, at: datetime) -> bool:
    """Whether the mail of what is planned for `first` would come too late if it waited."""
    leaves = DeliveryPolicy.current().quiet_hours.over_at(at)
    return at < leaves and first < leaves + LEAST_NOTICE


def _key(moment: LaterMoment, person: Involvement) -> str:
    changed = f"{moment.changed_at.astimezone(UTC):%Y%m%dT%H%M%S%f}"
    return f"support.moment:{moment.pk}:{changed}:{person.pk}"


def _coming(at: datetime) -> QuerySet[LaterMoment]:
    return LaterMoment.objects.filter(cancelled_at=None, planned_for__gt=at)


def _all(incident: UUID) -> QuerySet[Involvement]:
    return Involvement.objects.filter(incident=incident).select_related("employee", "offer")


def _people(incident: Incident) -> list[Involvement]:
    return list(_all(incident.pk).filter(erased_at=None).order_by("pk"))


def _to_call(user: User, offer_id: UUID) -> bool:
    """Until it was told, or a mail reaches them after all."""
    stands = Offer.objects.filter(pk=offer_id, involvement__erased_at=None)
    offer = stands.select_related("incident", "involvement__employee").first()
    if offer is None or not user.has_role(Role.COORDINATOR):
        return False
    return any(each.told_at is None for each in by_telephone(offer, at=timezone.now()))


KINDS = (
    announcing.to_person(
        NEAR,
        _("A date that is near was set, or has changed. Read when it is, and whether it takes place."),
        Q(),
        urgent=True,
    ),
    announcing.to_person(
        SET, _("A date is set that is of interest to you. Read what it is, and how to prepare."), Q()
    ),
    announcing.to_person(MOVED, _("A date that you were told of has changed."), Q()),
    announcing.to_person(CANCELLED, _("A date that you were told of is cancelled."), Q()),
    Kind(
        code=TO_CALL,
        line=_("A date after an event was set or changed. Please call somebody whom no mail reaches."),
        concerns=_to_call,
        event=event_parts.of_offers,
        about=event_of,
    ),
)
