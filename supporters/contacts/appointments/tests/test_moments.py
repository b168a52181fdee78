"""Which moments are offered, and when people are reminded, as tables of days."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from hospital.clock import Cover, OfficeHours
from supporters.contacts.appointments.moments import instead_of, remind_at, suggested

#: Wednesday, three in the afternoon in Amsterdam.
NOW = datetime(2026, 11, 18, 14, tzinfo=UTC)
OFFICE = OfficeHours().cover
EVENINGS = Cover(((time(13), time(20)),) * 7)
ONE_HOUR = Cover((None, (time(11), time(12)), None, None, None, None, None))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "parts", "cover", "moments"),
    [
        ([1], (), OFFICE, ["2026-11-19T09:00", "2026-11-19T13:00"]),
        ([1], ["afternoon"], OFFICE, ["2026-11-19T13:00", "2026-11-19T14:30"]),
        ([1], ["after_night"], OFFICE, ["2026-11-19T14:30"]),
        # Nobody calls in the evening: better in the day than not at all.
        ([1], ["evening"], OFFICE, ["2026-11-19T09:00", "2026-11-19T13:00"]),
        ([1], ["evening"], EVENINGS, ["2026-11-19T16:30"]),
        # Today it is too late for the others.
        ([0], (), OFFICE, ["2026-11-18T14:30"]),
        # The only hour of the week.
        ([1], (), ONE_HOUR, ["2026-11-24T10:00"]),
        # Both days become the same Monday.
        ([3, 4], (), OFFICE, ["2026-11-23T09:00", "2026-11-23T13:00"]),
    ],
)
def test_what_is_offered(days, parts, cover, moments):
    found = suggested(days, now=NOW, cover=cover, parts=parts)
    assert [moment for each in found for moment in each.moments] == [at(moment) for moment in moments]


def test_a_saturday_is_offered_as_monday_and_says_so():
    (each,) = suggested([3], now=NOW, cover=OFFICE)
    assert (each.day, each.instead_of) == (date(2026, 11, 23), date(2026, 11, 21))
    (each,) = suggested([2], now=NOW, cover=OFFICE)
    assert (each.day, each.instead_of) == (date(2026, 11, 20), None)


def test_what_the_supporter_agreed_on_with_another_is_not_offered_again():
    taken = [at("2026-11-19T09:15"), at("2026-11-23T13:00")]
    found = suggested([1, 5], now=NOW, cover=OFFICE, taken=taken)
    assert [moment for each in found for moment in each.moments] == [
        *(at("2026-11-19T13:00"), at("2026-11-19T14:30")),
        *(at("2026-11-23T09:00"), at("2026-11-23T14:30")),
    ]
    assert instead_of(at("2026-11-21T13:15"), now=NOW, cover=OFFICE, taken=taken) == at("2026-11-23T14:30")


def test_a_day_that_is_full_is_offered_as_the_next():
    full = [at(f"2026-11-19T{hour}") for hour in ("09:00", "13:00", "14:30", "16:30")]
    (each,) = suggested([1], now=NOW, cover=OFFICE, taken=full)
    assert (each.day, each.instead_of) == (date(2026, 11, 20), None)


@pytest.mark.parametrize(
    ("moment", "parts", "instead"),
    [
        # A Saturday, at a quarter past two; a Friday evening; an evening in the week.
        ("2026-11-21T13:15", [], "2026-11-23T13:00"),
        ("2026-11-20T19:00", [], "2026-11-23T13:00"),
        ("2026-11-19T19:00", [], "2026-11-20T13:00"),
        # Who works nights, and who likes the morning.
        ("2026-11-21T09:00", ["after_night"], "2026-11-23T14:30"),
        ("2026-11-19T19:00", ["morning"], "2026-11-20T09:00"),
    ],
)
def test_what_to_offer_instead_is_in_hours_and_in_the_parts_that_were_asked_for(moment, parts, instead):
    assert instead_of(at(moment), now=NOW, cover=OFFICE, parts=parts) == at(instead)


@pytest.mark.parametrize(
    ("moment", "since", "reminded"),
    [
        ("2026-11-19T13:00", "2026-11-18T14:00", "2026-11-19T11:00"),
        # Nine in the morning: when calls ended, the evening before, or before the weekend.
        ("2026-11-19T08:00", "2026-11-18T14:00", "2026-11-18T16:00"),
        ("2026-11-23T08:00", "2026-11-18T14:00", "2026-11-20T16:00"),
        # On a Saturday all the same.
        ("2026-11-21T13:00", "2026-11-18T14:00", "2026-11-20T16:00"),
        # Agreed on so late that everybody knows.
        ("2026-11-18T15:00", "2026-11-18T14:00", None),
        ("2026-11-19T08:00", "2026-11-18T16:30", None),
    ],
)
def test_when_people_are_reminded(moment, since, reminded):
    found = remind_at(at(moment), since=at(since), cover=OFFICE)
    assert found == (at(reminded) if reminded else None)
    assert found is None or found < at(moment) - timedelta(hours=1)
