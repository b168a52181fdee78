"""In which hours calls are made, and when a term is over that runs only then (hospital.clock.Cover)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital.clock import AMSTERDAM, Cover, OfficeHours, local_day, part_of_day

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = OfficeHours().cover
NINE_TO_NOON = (time(9), time(12))
#: Two hours on Wednesdays.
WEDNESDAYS = Cover((None, None, (time(10), time(12)), None, None, None, None))
ALL_WEEK = Cover(((time(8), time(20)),) * 7, (time(8), time(20)))
ROUND_THE_CLOCK = Cover(((time(0), time(23, 59)),) * 7, (time(0), time(23, 59)))
#: Saturday mornings too, and on no holiday.
SATURDAYS = Cover((((time(8), time(17)),) * 5) + (NINE_TO_NOON, None))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def said(moment: datetime) -> str:
    return f"{moment.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("cover", "start", "hours", "due"),
    [
        # A day of the week, and the hour. 23 November 2026 is a Monday.
        (OFFICE, "2026-11-23 10:13", 24, "2026-11-24 10:13"),
        (OFFICE, "2026-11-23 10:00", 12, "2026-11-23 14:30"),
        (OFFICE, "2026-11-23 10:00", 72, "2026-11-26 10:00"),
        (OFFICE, "2026-11-23 03:00", 24, "2026-11-23 17:00"),
        (OFFICE, "2026-11-23 17:00", 24, "2026-11-24 17:00"),
        (OFFICE, "2026-11-26 12:00", 24, "2026-11-27 12:00"),
        (OFFICE, "2026-11-27 12:00", 24, "2026-11-30 12:00"),
        (OFFICE, "2026-11-27 23:00", 24, "2026-11-30 17:00"),
        (OFFICE, "2026-11-27 23:00", 12, "2026-11-30 12:30"),
        (OFFICE, "2026-11-28 04:38", 24, "2026-11-30 17:00"),
        (OFFICE, "2026-11-29 16:00", 24, "2026-11-30 17:00"),
        # Good Friday is none, nor Easter Monday.
        (OFFICE, "2026-04-02 12:00", 24, "2026-04-07 12:00"),
        (OFFICE, "2026-04-02 18:00", 24, "2026-04-07 17:00"),
        # 24 December 2026, a Thursday: the Friday and the Saturday are holidays.
        (OFFICE, "2026-12-24 15:00", 24, "2026-12-28 15:00"),
        (SATURDAYS, "2026-12-24 15:00", 24, "2026-12-28 15:00"),
        (SATURDAYS, "2026-11-27 12:30", 24, "2026-11-28 10:30"),
        # The nights in which the clock is changed.
        (OFFICE, "2026-03-27 16:00", 24, "2026-03-30 16:00"),
        (OFFICE, "2026-10-23 16:00", 24, "2026-10-26 16:00"),
        (ALL_WEEK, "2026-03-28 23:00", 24, "2026-03-29 20:00"),
        (ALL_WEEK, "2026-10-24 14:00", 24, "2026-10-25 14:00"),
        # Two hours a week are a day of the term.
        (WEDNESDAYS, "2026-11-25 11:00", 24, "2026-12-02 11:00"),
        (WEDNESDAYS, "2026-11-25 12:00", 24, "2026-12-02 12:00"),
        (WEDNESDAYS, "2026-11-26 09:00", 12, "2026-12-02 11:00"),
        (WEDNESDAYS, "2026-04-22 13:00", 24, "2026-04-29 12:00"),
    ],
)
def test_a_term_runs_only_while_calls_are_made(cover, start, hours, due):
    assert said(cover.add(local(start), hours * HOUR)) == due


@pytest.mark.parametrize(
    ("cover", "start", "hours", "due"),
    [
        (OFFICE, "2026-11-23 10:13", 24, "2026-11-24 10:13"),
        # At night: the end of the hours before, when half of a day was left for it.
        (ALL_WEEK, "2026-11-23 22:00", 24, "2026-11-24 20:00"),
        (ALL_WEEK, "2026-11-23 19:00", 12, "2026-11-24 10:00"),
        # Else as long as half a day of calls takes: nobody calls at the weekend.
        (OFFICE, "2026-11-27 16:30", 24, "2026-11-30 12:00"),
        (OFFICE, "2026-11-27 23:00", 24, "2026-11-30 12:30"),
        (OFFICE, "2026-11-27 09:00", 72, "2026-11-30 09:00"),
        (OFFICE, "2026-12-24 18:00", 24, "2026-12-28 12:30"),
        (WEDNESDAYS, "2026-11-27 09:00", 24, "2026-12-02 11:00"),
    ],
)
def test_a_term_that_runs_on_ends_when_calls_are_made(cover, start, hours, due):
    assert said(cover.add_elapsed(local(start), hours * HOUR)) == due


def test_a_decreed_day_is_a_holiday():
    decreed = OfficeHours(decreed=frozenset({date(2026, 11, 24)})).cover
    assert said(decreed.add(local("2026-11-23 10:00"), DAY)) == "2026-11-25 10:00"
    open_on_holidays = Cover(OFFICE.week, NINE_TO_NOON, frozenset({date(2026, 11, 24)}))
    assert said(open_on_holidays.close_of(date(2026, 11, 24))) == "2026-11-24 12:00"
    assert said(open_on_holidays.close_of(date(2026, 12, 25))) == "2026-12-25 12:00"


@pytest.mark.parametrize(
    ("picked", "close"),
    [
        ("2026-11-27", "2026-11-27 17:00"),
        ("2026-11-28", "2026-11-30 17:00"),
        ("2026-12-25", "2026-12-28 17:00"),
        ("2027-01-01", "2027-01-04 17:00"),
        ("2027-03-26", "2027-03-30 17:00"),
    ],
)
def test_a_day_on_which_nobody_calls_is_the_next_one(picked, close):
    assert said(OFFICE.close_of(date.fromisoformat(picked))) == close


def test_hours_that_the_night_of_march_leaves_out_are_none():
    night = Cover(((time(2, 30), time(3, 15)),) * 7, (time(2, 30), time(3, 15)))
    assert night.on(date(2026, 3, 29)) is None
    assert said(night.opens_from(local("2026-03-29 01:00"))) == "2026-03-30 02:30"


@pytest.mark.parametrize(
    ("week", "holidays"),
    [
        ((None,) * 7, NINE_TO_NOON),
        ((NINE_TO_NOON,) * 6, None),
        (((time(12), time(9)),) + (None,) * 6, None),
        ((NINE_TO_NOON,) * 7, (time(9), time(9))),
    ],
)
def test_a_cover_without_hours_is_refused(week, holidays):
    with pytest.raises(ValueError, match="must"):
        Cover(week, holidays)


def _hours(pair: tuple[int, int]) -> tuple[time, time]:
    starts, ends = sorted(pair)
    return time(*divmod(starts, 60)), time(*divmod(ends, 60))


minutes = st.integers(0, 24 * 60 - 1)
hours_of_a_day = st.none() | st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1]).map(_hours)
covers = st.builds(
    Cover,
    st.tuples(*[hours_of_a_day] * 7).filter(any),
    hours_of_a_day,
    st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5),
) | st.sampled_from([OFFICE, WEDNESDAYS, ALL_WEEK, ROUND_THE_CLOCK, SATURDAYS])
moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001  # bounds of aware moments
    max_value=datetime(2027, 12, 1),  # noqa: DTZ001  # bounds of aware moments
    timezones=st.just(UTC),
)
terms = st.timedeltas(timedelta(minutes=30), timedelta(days=14))
INSTANT = timedelta(milliseconds=1)


@given(covers, moments)
def test_calls_open_and_have_closed_where_they_say(cover, at):
    opens, closed = cover.opens_from(at), cover.closed_by(at)
    assert closed <= at <= opens
    assert cover.holds(opens)
    assert not cover.holds(closed)
    assert (opens == at) is cover.holds(at)
    assert cover.opens_from(opens) == opens
    assert not cover.holds(cover.close_of(local_day(at)))


@given(covers, moments, terms)
def test_nothing_is_due_while_nobody_calls(cover, start, term):
    for due in (cover.add(start, term), cover.add_elapsed(start, term)):
        hours = cover.on(local_day(due))
        assert hours[0] <= due <= hours[1]
        assert due > start


@given(covers, moments, terms)
def test_a_term_that_runs_on_leaves_time_to_call_in(cover, start, term):
    due = cover.add_elapsed(start, term)
    assert due >= cover.add(start, min(term, DAY) / 2)
    assert due <= max(start + term, cover.add(start, min(term, DAY) / 2))


@given(covers, moments, st.timedeltas(timedelta(0), DAY), terms)
def test_who_is_reported_later_is_not_called_sooner(cover, start, later, term):
    assert cover.add(start, term) <= cover.add(start + later, term) + INSTANT


@given(covers, moments, terms, terms)
def test_terms_after_each_other_are_one(cover, start, first, second):
    together, in_turn = cover.add(start, first + second), cover.add(cover.add(start, first), second)
    # The end of one day of calls is the start of the next.
    assert abs(together - in_turn) <= INSTANT or abs(cover.opens_from(together) - in_turn) <= INSTANT


@given(moments, st.integers(1, 14))
def test_with_calls_at_all_hours_it_is_the_same_time_of_day(at, days):
    due = ROUND_THE_CLOCK.add(at, days * DAY)
    # An hour more or less in the nights in which the clock is changed.
    assert abs(due - (at + days * DAY)) <= HOUR + timedelta(minutes=1)
    assert abs(ROUND_THE_CLOCK.add_elapsed(at, days * DAY) - (at + days * DAY)) <= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("cover", "parts"),
    [
        (WEDNESDAYS, 1),
        (Cover(((time(8), time(12)),) * 7), 1),
        (Cover(((time(8), time(12, 1)),) * 7), 2),
        (OfficeHours().cover, 2),
        (Cover((None, (time(8), time(9)), (time(18), time(19)), None, None, None, None)), 2),
        (ALL_WEEK, 3),
    ],
)
def test_parts_of_the_day_in_which_calls_are_made(cover, parts):
    assert cover.parts_of_day == parts


@pytest.mark.parametrize(
    ("at", "part"),
    [("00:00", 0), ("11:59", 0), ("12:00", 1), ("16:59", 1), ("17:00", 2), ("23:59", 2)],
)
def test_a_part_of_the_day_is_that_of_the_clock_on_the_wall(at, part):
    assert part_of_day(local(f"2026-07-01 {at}")) == part
