"""Moments for a talk: which ones to offer, and when to remind of one. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hospital.clock import Cover, local_day, moment_of, on_the_wall
from supporters.enums import PartOfDay

DAY = timedelta(days=1)
#: How long before its moment people are reminded of a talk.
BEFORE = timedelta(hours=2)
#: So long a talk takes at most, as far as offering moments goes.
TALK = timedelta(minutes=30)
#: At which hours of a day a talk is offered, and to which parts of the day each belongs.
HOURS: dict[time, frozenset[PartOfDay]] = {
    time(10): frozenset({PartOfDay.MORNING}),
    time(14): frozenset({PartOfDay.AFTERNOON}),
    time(15, 30): frozenset({PartOfDay.AFTERNOON, PartOfDay.AFTER_NIGHT}),
    time(17, 30): frozenset({PartOfDay.EVENING, PartOfDay.AFTER_NIGHT}),
}
#: So many days are looked through for one that suits.
DAYS = 14


@dataclass(frozen=True, slots=True)
class Suggested:
    """Moments of one day; `instead_of` is the day that was meant, where nobody calls on that one."""

    day: date
    moments: tuple[datetime, ...]
    instead_of: date | None = None


def suggested(
    days: Collection[int], *, now: datetime, cover: Cover, parts: Collection[str] = ()
) -> list[Suggested]:
    """What to offer so many `days` after `now`: for each at most two moments in hours of `cover`, on that day
    or the next on which somebody calls, in the `parts` of the day (PartOfDay) in which the colleague likes to
    be called, as far as calls are made then.
    """
    found: dict[date, Suggested] = {}
    for number in days:
        meant = local_day(now) + number * DAY
        day, moments = _first(meant, parts, now, cover) or _first(meant, (), now, cover) or (meant, ())
        if moments and day not in found:
            off = meant if cover.on(meant) is None else None
            found[day] = Suggested(day, moments, instead_of=off)
    return list(found.values())


def _first(
    meant: date, parts: Collection[str], now: datetime, cover: Cover
) -> tuple[date, tuple[datetime, ...]] | None:
    for ahead in range(DAYS):
        day = meant + ahead * DAY
        moments = tuple(_on(day, parts, now, cover))[:2]
        if moments:
            return day, moments
    return None


def _on(day: date, parts: Collection[str], now: datetime, cover: Cover) -> Iterator[datetime]:
    hours = cover.on(day)
    if hours is None:
        return
    opens, closes = hours
    hour_of_day = [moment_of(day, hour) for hour, of in HOURS.items() if not parts or of.intersection(parts)]
    fitting = [at for at in hour_of_day if opens <= at <= closes - TALK and at > now]
    # Hours of cover that leave out all of these have a beginning all the same.
    yield from fitting or ([opens] if not parts and opens > now else [])


def next_covered(at: datetime, *, cover: Cover) -> datetime:
    """The same time of the next day on which calls are made then, or when calls begin on it."""
    day = local_day(at)
    while True:
        day += DAY
        hours = cover.on(day)
        if hours:
            same = moment_of(day, on_the_wall(at).time())
            return same if hours[0] <= same < hours[1] else hours[0]


def remind_at(moment: datetime, *, since: datetime, cover: Cover) -> datetime | None:
    """When to remind of a talk at `moment` that was agreed on at `since`: two hours before, or, where nobody
    calls then, when calls ended before that, the evening before; None when it is agreed on so late.
    """
    soon = moment - BEFORE
    soon = soon if cover.holds(soon) else cover.closed_by(soon)
    return soon if soon > since else None
