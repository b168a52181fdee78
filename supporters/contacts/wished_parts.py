"""The parts of the day in which somebody likes to be called go before the term of a call. Pure.

A term that ends before the first of them is over ends with it, on the same day or, where no calls are made
then, on the next one on which they are. Where they never are, the term stays.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time

from hospital.clock import DAY, PARTS_OF_DAY, Cover, local_day, moment_of
from supporters.enums import PartOfDay
from supporters.models import Offer

NOON, EVENING = PARTS_OF_DAY
#: Nobody is called later than this.
NIGHT = time(20)
#: From when until when each part of the day is.
HOURS: dict[str, tuple[time, time]] = {
    PartOfDay.MORNING: (time.min, NOON),
    PartOfDay.AFTERNOON: (NOON, EVENING),
    PartOfDay.EVENING: (EVENING, NIGHT),
    PartOfDay.AFTER_NIGHT: (time(15), NIGHT),
}
#: So many days are looked through for one on which somebody calls then.
DAYS = 14


def parts_of(offer: Offer) -> Collection[str]:
    """In which parts of the day (PartOfDay) the person of `offer` likes to be called; empty for any."""
    wish = getattr(offer, "reach_me", None)
    return wish.parts_of_day if wish else ()


def in_parts(parts: Iterable[str]) -> str:
    """`parts` of the day in words."""
    return ", ".join(str(PartOfDay(part).label) for part in parts)


def met(cover: Cover, parts: Iterable[str] = HOURS) -> list[str]:
    """Those of `parts` in which calls are made, on whichever days of the week."""
    days = [hours for hours in cover.week if hours]
    return [
        part
        for part in parts
        if any(max(opens, HOURS[part][0]) < min(closes, HOURS[part][1]) for opens, closes in days)
    ]


def wished_by(due_at: datetime, parts: Collection[str], cover: Cover) -> datetime:
    """Until when the call is wanted of which the term ends at `due_at`."""
    day = local_day(due_at)
    for ahead in range(DAYS if parts else 0):
        if hours := _hours(day + ahead * DAY, parts, cover):
            return max(due_at, hours[0][1])
    return due_at


def wished_from(now: datetime, due_at: datetime, parts: Collection[str], cover: Cover) -> datetime:
    """From when on to call who is to be called by `due_at`: `now`, or when the next hours begin in which
    they like it; when calls next begin, if no such hours come before `due_at`.
    """
    day = local_day(now)
    while parts and day <= local_day(due_at):
        for begins, ends in _hours(day, parts, cover):
            if ends > now and begins < due_at:
                return max(now, begins)
        day += DAY
    return cover.opens_from(now)


def _hours(day: date, parts: Collection[str], cover: Cover) -> list[tuple[datetime, datetime]]:
    """The hours of `cover` on `day` that lie in `parts`, the first first."""
    covered = cover.on(day)
    if covered is None:
        return []
    found = (
        (max(covered[0], moment_of(day, begins)), min(covered[1], moment_of(day, ends)))
        for begins, ends in (HOURS[part] for part in parts)
    )
    return sorted(hours for hours in found if hours[0] < hours[1])
