"""What a contact reminds people of.

`wanted` says, from a contact and what its log means, which reminders there must be: the writer of a contact
writes those in the same transaction, and the nightly reconciliation writes the ones that are missing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.enums import Role
from accounts.models import User
from hospital.clock import Cover
from hospital.models import WorkingHours
from notifications.enums import Group, HandedOn
from notifications.models import Notice, Reminder
from notifications.reminders import schedule
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import reminder
from supporters.contacts import alerts, announcing, due_moments, event_parts
from supporters.contacts.allowed_steps import ContactFacts, replay
from supporters.contacts.appointments.moments import remind_at
from supporters.contacts.notice_words import event_of
from supporters.contacts.wished_parts import parts_of
from supporters.enums import ContactState, EventKind, NextStep, Waiting
from supporters.models import Contact, ContactEvent, Offer

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ASSIGNED = "contact.assigned"
ANSWER_LATE = "contact.answer_late"
CALL_SOON = "contact.call_soon"
CALL_LATE = "contact.call_late"
NOT_CALLED = "contact.not_called"
CALL_AS_AGREED = "contact.call_as_agreed"
FOLLOW_UP = "contact.follow_up"
NOT_FOLLOWED_UP = "contact.not_followed_up"
CALLED_IN = "contact.called_in"
HANDED_BACK = "contact.handed_back"
ENDED = "contact.ended"
COORDINATOR_ASKS = "contact.coordinator_asks"
ANOTHER_EVENT = "contact.another_event"
UNREACHED = "contact.unreached"
TALK_GRANTED = "contact.talk_granted"
APPOINTMENT_SOON = "contact.appointment_soon"
APPOINTMENT_PAST = "contact.appointment_past"
APPOINTMENT_OFF = "contact.appointment_off"

#: Before a first contact is due the supporter is reminded, and after it the coordinator is told.
SOON = timedelta(hours=4)
GRACE = timedelta(hours=2)
#: What is due on a day, at the end of it, is said in the morning (9:00), and to the coordinator a day later.
MORNING = timedelta(hours=8)
DAY = timedelta(days=1)


def wanted(contact: Contact, facts: ContactFacts, *, cover: Cover) -> list[Reminder]:
    """The reminders, unsaved, that `contact` wants while `facts` hold: of calls, and of what is late, in the
    hours of `cover`.

    Each is named after the line that gave rise to it, so that it is said once for each time it becomes true.
    """
    # Of what a supporter before alerted her about she heard already.
    mine = facts.called_in if facts.called_in and facts.called_in.contact_id == contact.pk else None
    found = [_called_in(contact, mine)] if mine else []
    if facts.unreached:
        found += _unreached(contact, facts.unreached)
    if facts.last.kind == EventKind.TALK_GRANTED:
        found.append(_to_supporter(contact, TALK_GRANTED, facts.last, facts.last.at))
    if facts.last.kind == EventKind.APPOINTMENT_CANCELLED and facts.last.by_id is None:
        found.append(_to_supporter(contact, APPOINTMENT_OFF, facts.last, facts.last.at))
    match facts.state:
        case ContactState.PROPOSED:
            found += [
                _to_supporter(contact, ASSIGNED, facts.due_since, facts.proposed_at),
                _to_coordinator(contact, ANSWER_LATE, facts.due_since, cover.opens_from(facts.due_at)),
            ]
        case ContactState.ACCEPTED | ContactState.IN_CONTACT if not facts.unreached:
            found += _until_next_step(contact, facts, cover)
        case ContactState.HANDED_BACK | ContactState.CLOSED:
            found += _after_the_end(contact, facts, cover)
    return found


def no_news_of(undone: Iterable[ContactEvent], *, at: datetime) -> None:
    """Whoever was told of what is undone now need not read it any more."""
    keys = [f"{code}:{line.pk}" for line in undone for code in CODES]
    Notice.objects.unread().filter(reminder__key__in=keys, count=1).update(read_at=at)


def expected(at: datetime) -> Iterator[Reminder]:
    """What every contact wants that is open, or was handed back and waits for another supporter: for the
    nightly search for reminders that are missing (notifications.reminders.reconcile).
    """
    waiting = Q(state__in=ContactState.open()) | _WAITS_AGAIN
    contacts = Contact.objects.filter(waiting).select_related(
        *("offer__incident", "offer__reach_me", "supporter", "alert")
    )
    cover = WorkingHours.current().cover
    log = Prefetch("events", ContactEvent.objects.order_by("id"))
    for contact in contacts.prefetch_related(log).iterator(chunk_size=500):
        said = replay(list(contact.events.all()), alert=contact.alert)
        facts = due_moments.as_wished(said, parts_of(contact.offer), cover)
        yield from wanted(contact, facts, cover=cover)


def ask_on(*, contact: Contact, at: datetime) -> bool:
    """Remind the supporter on the coordinator's behalf; False if that was done already on this day."""
    return bool(ask_each([contact], at=at))


