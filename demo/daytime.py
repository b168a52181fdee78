"""When the people of the demo hospital work, whatever hour it is built at: nobody writes at night, and calls
are made in the hours of cover.
"""

from datetime import datetime, time, timedelta

from hospital.clock import Cover, QuietHours

NIGHT = QuietHours(time(20), time(8))
_BEFORE_THE_END = timedelta(minutes=30)


def by_day(at: datetime) -> datetime:
    """`at`, or the end of the day before when it lies in the night."""
    return NIGHT.began_at(at) - _BEFORE_THE_END if NIGHT.holds(at) else at


def from_the_morning(at: datetime, *, after: timedelta) -> datetime:
    """`at`, or so long `after` the night in which it lies."""
    return NIGHT.over_at(at) + after if NIGHT.holds(at) else at


def in_cover(at: datetime, cover: Cover) -> datetime:
    """`at`, or the end of the hours of cover before it."""
    return at if cover.holds(at) else cover.closed_by(at) - _BEFORE_THE_END
