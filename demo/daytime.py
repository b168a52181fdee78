"""When the people of the demo hospital call and write: by day, whatever hour it is built at."""

from datetime import datetime, timedelta

from hospital.clock import NO_CALLS

_BEFORE_THE_EVENING = timedelta(minutes=30)


def by_day(at: datetime) -> datetime:
    """`at`, or the end of the day before when it lies in the night."""
    return NO_CALLS.began_at(at) - _BEFORE_THE_EVENING if NO_CALLS.holds(at) else at


def from_the_morning(at: datetime, *, after: timedelta) -> datetime:
    """`at`, or so long `after` the night in which it lies."""
    return NO_CALLS.over_at(at) + after if NO_CALLS.holds(at) else at
