"""Seats of training days to come."""

from datetime import UTC, date, datetime, timedelta

import pytest

from training.coverage.planned_seats import planned_seats
from training.tests.factories import MeetingFactory

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def test_seats_are_counted_in_the_month_of_their_day():
    def day(ahead, **also):
        starts_at = NOW + timedelta(days=ahead)
        MeetingFactory(**{"seats": 12, "starts_at": starts_at, **also})

    day(1)
    day(2, seats=15)
    day(20)
    day(3, state="cancelled")
    day(-1, state="held")
    day(5, kind="intervision")
    assert planned_seats(NOW) == {date(2026, 11, 1): 27, date(2026, 12, 1): 12}
