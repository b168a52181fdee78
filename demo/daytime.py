"""When the people of the demo hospital work, whatever hour it is built at: nobody writes at night, and calls
are made in the hours of cover.
"""

from datetime import datetime, time, timedelta

from hospital.clock import Cover

_HOURS = (time(8), time(20))
DAYTIME = Cover((_HOURS,) * 7, holidays=_HOURS)
_BEFORE_THE_END = timedelta(minutes=30)


def by_day(at: datetime) -> datetime:
    """`at`, or the end of the day before when it lies in the night."""
    return in_cover(at, DAYTIME)


def from_the_morning(at: datetime, *, after: timedelta) -> datetime:
    """`at`, or so long `after` the night in which it lies."""
    return at if DAYTIME.holds(at) else DAYTIME.opens_from(at) + after


def in_cover(at: datetime, cover: Cover) -> datetime:
    """`at`, or the end of the hours of cover before it."""
    return at if cover.holds(at) else cover.closed_by(at) - _BEFORE_THE_END
