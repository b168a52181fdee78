from datetime import date, timedelta

import pytest

from supporters.contacts.course import Course, course_of

TODAY = date(2026, 11, 22)


def ago(days):
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "phase"),
    [
        (0, "FIRST_DAYS"),
        (13, "FIRST_DAYS"),
        (14, "TWO_WEEKS"),
        (27, "TWO_WEEKS"),
        (28, "FOUR_WEEKS"),
        (400, "FOUR_WEEKS"),
    ],
)
def test_what_belongs_to_so_many_days_after(days, phase):
    assert course_of([ago(days)], today=TODAY) == Course(days, frozenset({phase}))


def test_of_several_events_the_last_one_counts():
    assert course_of([ago(40), None, ago(3), ago(20)], today=TODAY).days == 3


def test_without_a_day_all_of_it_is_told():
    assert course_of([None], today=TODAY) == Course(
        None, frozenset({"FIRST_DAYS", "TWO_WEEKS", "FOUR_WEEKS"})
    )


def test_a_day_ahead_is_the_day_itself():
    assert course_of([ago(-1)], today=TODAY).days == 0
