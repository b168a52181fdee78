"""A table of dated cases, and what holds for every moment. Times are local.

Calendar of 2026: Good Friday 3 April, Easter Monday 6 April, King's Day Monday 27 April, Tuesday 5 May,
Ascension Thursday 14 May, Whit Monday 25 May, Christmas Friday and Saturday; the clock goes forward on
29 March and back on 25 October.
"""

import ast
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from hospital.clock import (
    AMSTERDAM,
    ZONE,
    OfficeHours,
    SkippedHourError,
    add_days,
    add_working_days,
    comes_twice,
    end_of_day,
    from_local,
    is_working_day,
    local_day,
    local_moment,
    may_be_planned,
    moment_of,
    start_of_day,
    start_of_week,
)

OFFICE = OfficeHours()


def at(text: str) -> datetime:
    """'2026-03-02 09:00' is local; an added ' 2nd' means the second of October's doubled hour."""
    moment, mark, _second = text.partition(" 2nd")
    return local_moment(datetime.fromisoformat(moment), second=bool(mark))


def said(moment: datetime) -> str:
    return f"{moment.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


def test_a_day_ends_at_its_last_second_in_summer_and_winter():
    assert end_of_day(date(2026, 3, 5)) == datetime(2026, 3, 5, 22, 59, 59, tzinfo=UTC)
    assert end_of_day(date(2026, 7, 5)) == datetime(2026, 7, 5, 21, 59, 59, tzinfo=UTC)
    assert end_of_day(date(2026, 3, 29)) - end_of_day(date(2026, 3, 28)) == timedelta(hours=23)
    assert end_of_day(date(2026, 10, 25)) - end_of_day(date(2026, 10, 24)) == timedelta(hours=25)
    assert start_of_day(date(2026, 3, 6)) - end_of_day(date(2026, 3, 5)) == timedelta(seconds=1)


def test_a_week_starts_on_monday():
    assert {start_of_week(date(2026, 11, day)) for day in range(23, 30)} == {date(2026, 11, 23)}


def test_naive_moments_are_refused_and_local_times_must_be_naive():
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - what is refused

    with pytest.raises(ValueError, match="aware"):
        OFFICE.add_hours(naive, 4)
    with pytest.raises(ValueError, match="aware"):
        local_day(naive)
    with pytest.raises(ValueError, match="naive"):
        local_moment(at("2026-03-02 09:00"))


def test_a_working_day_has_a_length():
    with pytest.raises(ValueError, match="must end"):
        OfficeHours(time(17), time(8))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 5, 5), False),  # Liberation Day, every year
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 27), False),  # King's Day
        (date(2026, 12, 26), False),
        (date(2026, 12, 31), True),
        (date(2026, 11, 21), False),
    ],
)
def test_working_days(day, works):
    assert is_working_day(day) == works
    assert not is_working_day(day, frozenset({day}))


# hypothesis wants bounds without a zone, and gives each moment its own.
FIRST, LAST = datetime(2020, 1, 1), datetime(2035, 1, 1)  # noqa: DTZ001  # see above
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
days_off = st.frozensets(st.dates(date(2020, 1, 1), date(2036, 1, 1)), max_size=40)
offices = st.builds(OfficeHours, st.times(time(6), time(9)), st.times(time(16), time(20)), days_off)


# Working time is Monday to Friday, 8:00–17:00. Start, hours, end.
WORKING_HOURS = [
    ("2026-03-02 09:00", 4, "2026-03-02 13:00"),
    ("2026-03-02 13:00", 4, "2026-03-02 17:00"),  # just fits
    ("2026-03-02 15:00", 4, "2026-03-03 10:00"),
    ("2026-03-02 06:00", 4, "2026-03-02 12:00"),
    ("2026-03-02 17:00", 4, "2026-03-03 12:00"),
    ("2026-03-02 22:30", 4, "2026-03-03 12:00"),
    ("2026-03-06 16:00", 4, "2026-03-09 11:00"),  # over the weekend
    ("2026-03-07 12:00", 4, "2026-03-09 12:00"),
    ("2026-03-02 09:00", 30, "2026-03-05 12:00"),
    ("2026-03-02 09:30", 0.5, "2026-03-02 10:00"),
    ("2026-03-02 09:30", 0, "2026-03-02 09:30"),
    ("2026-03-02 19:30", 0, "2026-03-03 08:00"),
    ("2026-04-02 15:00", 4, "2026-04-07 10:00"),  # Good Friday to Easter Monday
    ("2026-12-24 16:00", 4, "2026-12-28 11:00"),  # Christmas on Friday and Saturday
    ("2026-12-31 16:00", 4, "2027-01-04 11:00"),  # New Year's Day on Friday
    ("2026-03-27 15:00", 4, "2026-03-30 10:00"),  # the clock goes forward in between
    ("2026-10-23 15:00", 4, "2026-10-26 10:00"),  # and back
]


@pytest.mark.parametrize(("start", "hours", "expected"), WORKING_HOURS)
def test_working_hours(start, hours, expected):
    assert said(OFFICE.add_hours(at(start), hours)) == expected


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-03-02 10:00", 1, "2026-03-03 10:00"),
        ("2026-03-06 16:00", 1, "2026-03-09 16:00"),  # over the weekend
        ("2026-03-07 12:00", 1, "2026-03-09 17:00"),  # reported on Saturday: all of Monday
        ("2026-03-02 22:00", 2, "2026-03-04 17:00"),
        ("2026-04-02 15:00", 1, "2026-04-07 15:00"),  # Good Friday to Easter Monday
    ],
)
def test_so_many_working_days_later_it_is_the_same_time(start, days, expected):
    assert said(OFFICE.add_days(at(start), days)) == expected


