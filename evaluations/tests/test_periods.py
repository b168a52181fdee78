from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from evaluations.enums import PeriodLength
from evaluations.periods import NotAPeriod, Period, following, proposed

QUARTER, HALF_YEAR, YEAR = PeriodLength
# Code, first day, last day, first moment (UTC; Amsterdam is 1 hour ahead in winter, 2 in summer), previous.
PERIODS = [
    ("2026Q1", date(2026, 1, 1), date(2026, 3, 31), datetime(2025, 12, 31, 23, tzinfo=UTC), "2025Q4"),
    ("2026Q2", date(2026, 4, 1), date(2026, 6, 30), datetime(2026, 3, 31, 22, tzinfo=UTC), "2026Q1"),
    ("2026Q3", date(2026, 7, 1), date(2026, 9, 30), datetime(2026, 6, 30, 22, tzinfo=UTC), "2026Q2"),
    ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), datetime(2026, 9, 30, 22, tzinfo=UTC), "2026Q3"),
    ("2026H1", date(2026, 1, 1), date(2026, 6, 30), datetime(2025, 12, 31, 23, tzinfo=UTC), "2025H2"),
    ("2026H2", date(2026, 7, 1), date(2026, 12, 31), datetime(2026, 6, 30, 22, tzinfo=UTC), "2026H1"),
    ("2026", date(2026, 1, 1), date(2026, 12, 31), datetime(2025, 12, 31, 23, tzinfo=UTC), "2025"),
]


@pytest.mark.parametrize(("code", "starts_on", "ends_on", "starts_at", "previous"), PERIODS)
def test_a_period_has_its_days_its_moments_and_its_neighbours(code, starts_on, ends_on, starts_at, previous):
    period = Period.parse(code)
    assert (period.starts_on, period.ends_on, period.starts_at) == (starts_on, ends_on, starts_at)
    assert Period.between(starts_on, ends_on) == period
    assert Period.holding(ends_on, period.length) == period
    assert period.code == code
    assert period.previous == Period.parse(previous)
    assert period.previous.next == period
    assert period.closes_at == period.next.starts_at


@pytest.mark.parametrize(
    "code", ["", "2026Q5", "2026Q0", "2026q1", "2026H3", "26Q1", "0000", "9999", "2026Q1 "]
)
def test_other_codes_are_no_periods(code):
    with pytest.raises(NotAPeriod):
        Period.parse(code)


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2026, 7, 1), date(2026, 9, 29)),
        (date(2026, 7, 2), date(2026, 9, 30)),
        (date(2026, 4, 1), date(2026, 9, 30)),
        (date(2026, 9, 30), date(2026, 7, 1)),
    ],
)
def test_whoever_may_choose_days_could_choose_two_periods_that_differ_by_one_person(starts_on, ends_on):
    with pytest.raises(NotAPeriod):
        Period.between(starts_on, ends_on)


@pytest.mark.parametrize(
    ("day", "at_most", "code"),
    [
        (date(2026, 1, 1), YEAR, "2026"),
        (date(2026, 1, 1), HALF_YEAR, "2026H1"),
        (date(2026, 1, 1), QUARTER, "2026Q1"),
        (date(2026, 4, 1), YEAR, "2026Q2"),
        (date(2026, 7, 1), YEAR, "2026H2"),
        (date(2026, 7, 1), QUARTER, "2026Q3"),
        (date(2026, 10, 1), HALF_YEAR, "2026Q4"),
    ],
)
def test_the_longest_that_begins_on_a_day(day, at_most, code):
    assert Period.beginning(day, at_most=at_most).code == code


def test_nothing_begins_on_another_day():
    with pytest.raises(NotAPeriod):
        Period.beginning(date(2026, 4, 2), at_most=YEAR)


@pytest.mark.parametrize(
    ("offers", "length"), [(0, YEAR), (79, YEAR), (80, HALF_YEAR), (159, HALF_YEAR), (160, QUARTER)]
)
def test_the_length_that_is_proposed_holds_about_forty(offers, length):
    assert proposed(offers) == length


def test_the_name_of_a_period():
    with translation.override("en"):
        labels = [(each.label, each.short_label) for each in map(Period.parse, ("2026Q3", "2026H2", "2026"))]
    assert labels == [("Q3 2026", "Q3"), ("H2 2026", "H2"), ("2026", "")]


def test_the_next_period_begins_the_day_after_the_last_and_the_first_holds_the_first_account():
    account = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert following(None, first_account=None, at_most=QUARTER) is None
    assert following(None, first_account=account, at_most=QUARTER) == Period.parse("2026Q1")
    assert following(None, first_account=account, at_most=YEAR) == Period.parse("2026")
    assert following(date(2026, 3, 31), first_account=account, at_most=YEAR) == Period.parse("2026Q2")
    assert following(date(2026, 6, 30), first_account=account, at_most=YEAR) == Period.parse("2026H2")
    assert following(date(2026, 12, 31), first_account=None, at_most=HALF_YEAR) == Period.parse("2027H1")
    # Already the second quarter in Amsterdam.
    spring = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert following(None, first_account=spring, at_most=QUARTER) == Period.parse("2026Q2")
