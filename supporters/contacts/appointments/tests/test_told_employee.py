"""The employee is mailed a moment, at the address they chose, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.tests.factories import InvolvementFactory
from notifications.delivery import sweep
from notifications.models import Mail, Reminder
from supporters.contacts import announcing, flow, own_link, reminders
from supporters.contacts.appointments import told_employee
from supporters.enums import EventKind
from supporters.models import MeetingPlace, ReachMe
from supporters.tests.factories import OfferFactory, SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
#: Thursday at three in the afternoon in Amsterdam.
AGREED = datetime(2026, 11, 19, 14, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


def begun(involvement):
    offer = OfferFactory(opened_at=MONDAY - HOUR, involvement=involvement)
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    contact = flow.propose(
        offer=offer, supporter=SupporterFactory(trained=True), by=coordinator, at=MONDAY - HOUR
    )
    return take(contact, "accepted", MONDAY)


def take(contact, kind, at, by="supporter", **fields):
    person = contact.supporter.user if by == "supporter" else by
    return flow.record(contact=contact, kind=EventKind(kind), by=person, at=at, **fields)


def planned(contact, moment=AGREED, **fields):
    fields = {"mode": "telephone", **fields}
    return take(contact, "appointment_planned", MONDAY, planned_for=moment, **fields)


OFF = (
    "What was agreed on for Thursday 19 November at 15:00 is off. "
    "You hear from somebody else by Thursday 19 November at 15:00."
)


@pytest.fixture
def contact():
    involvement = InvolvementFactory(
        employee__name="Noor Bakker", employee__email="noor@example.org", incident__event_type="aggression"
    )
    return begun(involvement)


@pytest.fixture
def lives(time_machine):
    """What is due by `at` leaves, as the clock shows it."""

    def until(at):
        time_machine.move_to(at, tick=False)
        sweep.sweep(at=at)

    return until


def mails(address="noor@example.org"):
    """Those about an appointment."""
    words = ("as agreed", "agreed on", "zoals afgesproken")
    return [sent for sent in mail.outbox if sent.to == [address] and any(word in sent.body for word in words)]


def mailed(address="noor@example.org"):
    return [sent.body.split("\n\n")[0] for sent in mails(address)]


def test_two_hours_before_it_in_words_that_give_nothing_away(contact, lives):
    planned(contact)
    lives(AGREED - 3 * HOUR)
    assert mailed() == []
    lives(AGREED - 2 * HOUR)
    assert mailed() == ["Somebody calls you as agreed, today at 15:00."]
    text = str(mails()[0].message())
    for secret in ("Noor", contact.supporter.user.name, "ggress", contact.offer.incident.reference):
        assert secret not in text
    assert "/me/" in mails()[0].body


@pytest.mark.parametrize("mode", ["in_person", "video"])
def test_where_it_is_stands_on_no_mail(contact, lives, mode):
    place = MeetingPlace.objects.create(name="Room B2.14") if mode == "in_person" else None
    planned(contact, mode=mode, place=place)
    lives(AGREED - 2 * HOUR)
    assert mailed() == ["You have an appointment as agreed, today at 15:00."]
    assert "B2.14" not in str(mails()[0].message())


def test_it_goes_to_the_address_that_was_given_for_it(contact, lives):
    ReachMe.objects.create(offer=contact.offer, email="prive@example.org")
    planned(contact)
    lives(AGREED - 2 * HOUR)
    assert (len(mailed()), len(mailed("prive@example.org"))) == (0, 1)


def test_who_has_no_account_is_mailed_the_own_link(lives):
    contact = begun(InvolvementFactory(employee=None, typed_name="Sanne", email="sanne@example.org"))
    planned(contact)
    lives(AGREED - 2 * HOUR)
    assert mailed("sanne@example.org") == ["Je wordt zoals afgesproken gebeld, vandaag om 15:00."]
    assert own_link.address(contact.offer.involvement_id) in mails("sanne@example.org")[0].body


def test_it_moves_along_and_the_old_moment_is_mailed_no_more(contact, lives):
    contact = planned(contact)
    take(contact, "appointment_moved", MONDAY + HOUR, planned_for=AGREED + DAY, mode="telephone")
    lives(MONDAY + 2 * HOUR)
    assert mailed() == ["The moment that was agreed on has changed: it is Friday 20 November at 15:00 now."]
    lives(AGREED - HOUR)
    assert len(mailed()) == 1
    lives(AGREED + DAY - 2 * HOUR)
    assert mailed()[1:] == ["Somebody calls you as agreed, today at 15:00."]


def test_cancelled_by_the_supporter_the_employee_hears_so_and_no_more(contact, lives):
    contact = planned(contact)
    take(contact, "appointment_cancelled", MONDAY + HOUR)
    lives(MONDAY + 2 * HOUR)
    assert mailed() == [
        "The moment that was agreed on is off. You hear from your colleague to agree on another."
    ]
    lives(AGREED)
    assert len(mailed()) == 1


def test_handed_back_the_employee_hears_in_time_that_it_is_off_and_not_why(contact, lives):
    take(planned(contact), "handed_back", MONDAY + HOUR, reason="conflict")
    lives(MONDAY + 2 * HOUR)
    assert mailed() == [OFF]
    lives(AGREED)
    assert len(mailed()) == 1


def test_handed_back_and_somebody_else_asked_the_employee_hears_once_what_is_off_and_by_when_another_calls(
    contact, lives
):
    """By the mail about the appointment, and by no second one of who calls (announcing.another_calls)."""
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    handed_back = take(planned(contact), "handed_back", MONDAY + HOUR, reason="no_time")
    flow.propose(
        offer=handed_back.offer,
        supporter=SupporterFactory(trained=True),
        by=coordinator,
        at=MONDAY + HOUR + HOUR / 12,
    )
    lives(MONDAY + 2 * HOUR)
    assert mailed() == [OFF]
    assert not Reminder.objects.filter(kind=announcing.ANOTHER_CALLS).exists()


def test_who_agreed_on_another_moment_with_the_next_one_at_once_is_not_told_of_the_old_one(contact, lives):
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    handed_back = take(planned(contact), "handed_back", MONDAY + HOUR, reason="no_time")
    second = flow.propose(
        offer=handed_back.offer, supporter=SupporterFactory(trained=True), by=coordinator, at=MONDAY + HOUR
    )
    planned(take(second, "accepted", MONDAY + HOUR), moment=AGREED - DAY)
    lives(MONDAY + 2 * HOUR)
    assert mailed() == []


def test_of_a_talk_that_is_nearly_there_it_is_mailed_at_once(contact, lives):
    take(planned(contact), "handed_back", AGREED - HOUR / 6, reason="no_time")
    lives(AGREED - HOUR / 6)
    assert mailed() == [
        "What was agreed on for today at 15:00 is off. You hear from somebody else by today at 15:00."
    ]


def test_moved_to_a_moment_that_is_nearly_there_is_not_mailed(contact, lives):
    """Ten minutes later, when the slip could be undone no more, the talk is there."""
    soon = AGREED - DAY
    take(planned(contact), "appointment_moved", soon - HOUR / 6, mode="telephone", planned_for=soon)
    lives(soon)
    assert mailed() == []


def test_what_is_past_is_not_said_to_be_off(contact, lives):
    take(planned(contact), "handed_back", AGREED + HOUR, reason="no_time")
    lives(AGREED + DAY)
    assert mailed() == []


def test_who_asked_for_somebody_else_needs_no_mail_about_it(contact, lives):
    contact = planned(contact)
    take(contact, "handed_back", MONDAY + HOUR, by=contact.offer.involvement.employee)
    lives(AGREED)
    assert mailed() == []


def test_cancelled_by_the_employee_the_supporter_hears_so_at_once(contact, lives):
    contact = planned(contact)
    take(contact, "appointment_cancelled", MONDAY + HOUR, by=contact.offer.involvement.employee)
    told = Reminder.objects.get(kind=reminders.APPOINTMENT_OFF)
    assert (told.recipient, told.due_at) == (contact.supporter.user, MONDAY + HOUR)
    lives(AGREED)
    assert mailed() == []


def test_a_slip_that_was_undone_is_told_to_nobody_and_the_mail_before_it_stays(contact, lives):
    contact = planned(contact)
    contact = take(contact, "appointment_cancelled", MONDAY + HOUR)
    flow.undo(contact=contact, by=contact.supporter.user, at=MONDAY + HOUR + timedelta(minutes=1))
    lives(MONDAY + 2 * HOUR)
    assert mailed() == []
    lives(AGREED - 2 * HOUR)
    assert mailed() == ["Somebody calls you as agreed, today at 15:00."]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("offer_declined", {}),
        ("conversation", {"mode": "telephone"}),
        ("closed", {"outcome": "referred"}),
    ],
)
def test_what_ended_or_was_held_is_mailed_no_more(contact, lives, kind, fields):
    take(planned(contact), kind, MONDAY + HOUR, **fields)
    assert not Mail.objects.waiting().filter(kind__startswith="support.appointment").exists()
    lives(AGREED - HOUR)
    assert mailed() == []


def test_it_never_comes_after_its_moment(contact, lives):
    planned(contact)
    lives(AGREED + HOUR)
    assert mailed() == []
    assert Mail.objects.get(kind=told_employee.SOON).dropped_at


def test_who_left_service_is_mailed_nothing(contact, lives):
    planned(contact)
    employee = contact.offer.involvement.employee
    employee.is_active = False
    employee.save()
    lives(AGREED - 2 * HOUR)
    assert mailed() == []


def test_the_supporter_is_reminded_before_it_and_asked_after_it_and_then_the_coordinator_is(contact):
    planned(contact)
    due = dict(
        Reminder.objects.filter(subject_id=contact.pk, cancelled_at=None, done_at=None).values_list(
            "kind", "due_at"
        )
    )
    assert due == {
        reminders.APPOINTMENT_SOON: AGREED - 2 * HOUR,
        # Five o'clock: nobody calls any more.
        reminders.APPOINTMENT_PAST: datetime(2026, 11, 20, 7, tzinfo=UTC),
        reminders.NOT_CALLED: AGREED + DAY,
    }