def test_working_hours_are_what_is_handed_in():
    early = OfficeHours(time(7, 30), time(12))

    assert said(early.add_hours(at("2026-03-02 11:00"), 4)) == "2026-03-03 10:30"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01 12:00", "2026-07-01T10:00"),
        ("2026-12-01 12:00", "2026-12-01T11:00"),
        ("2026-10-25 02:30", "2026-10-25T00:30"),
        ("2026-10-25 02:30 2nd", "2026-10-25T01:30"),
        ("2026-03-29 03:00", "2026-03-29T01:00"),
    ],
)
def test_a_local_time_means_one_moment(text, expected):
    assert at(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-03-29 02:00", "2026-03-29 02:59", "2027-03-28 02:30", "2026-03-29 02:30 2nd"]
)
def test_the_skipped_hour_of_march_is_refused(text):
    with pytest.raises(SkippedHourError):
        at(text)


@given(instants, st.integers(0, 400))
def test_days_keep_the_wall_clock_time(start, days):
    found = add_days(start, days).astimezone(AMSTERDAM)
    wanted = start.astimezone(AMSTERDAM)

    assert (found.date() - wanted.date()).days == days
    skipped = found.hour == wanted.hour + 1 == 3
    assert skipped or found.time() == wanted.time()


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(1, 30), days_off)
def test_a_term_of_working_days_holds_just_that_many(start, days, decreed):
    end = add_working_days(start, days, decreed)

    counted = [start + timedelta(days=number) for number in range(1, (end - start).days + 1)]
    assert sum(is_working_day(day, decreed) for day in counted) == days
    assert is_working_day(end, decreed)


@given(instants, st.floats(0, 100), offices)
def test_working_hours_end_in_working_time_and_last_as_long_as_asked(start, hours, office):
    end = office.add_hours(start, hours)

    local = end.astimezone(AMSTERDAM)
    assert end >= start
    assert is_working_day(local.date(), office.decreed)
    assert office.starts <= local.time() <= office.ends
    assert working_time(start, end, office) == timedelta(hours=hours)


def working_time(start: datetime, end: datetime, office: OfficeHours) -> timedelta:
    total = timedelta(0)
    day = local_day(start)
    while day <= local_day(end):
        if is_working_day(day, office.decreed):
            opens, closes = (
                local_moment(datetime.combine(day, each)) for each in (office.starts, office.ends)
            )
            total += max(timedelta(0), min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    return total


@given(instants, st.floats(0, 40), st.floats(0, 40))
def test_working_hours_add_up(start, first, second):
    together = OFFICE.add_hours(start, first + second)
    in_turn = OFFICE.add_hours(OFFICE.add_hours(start, first), second)

    # To the microsecond; and the end of one working day is as good as the beginning of the next.
    assert working_time(min(together, in_turn), max(together, in_turn), OFFICE) <= timedelta(microseconds=2)


@given(instants)
def test_a_moment_said_in_local_time_is_the_same_moment(moment):
    local = moment.astimezone(AMSTERDAM)

    assert local_moment(local.replace(tzinfo=None), second=bool(local.fold)) == moment


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 — hypothesis wants it so
def test_every_local_time_in_a_file_means_something(typed):
    assert abs(from_local(typed) - typed.replace(tzinfo=UTC)) <= timedelta(hours=2)


def test_one_hour_comes_twice():
    assert comes_twice(datetime(2026, 10, 25, 2, 30))  # noqa: DTZ001 — local by definition
    assert not comes_twice(datetime(2026, 10, 25, 3, 0))  # noqa: DTZ001 — local by definition
    assert not comes_twice(datetime(2026, 3, 29, 2, 30))  # noqa: DTZ001 — local by definition


# What somebody would write who does not know of the clock: the zone, the weekend, the end of a day.
OWN_CLOCK = ("ZoneInfo(", ".weekday()", "isoweekday()", "time(17", "time(23")
#: Says when a training day ends, which has nothing to do with the hours of the office.
OWN_HOURS = "training/models/policy.py: time(17"


def test_nobody_else_knows_the_zone_the_working_days_or_the_ends_of_days():
    code = subprocess.run(
        ["git", "ls-files", "-z", "*.py"],
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    found = []
    for path in filter(None, code):
        if path == "hospital/clock.py" or "/migrations/" in path:
            continue
        text = (Path(settings.BASE_DIR) / path).read_text()
        constants = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
        found += [path] * (ZONE in constants)
        if "/tests/" not in path:
            found += [f"{path}: {each}" for each in OWN_CLOCK if each in text]
    assert found == [OWN_HOURS]


@pytest.mark.parametrize(
    ("moment", "possible"),
    [
        ("2026-03-10T08:59", False),
        ("2026-03-10T09:00", False),
        ("2026-03-10T09:01", True),
        ("2027-03-10T00:00", True),
        # On the last day whatever the hour: a day is chosen, not an hour.
        ("2027-03-10T23:59", True),
        ("2027-03-11T00:00", False),
    ],
)
def test_nothing_is_planned_further_ahead_than_a_year(moment, possible):
    at = moment_of(date(2026, 3, 10), time(9))
    typed = datetime.fromisoformat(moment)
    assert may_be_planned(moment_of(typed.date(), typed.time()), at=at) is possible
