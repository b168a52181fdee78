from datetime import UTC, datetime, timedelta

import pytest

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.calendar import entries
from supporters.contacts import calendar_entries, flow
from supporters.enums import EventKind, NextStep
from supporters.tests.factories import ContactFactory

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.mark.parametrize(
    ("next_step", "word"),
    [
        (NextStep.CALL, "call"),
        (NextStep.CALL_AGAIN, "call"),
        (NextStep.CALL_LATER, "call"),
        (NextStep.FOLLOW_UP, "follow-up"),
        (NextStep.ARRANGE, "call"),
        (NextStep.ANSWER, None),
        (NextStep.TALK, None),
        (NextStep.CLOSE, None),
    ],
)
def test_calls_and_follow_ups_have_a_moment_and_one_word(next_step, word, settings):
    due_at = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    contact = ContactFactory(in_contact=True, next_step=next_step, due_at=due_at)
    found = list(calendar_entries.of(contact.supporter.user))
    assert [entry.due_at for entry in found] == ([due_at] if word else [])


def test_only_ones_own_open_contacts(django_assert_num_queries):
    mine = ContactFactory(in_contact=True, next_step=NextStep.FOLLOW_UP)
    ContactFactory(in_contact=True, next_step=NextStep.FOLLOW_UP)
    ContactFactory(closed=True, supporter=mine.supporter)
    with django_assert_num_queries(2):
        (entry,) = calendar_entries.of(mine.supporter.user)
    assert str(mine.pk) in entry.key
    assert list(calendar_entries.of(UserFactory())) == []


AGREED = NOW + timedelta(days=3)


def appointment(**employee):
    contact = ContactFactory(accepted=True, **{f"offer__involvement__{k}": v for k, v in employee.items()})
    return take(contact, "appointment_planned", planned_for=AGREED, mode="telephone")


def take(contact, kind, **fields):
    user = contact.supporter.user
    return flow.record(contact=contact, kind=EventKind(kind), by=user, at=NOW, **fields)


def read(user):
    """The events of the calendar, each property by its name."""
    lines = entries.of(user, at=NOW).replace(b"\r\n ", b"").decode().split("\r\n")
    events = "\n".join(lines).split("BEGIN:VEVENT")[1:]
    own = [event.split("END:VEVENT")[0].strip().split("\n") for event in events]
    return [dict(line.split(":", 1) for line in event) for event in own]


def test_an_appointment_follows_when_it_is_moved_or_cancelled():
    contact = appointment()
    (planned,) = read(contact.supporter.user)
    assert (planned["SUMMARY"], planned["DTSTART"]) == ("Peersupport: talk", "20261130T090000Z")
    assert planned["DTEND"] == "20261130T093000Z"
    contact = take(contact, "appointment_moved", planned_for=AGREED + timedelta(days=1), mode="video")
    (moved,) = read(contact.supporter.user)
    assert (moved["UID"], moved["DTSTART"], moved["SEQUENCE"]) == (planned["UID"], "20261201T090000Z", "1")
    contact = take(contact, "appointment_cancelled")
    cancelled = next(event for event in read(contact.supporter.user) if event["UID"] == planned["UID"])
    assert (cancelled["STATUS"], cancelled["SEQUENCE"]) == ("CANCELLED", "2")


def test_what_was_held_leaves_the_calendar():
    contact = take(appointment(), "conversation", mode="telephone")
    assert read(contact.supporter.user) == []


def test_in_the_employees_calendar_it_says_nothing_of_support():
    analyst = UserFactory(roles=[Role.ANALYST])
    contact = appointment(employee=analyst)
    (entry,) = read(analyst)
    assert entry["SUMMARY"] == "Appointment"
    assert not {"URL", "DESCRIPTION", "LOCATION"} & entry.keys()
    assert entry["CLASS"] == "PRIVATE"
    assert entry["UID"] != read(contact.supporter.user)[0]["UID"]


def test_nobody_has_a_calendar_because_of_being_supported():
    contact = appointment()
    assert not entries.has_moments(contact.offer.involvement.employee)