def ask_each(contacts: Iterable[Contact], *, at: datetime) -> int:
    """Remind the supporter of each of `contacts`; how many were, for some may have been on this day already.
    One statement.
    """
    day = timezone.localdate(at)
    asked = [
        reminder(
            key=f"{COORDINATOR_ASKS}:{contact.pk}:{day}",
            kind=COORDINATOR_ASKS,
            due_at=at,
            subject_id=contact.pk,
            url=reverse("contacts:detail", args=[contact.pk]),
            recipient=contact.supporter.user_id,
        )
        for contact in contacts
    ]
    return len(schedule.remind(asked))


def another_event(contact: Contact, offer: Offer, at: datetime) -> Reminder:
    """To the supporter: the colleague was in another event, that of `offer`; the contact is for both."""
    return reminder(
        key=f"{ANOTHER_EVENT}:{offer.pk}:{contact.pk}",
        kind=ANOTHER_EVENT,
        due_at=at,
        subject_id=contact.pk,
        url=reverse("contacts:detail", args=[contact.pk]),
        recipient=contact.supporter.user_id,
    )


def asked_on(*, contact: Contact, at: datetime) -> bool:
    """Whether the coordinator had the supporter reminded on this day."""
    key = f"{COORDINATOR_ASKS}:{contact.pk}:{timezone.localdate(at)}"
    return Reminder.objects.filter(key=key).exists()


def _until_next_step(contact: Contact, facts: ContactFacts, cover: Cover) -> list[Reminder]:
    since, due = facts.due_since, facts.due_at
    if facts.next_step == NextStep.APPOINTMENT:
        return _about_appointment(contact, facts, cover)
    if facts.next_step in {NextStep.CALL, NextStep.CALL_AGAIN, NextStep.ARRANGE}:
        late, soon = cover.opens_from(due), cover.opens_from(due - SOON)
        found = [
            _to_supporter(contact, CALL_LATE, since, late),
            _to_coordinator(contact, _late_kind(facts), since, cover.opens_from(late + GRACE)),
        ]
        if since.at < soon < late:
            found.append(_to_supporter(contact, CALL_SOON, since, soon))
        return found
    kind = CALL_AS_AGREED if facts.next_step == NextStep.CALL_LATER else FOLLOW_UP
    return [
        _to_supporter(contact, kind, since, cover.opens_from(due - MORNING)),
        _to_coordinator(contact, NOT_FOLLOWED_UP, since, cover.opens_from(due + DAY)),
    ]


def _about_appointment(contact: Contact, facts: ContactFacts, cover: Cover) -> list[Reminder]:
    """The supporter before it, and after it while nobody said what became of it; then the coordinator."""
    since, moment = facts.due_since, facts.due_at
    found = [
        _to_supporter(contact, APPOINTMENT_PAST, since, cover.opens_from(moment + GRACE)),
        _to_coordinator(contact, _late_kind(facts), since, cover.opens_from(moment + DAY)),
    ]
    soon = remind_at(moment, since=since.at, cover=cover)
    if soon:
        found.append(_to_supporter(contact, APPOINTMENT_SOON, since, soon))
    return found


