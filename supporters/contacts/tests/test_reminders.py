"""What a contact reminds people of, until it is in their hands."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils.translation import override

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.delivery import sweep
from notifications.models import Mail, Notice, Reminder
from notifications.reminders import kinds
from supporters.contacts import flow, reminders
from supporters.enums import EventKind
from supporters.offers.opening import begin_term
from supporters.tests.factories import OfferFactory, SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def contact(coordinator):
    offer = OfferFactory(
        opened_at=MONDAY, involvement__employee__name="Noor van den Berg", incident__event_type="aggression"
    )
    return flow.propose(offer=offer, supporter=SupporterFactory(trained=True), by=coordinator, at=MONDAY)


def take(contact, kind, at, by=None, **fields):
    return flow.record(
        contact=contact, kind=EventKind(kind), by=by or contact.supporter.user, at=at, **fields
    )


def due(kind):
    return Reminder.objects.get(kind=kind, cancelled_at=None).due_at


def told(user):
    return list(Notice.objects.filter(user=user).order_by("created_at", "id").values_list("kind", flat=True))


def test_being_asked_reaches_the_supporter_without_a_name(contact, coordinator):
    sweep.sweep(at=MONDAY + HOUR)
    supporter = contact.supporter.user
    assert told(supporter) == [reminders.ASSIGNED]
    assert told(coordinator) == []
    # Nobody else is mailed but who is involved, to whom nobody wrote before.
    employee = contact.offer.involvement.employee
    assert sorted(each.to for each in mail.outbox) == sorted([[supporter.email], [employee.email]])
    (sent,) = [each for each in mail.outbox if each.to == [supporter.email]]
    everything = sent.subject + str(sent.message())
    assert "Noor" not in everything
    assert "Aggression" not in everything
    assert str(contact.pk) not in everything


def test_nobody_is_told_what_is_over(contact, coordinator):
    take(contact, "accepted", MONDAY)
    sweep.sweep(at=MONDAY + 8 * HOUR)
    assert told(contact.supporter.user) == []
    assert told(coordinator) == []


def test_without_an_answer_the_coordinator_is_told_after_four_working_hours(contact, coordinator):
    sweep.sweep(at=MONDAY + 4 * HOUR)
    assert told(coordinator) == [reminders.ANSWER_LATE]


def test_a_first_contact_is_said_before_at_and_after(contact, coordinator):
    take(contact, "accepted", MONDAY + HOUR)
    norm = MONDAY + DAY
    # Four hours before is still night.
    assert (due(reminders.CALL_SOON), due(reminders.CALL_LATE)) == (norm - 2 * HOUR, norm)
    assert due(reminders.NOT_CALLED) == norm + 2 * HOUR
    sweep.sweep(at=norm + 2 * HOUR)
    assert sorted(told(contact.supporter.user)) == [reminders.CALL_LATE, reminders.CALL_SOON]
    assert told(coordinator) == [reminders.NOT_CALLED]


@pytest.mark.parametrize(
    ("asked", "accepted", "soon", "late", "told"),
    [
        # Due on Monday at 17:00: late is what was not called by then.
        ("2026-11-13T22:00", "2026-11-16T09:00", "2026-11-16T12:00", "2026-11-17T07:00", "2026-11-17T09:00"),
        ("2026-11-13T22:00", "2026-11-16T20:00", None, "2026-11-17T07:00", "2026-11-17T09:00"),
        # Due at 09:30: four hours before is still night. Due at 16:30: two hours after is evening.
        ("2026-11-16T08:30", "2026-11-16T09:00", "2026-11-17T07:00", "2026-11-17T08:30", "2026-11-17T10:30"),
        ("2026-11-16T15:30", "2026-11-16T15:45", "2026-11-17T11:30", "2026-11-17T15:30", "2026-11-18T07:00"),
        # Due on Friday at 16:30, and before Christmas: told when calls are made again.
        ("2026-11-19T15:30", "2026-11-19T15:45", "2026-11-20T11:30", "2026-11-20T15:30", "2026-11-23T07:00"),
        ("2026-12-23T15:30", "2026-12-23T15:45", "2026-12-24T11:30", "2026-12-24T15:30", "2026-12-28T07:00"),
    ],
)
def test_nobody_is_reminded_of_a_call_outside_cover(coordinator, asked, accepted, soon, late, told):
    asked, accepted, soon, late, told = (
        each and datetime.fromisoformat(each).replace(tzinfo=UTC)
        for each in (asked, accepted, soon, late, told)
    )
    offer = OfferFactory(opened_at=asked)
    begin_term(offer, asked)
    offer.save()
    contact = flow.propose(offer=offer, supporter=SupporterFactory(trained=True), by=coordinator, at=asked)
    take(contact, "accepted", accepted)
    found = Reminder.objects.filter(kind=reminders.CALL_SOON).first()
    assert (found and found.due_at, due(reminders.CALL_LATE), due(reminders.NOT_CALLED)) == (soon, late, told)


def test_who_accepts_late_is_not_told_that_it_will_be_due_soon(contact):
    take(contact, "accepted", MONDAY + 22 * HOUR)
    assert not Reminder.objects.filter(kind=reminders.CALL_SOON).exists()


def test_later_is_said_on_that_day(contact):
    contact = take(contact, "accepted", MONDAY)
    day = datetime(2026, 11, 26, 16, tzinfo=UTC)
    flow.record(
        contact=contact,
        kind=EventKind.OFFER_LATER,
        by=contact.offer.involvement.employee,
        at=MONDAY,
        planned_for=day,
    )
    assert due(reminders.CALL_AS_AGREED) == day - 8 * HOUR
    assert not Reminder.objects.filter(kind=reminders.CALL_LATE, cancelled_at=None).exists()


def test_the_coordinator_is_mailed_at_once_when_called_in_also_at_night(contact, coordinator):
    contact = take(contact, "accepted", MONDAY)
    night = MONDAY + 16 * HOUR
    take(contact, "coordinator_called_in", night)
    sweep.sweep(at=night)
    assert told(coordinator) == [reminders.CALLED_IN]
    assert Mail.objects.get(user=coordinator).sent_at is not None


def test_handed_back_is_told_to_the_coordinator_and_forgotten_once_somebody_is_asked(contact, coordinator):
    contact = take(contact, "handed_back", MONDAY, reason="no_time")
    kind = kinds.get(reminders.HANDED_BACK)
    assert kind.concerns(coordinator, contact.pk)
    assert not kind.concerns(contact.supporter.user, contact.pk)
    flow.propose(offer=contact.offer, supporter=SupporterFactory(trained=True), by=coordinator, at=MONDAY)
    assert not kind.concerns(coordinator, contact.pk)


def test_a_supporter_hears_when_somebody_else_ends_it(contact, coordinator):
    take(contact, "handed_back", MONDAY, by=coordinator)
    sweep.sweep(at=MONDAY)
    assert told(contact.supporter.user) == [reminders.ENDED]
    assert told(coordinator) == []


@pytest.mark.parametrize("kind", reminders.KINDS, ids=lambda kind: kind.code)
def test_many_are_judged_as_one_is(contact, coordinator, kind):
    people = [coordinator, contact.supporter.user, contact.offer.involvement.employee]
    pairs = [(person, contact.pk) for person in people]
    if kind.concern:
        assert list(kind.concern(pairs)) == [kind.concerns(*pair) for pair in pairs]
    assert not kind.concerns(contact.offer.involvement.employee, contact.pk)


@pytest.mark.parametrize("kind", reminders.KINDS, ids=lambda kind: kind.code)
def test_a_line_says_what_to_do_in_words_of_one_line(kind):
    with override("en"):
        assert str(kind.line).endswith(".")
        assert len(str(kind.line)) < 60
