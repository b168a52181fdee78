"""What somebody who leaves service leaves open around calamities, as the preview of a staff file says it."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.enums import Role
from accounts.staff import leaving
from accounts.tests.factories import DepartmentFactory, UserFactory
from hospital.clock import local_day
from incidents.enums import EventType, IncidentKind, Step
from incidents.reports.report_writer import report_incident
from incidents.tests.factories import DutyFactory, SeatFactory, on_team

AT = datetime(2026, 3, 9, 10, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


def left_open(*people):
    """The codes of each of `people`, without their roles."""
    found = leaving.left_open([person.pk for person in people], at=AT)
    return [{code for code in found.get(one.pk, ()) if not code.startswith(leaving.ROLE)} for one in people]


def test_a_seat_until_the_day_on_which_it_ends():
    today = local_day(AT)
    seats = [
        SeatFactory(number=number, since=today - 9 * DAY, until=until)
        for number, until in enumerate((None, today, today - DAY), start=1)
    ]
    assert left_open(*(seat.holder for seat in seats)) == [{"calamity:seat"}, {"calamity:seat"}, set()]


def test_a_duty_that_runs_or_is_to_come_as_director_or_as_deputy():
    over = DutyFactory(starts_at=AT - 8 * DAY, ends_at=AT)
    runs = DutyFactory(starts_at=AT, ends_at=AT + DAY)
    comes = DutyFactory(starts_at=AT + DAY, ends_at=AT + 2 * DAY, deputy=None)
    people = (over.director, over.deputy, runs.director, runs.deputy, comes.director)
    assert left_open(*people) == [set(), set(), *[{"calamity:duty"}] * 3]


def test_a_place_on_the_team_of_an_analysis_that_is_not_done():
    calamity = report_incident(
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        submission_key=None,
        noticed_at=AT,
        at=AT,
        department=DepartmentFactory(),
        involved=[],
        reporter=UserFactory(),
    )
    here, gone = UserFactory.create_batch(2, roles=[Role.ANALYST])
    _place, ended = on_team(calamity, here, gone)
    ended.ended_at = AT
    ended.save()
    assert left_open(here, gone, UserFactory(roles=[Role.ANALYST])) == [{"calamity:team"}, set(), set()]
    calamity.milestones.filter(step=Step.ANALYSIS).update(done_at=AT, done_by=here)
    assert left_open(here) == [set()]