def _late_kind(facts: ContactFacts) -> str:
    return NOT_CALLED if facts.reached_at is None else NOT_FOLLOWED_UP


def _after_the_end(contact: Contact, facts: ContactFacts, cover: Cover) -> list[Reminder]:
    """The coordinator hears that it was handed back, or, who took it back herself, when nobody else was asked
    by the time it was due; the supporter that somebody else ended it.
    """
    last, supporter = facts.ended or facts.last, contact.supporter.user_id
    found = []
    if last.by_id != supporter:
        found.append(_to_supporter(contact, ENDED, last, last.at))
    if facts.state == ContactState.HANDED_BACK:
        told_at = last.at if last.by_id in {supporter, None} else cover.opens_from(facts.wanted_by(cover))
        found.append(_to_coordinator(contact, HANDED_BACK, last, told_at))
    return found


def _unreached(contact: Contact, line: ContactEvent) -> list[Reminder]:
    """The coordinator decides; the employee, if they have an account, hears that somebody tried."""
    found = [_to_coordinator(contact, UNREACHED, line, line.at)]
    person = contact.offer.involvement
    if person.employee_id and announcing.can_be_told(person):
        found.append(announcing.tried(person, line=line.pk, at=line.at))
    return found


def _called_in(contact: Contact, line: ContactEvent) -> Reminder:
    return _to_coordinator(contact, CALLED_IN, line, line.at)


def _to_supporter(contact: Contact, kind: str, line: ContactEvent, due_at: datetime) -> Reminder:
    return reminder(
        key=f"{kind}:{line.pk}",
        kind=kind,
        due_at=due_at,
        subject_id=contact.pk,
        url=reverse("contacts:detail", args=[contact.pk]),
        recipient=contact.supporter.user_id,
    )


def _to_coordinator(contact: Contact, kind: str, line: ContactEvent, due_at: datetime) -> Reminder:
    return reminder(
        key=f"{kind}:{line.pk}",
        kind=kind,
        due_at=due_at,
        subject_id=contact.pk,
        url=reverse("support:roll-call", args=[contact.offer.incident.reference]),
        role=Role.COORDINATOR,
    )


Pairs = Sequence[tuple[User, UUID]]


def _for_supporter(
    code: str,
    line: "StrPromise",
    *states: ContactState,
    group: Group = Group.WORK,
    digest: "StrPromise | None" = None,
    still: Callable[[], Q] = Q,
) -> Kind:
    """For the contact's supporter, as long as it is in one of `states`, and `still` so."""

    def concern(pairs: Pairs) -> list[bool]:
        contacts = Contact.objects.filter(still(), pk__in={pk for _user, pk in pairs}, state__in=states)
        mine = set(contacts.values_list("supporter__user", "pk"))
        return [(user.pk, pk) in mine for user, pk in pairs]

    return _kind(code, line, concern, group, digest=digest, handed_on=HandedOn.STAYS)


def _for_coordinators(code: str, line: "StrPromise", still: Q, group: Group = Group.DEADLINES) -> Kind:
    """For every coordinator, as long as the contact is `still` so."""

    def concern(pairs: Pairs) -> list[bool]:
        contacts = Contact.objects.filter(still, pk__in={pk for _user, pk in pairs})
        waiting = set(contacts.values_list("pk", flat=True))
        return [user.has_role(Role.COORDINATOR) and pk in waiting for user, pk in pairs]

    return _kind(code, line, concern, group, event=event_parts.of_contacts)


def _kind(
    code: str,
    line: "StrPromise",
    concern: Callable[[Pairs], list[bool]],
    group: Group,
    *,
    digest: "StrPromise | None" = None,
    handed_on: HandedOn = HandedOn.SHARED,
    event: Callable[[Collection[UUID]], Mapping[UUID, UUID]] | None = None,
) -> Kind:
    def concerns(user: User, contact_id: UUID) -> bool:
        return concern([(user, contact_id)])[0]

    return Kind(
        code,
        line,
        concerns,
        concern=concern,
        group=group,
        digest=digest,
        handed_on=handed_on,
        about=event_of,
        event=event,
    )


