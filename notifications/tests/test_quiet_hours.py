from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.quiet_hours import LOCAL, is_quiet, mailable_from


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


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
    assert mailable_from(local(at)) == local(mailable)


@given(st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2032, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # bounds of aware moments
def test_mailable_is_never_quiet_never_early_and_at_most_eleven_hours_later(at):
    moment = mailable_from(at)
    assert not is_quiet(moment)
    # Ten hours, and one more in the night in which the clock goes back.
    assert timedelta(0) <= moment - at <= timedelta(hours=11)
