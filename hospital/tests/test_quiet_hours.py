from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital.clock import AMSTERDAM, QuietHours

NIGHT = QuietHours(time(21), time(7))
WEEKENDS = QuietHours(time(21), time(7), weekends=True)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("at", "mailable"),
    [
        ("2026-11-20T20:59", "2026-11-20T20:59"),
        ("2026-11-20T21:00", "2026-11-21T07:00"),
        ("2026-11-20T23:59", "2026-11-21T07:00"),
        ("2026-11-21T00:00", "2026-11-21T07:00"),
        ("2026-11-21T06:59", "2026-11-21T07:00"),
        ("2026-11-21T07:00", "2026-11-21T07:00"),
        # The nights of the clock changes: seven o'clock by the clock on the wall.
        ("2026-03-28T22:00", "2026-03-29T07:00"),
        ("2026-10-24T22:00", "2026-10-25T07:00"),
        ("2026-12-31T22:00", "2027-01-01T07:00"),
    ],
)
def test_mail_waits_for_the_morning(at, mailable):
    assert NIGHT.over_at(local(at)) == local(mailable)


@pytest.mark.parametrize(
    ("hours", "at", "mailable"),
    [
        # 20 November 2026 is a Friday.
        (WEEKENDS, "2026-11-20T20:59", "2026-11-20T20:59"),
        (WEEKENDS, "2026-11-20T21:00", "2026-11-23T07:00"),
        (WEEKENDS, "2026-11-21T12:00", "2026-11-23T07:00"),
        (WEEKENDS, "2026-11-22T23:59", "2026-11-23T07:00"),
        # The weekends in which the clock is changed.
        (WEEKENDS, "2026-03-28T12:00", "2026-03-30T07:00"),
        (WEEKENDS, "2026-10-24T12:00", "2026-10-26T07:00"),
        (WEEKENDS, "2026-12-31T22:00", "2027-01-01T07:00"),
        # Not over midnight.
        (QuietHours(time(0), time(6)), "2026-11-20T23:59", "2026-11-20T23:59"),
        (QuietHours(time(0), time(6)), "2026-11-20T00:00", "2026-11-20T06:00"),
        # Never, and at the weekend only.
        (QuietHours(time(7), time(7)), "2026-11-20T03:00", "2026-11-20T03:00"),
        (QuietHours(time(7), time(7), weekends=True), "2026-11-21T03:00", "2026-11-23T00:00"),
        # Until an hour that the night in March does not have, and one that October's has twice.
        (QuietHours(time(22), time(2, 30)), "2026-03-29T01:30", "2026-03-29T03:30"),
        (QuietHours(time(22), time(2, 30)), "2026-10-25T01:30", "2026-10-25T02:30"),
    ],
)
def test_hours_are_the_hospitals_own(hours, at, mailable):
    assert hours.over_at(local(at)) == local(mailable).astimezone(UTC)


times = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@given(
    st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # bounds of aware moments
    st.builds(QuietHours, times, times, weekends=st.booleans()),
)
def test_mailable_is_never_quiet_never_early_and_soon(at, hours):
    moment = hours.over_at(at)
    assert not hours.holds(moment)
    assert hours.holds(at) or moment == at
    # A night, a weekend, and an hour more when the clock goes back.
    longest = timedelta(hours=24 + 48 * hours.weekends + 24 * hours.weekends + 1)
    assert timedelta(0) <= moment - at <= longest