def _called_in_still(pairs: Pairs) -> list[bool]:
    """Until a coordinator answered: whatever became of the contact meanwhile, and whoever supports."""
    asked = {pk for user, pk in pairs if user.has_role(Role.COORDINATOR)}
    contacts = Contact.objects.filter(pk__in=asked).select_related("offer__involvement")
    offers = {contact.pk: contact.offer for contact in contacts}
    lines = alerts.standing_of(list(offers.values()))
    standing = {pk for pk, offer in offers.items() if (line := lines.get(offer.pk)) and line.contact_id == pk}
    return [user.has_role(Role.COORDINATOR) and pk in standing for user, pk in pairs]


_BEGUN = (ContactState.ACCEPTED, ContactState.IN_CONTACT)
_ENDED = (ContactState.HANDED_BACK, ContactState.CLOSED)
_WAITS_AGAIN = Q(
    state=ContactState.HANDED_BACK, offer__in=Offer.objects.open().filter(alerts.WITHOUT_SUPPORTER)
)

KINDS = (
    _for_supporter(ASSIGNED, _("You are asked to support a colleague."), ContactState.PROPOSED),
    _for_coordinators(ANSWER_LATE, _("A supporter has not answered yet."), Q(state=ContactState.PROPOSED)),
    _for_supporter(CALL_SOON, _("A colleague is waiting to hear from you."), *_BEGUN, group=Group.DEADLINES),
    _for_supporter(
        CALL_LATE, _("A colleague should have heard from you by now."), *_BEGUN, group=Group.DEADLINES
    ),
    _for_coordinators(NOT_CALLED, _("A first contact is late."), Q(state__in=_BEGUN)),
    _for_supporter(CALL_AS_AGREED, _("You agreed to get in touch with a colleague today."), *_BEGUN),
    _for_supporter(FOLLOW_UP, _("It’s time to follow up with a colleague."), *_BEGUN),
    _for_supporter(
        APPOINTMENT_SOON,
        _("You have a talk with a colleague soon."),
        *_BEGUN,
        still=lambda: Q(next_step=NextStep.APPOINTMENT, due_at__gt=timezone.now()),
    ),
    _for_supporter(
        APPOINTMENT_PAST,
        _("Did your talk with a colleague take place? One tap says so."),
        *_BEGUN,
        group=Group.DEADLINES,
    ),
    _for_supporter(APPOINTMENT_OFF, _("A colleague cannot make your appointment. Plan another."), *_BEGUN),
    _for_coordinators(NOT_FOLLOWED_UP, _("A follow-up is late."), Q(state__in=_BEGUN)),
    Kind(
        CALLED_IN,
        _("Alerted: somebody needs you today. Please call now."),
        lambda user, pk: _called_in_still([(user, pk)])[0],
        concern=_called_in_still,
        urgent=True,
        event=event_parts.of_contacts,
        about=event_of,
    ),
    _for_coordinators(
        UNREACHED,
        _("A colleague could not be reached. Decide how to go on."),
        Q(offer__waiting_for=Waiting.UNREACHED),
        Group.WORK,
    ),
    _for_coordinators(HANDED_BACK, _("Somebody is waiting for another supporter."), _WAITS_AGAIN, Group.WORK),
    _for_supporter(
        COORDINATOR_ASKS,
        _("The coordinator asks how far you are with a contact."),
        *ContactState.open(),
    ),
    # Which event, its page says: here stands only the first.
    replace(
        _for_supporter(
            ANOTHER_EVENT,
            _("One of your contacts is about a second event too."),
            *ContactState.open(),
        ),
        about=None,
    ),
    _for_supporter(TALK_GRANTED, _("You can have one more talk with a colleague."), ContactState.IN_CONTACT),
    _for_supporter(
        ENDED,
        _("Nothing more is asked of you in one of your contacts."),
        *_ENDED,
        group=Group.NEWS,
        digest=ngettext_lazy(
            "%(count)d contact in which nothing more is asked of you",
            "%(count)d contacts in which nothing more is asked of you",
            "count",
        ),
    ),
)
CODES = tuple(kind.code for kind in KINDS)
