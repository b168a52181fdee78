"""Who stands in for whom on which day; what a reminder makes of it is in delivery's test_recipients."""

from datetime import date, time

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from hospital.clock import end_of_day, moment_of, start_of_day
from notifications.reminders.stand_ins import StandIns, mark_away
from notifications.tests.factories import AbsenceFactory

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)
NOON = time(12)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(moment_of(MONDAY, NOON))]


def away(first, last, **fields):
    return AbsenceFactory(first_day=first, last_day=last, **fields)


@pytest.fixture
def absence():
    return away(MONDAY, TUESDAY)


def stands_in(absence, moment):
    return StandIns.of([absence.user_id]).at(absence.user_id, moment)


def test_the_substitute_stands_in_from_the_first_moment_of_the_first_day_to_the_last_of_the_last(absence):
    there = [
        stands_in(absence, moment)
        for moment in (start_of_day(MONDAY), end_of_day(TUESDAY), start_of_day(WEDNESDAY))
    ]
    assert there == [absence.substitute_id, absence.substitute_id, None]


def test_nobody_does_who_has_left():
    assert stands_in(away(MONDAY, TUESDAY, substitute=UserFactory(leaver=True)), start_of_day(MONDAY)) is None


def test_nobody_does_who_is_away_as_well_on_that_day(absence):
    away(TUESDAY, WEDNESDAY, user=absence.substitute)
    assert stands_in(absence, moment_of(MONDAY, NOON)) == absence.substitute_id
    assert stands_in(absence, moment_of(TUESDAY, NOON)) is None


def test_somebody_is_away_until_the_last_day_whoever_stands_in(absence):
    away(MONDAY, WEDNESDAY, user=absence.substitute)
    stand_ins = StandIns.of([absence.user_id])
    assert stand_ins.until(absence.user_id, moment_of(MONDAY, NOON)) == TUESDAY
    assert stand_ins.until(absence.user_id, moment_of(WEDNESDAY, NOON)) is None


def test_who_is_named_stands_in_on_every_day_that_is_asked_for(absence):
    away(TUESDAY, WEDNESDAY, user=absence.substitute)
    stand_ins = StandIns.of([absence.user_id])
    for first, last, name in ((MONDAY, None, absence.substitute.name), (MONDAY, WEDNESDAY, "")):
        person = User.objects.get(pk=absence.user_id)
        stand_ins.mark(person, first, last)
        assert (person.away_until, person.stood_in_by) == (TUESDAY, name)


def test_all_of_a_page_are_marked_in_one_statement(absence, django_assert_num_queries):
    people = [absence.user, absence.substitute, *(away(MONDAY, MONDAY).user for _ in range(3))]
    with django_assert_num_queries(1):
        mark_away(people, at=moment_of(TUESDAY, NOON))
    assert [person.away_until for person in people] == [TUESDAY, None, None, None, None]
    with django_assert_num_queries(0):
        mark_away([], at=moment_of(TUESDAY, NOON))
