"""Moments for a talk: which ones to offer, and when to remind of one. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hospital.clock import Cover, local_day, moment_of, on_the_wall
from supporters.enums import NextStep, PartOfDay

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
    time(hour=17, minute=30): frozenset({PartOfDay.EVENING, PartOfDay.AFTER_NIGHT}),
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
    days: Collection[int],
    *,
    now: datetime,
    cover: Cover,
    parts: Collection[str] = (),
    taken: Collection[datetime] = (),
) -> list[Suggested]:
    """What to offer so many `days` after `now`: for each at most two moments in hours of `cover`, on that day
    or the next on which somebody calls, in the `parts` of the day (PartOfDay) in which the colleague likes to
    be called, as far as calls are made then; none while a talk is that the supporter agreed on with another
    (`taken`).
    """
    found: dict[date, Suggested] = {}
    for number in days:
        meant = local_day(now) + number * DAY
        liked = _first(meant, parts, now, cover, taken)
        day, moments = liked or _first(meant, (), now, cover, taken) or (meant, ())
        if moments and day not in found:
            off = meant if cover.on(meant) is None else None
            found[day] = Suggested(day, moments, instead_of=off)
    return list(found.values())


def _first(
    meant: date, parts: Collection[str], now: datetime, cover: Cover, taken: Collection[datetime]
) -> tuple[date, tuple[datetime, ...]] | None:
    for ahead in range(DAYS):
        day = meant + ahead * DAY
        moments = tuple(at for at in _on(day, parts, now, cover) if is_free(at, taken))[:2]
        if moments:
            return day, moments
    return None


def is_late(step: NextStep, due_at: datetime, *, now: datetime) -> bool:
    """Whether `step` should have been taken by `now`; a talk may still go on."""
    return due_at + (TALK if step == NextStep.APPOINTMENT else timedelta(0)) < now


def is_free(moment: datetime, taken: Collection[datetime]) -> bool:
    """Whether a talk at `moment` meets none of those `taken`."""
    return all(abs(moment - other) >= TALK for other in taken)


def _on(day: date, parts: Collection[str], now: datetime, cover: Cover) -> Iterator[datetime]:
    hours = cover.on(day)
    if hours is None:
        return
    opens, closes = hours
    hour_of_day = [moment_of(day, hour) for hour, of in HOURS.items() if not parts or of.intersection(parts)]
    fitting = [at for at in hour_of_day if opens <= at <= closes - TALK and at > now]
    # Hours of cover that leave out all of these have a beginning all the same.
    yield from fitting or ([opens] if not parts and opens > now else [])


def instead_of(
    moment: datetime,
    *,
    now: datetime,
    cover: Cover,
    parts: Collection[str] = (),
    taken: Collection[datetime] = (),
) -> datetime | None:
    """What to offer instead of a `moment` at which nobody calls, or another talk is: of what is
    suggested for its day and the next, what comes first after it, about the same time of day.
    """
    days = (local_day(moment) - local_day(now)).days
    days_found = suggested((days, days + 1), now=now, cover=cover, parts=parts, taken=taken)
    found = [at for each in days_found for at in each.moments]
    later = [at for at in found if at > moment] or found
    same_day = [at for at in later if local_day(at) == local_day(later[0])]
    return min(same_day, key=lambda at: abs(_minutes(at) - _minutes(moment)), default=None)


def _minutes(at: datetime) -> int:
    local = on_the_wall(at)
    return local.hour * 60 + local.minute


def remind_at(moment: datetime, *, since: datetime, cover: Cover) -> datetime | None:
    """When to remind of a talk at `moment` that was agreed on at `since`: two hours before, or, where nobody
    calls then, when calls ended before that, the evening before; None when it is agreed on so late.
    """
    soon = moment - BEFORE
    soon = soon if cover.holds(soon) else cover.closed_by(soon)
    return soon if soon > since else None
