"""The hospital's clock: its time zone, hours and days. The only place that knows them. Pure.

Moments go in aware, in any zone, and come out in UTC; days and times of day are those on the wall in the
hospital. Working days are Monday to Friday but for the days of article 3 of the Algemene termijnenwet: the
general holidays, Good Friday, 5 May every year, and the days that a yearly decree adds, which are handed in.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

ZONE = "Europe/Amsterdam"
AMSTERDAM = ZoneInfo(ZONE)
SATURDAY = 5
LAST_SECOND = time(23, 59, 59)


class SkippedHourError(ValueError):
    """A local time that does not exist: in the night of March in which the clock goes forward."""


# Moments and the clock on the wall.


def on_the_wall(moment: datetime) -> datetime:
    """`moment` as the hospital's clocks show it. Raises ValueError when it is naive."""
    if moment.tzinfo is None:
        raise ValueError("A moment must be aware: naive times are ambiguous.")
    return moment.astimezone(AMSTERDAM)


def local_day(moment: datetime) -> date:
    """The day in the hospital."""
    return on_the_wall(moment).date()


def moment_of(day: date, at: time) -> datetime:
    """When the clock shows `at` on `day`: the first of two such hours, an hour later in March's gap."""
    return datetime.combine(day, at, AMSTERDAM).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """The first moment of a local day."""
    return moment_of(day, time.min)


def end_of_day(day: date) -> datetime:
    """The last second of a local day."""
    return moment_of(day, LAST_SECOND)


def start_of_week(day: date) -> date:
    """The Monday on or before `day`."""
    return day - timedelta(days=day.weekday())


def add_days(start: datetime, days: int) -> datetime:
    """The same local time `days` later; an hour later where March skips it, the first of October's two."""
    local = on_the_wall(start)
    if days == 0:
        return local.astimezone(UTC)
    return (local.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def local_moment(local: datetime, *, second: bool = False) -> datetime:
    """The moment that somebody in the hospital means by a naive date and time.

    Of the hour that comes twice in October the first is meant, or with `second` the second. Raises
    SkippedHourError for the hour that March leaves out.
    """
    if local.tzinfo is not None:
        raise ValueError("A naive local time is expected.")
    moment = local.replace(tzinfo=AMSTERDAM, fold=second).astimezone(UTC)
    if moment.astimezone(AMSTERDAM).replace(tzinfo=None, fold=0) != local.replace(fold=0):
        raise SkippedHourError("The clock goes forward in this night: that hour does not exist.")
    return moment


def from_local(typed: datetime) -> datetime:
    """The moment that a naive local time in a file means: where it can be two, the first, and 3:30 for the
    2:30 that a clock showed which was not put forward yet.
    """
    return typed.replace(tzinfo=AMSTERDAM, fold=0).astimezone(UTC)


def comes_twice(typed: datetime) -> bool:
    """Whether a naive local time lies in the hour that comes twice in October."""
    first, second = (typed.replace(tzinfo=AMSTERDAM, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


# Days and hours of work.


@lru_cache(maxsize=64)
def legal_holidays(year: int) -> frozenset[date]:
    """The days of article 3 (1) and (2) of the Algemene termijnenwet."""
    import holidays  # noqa: PLC0415  # slow to load

    # The package knows 5 May as a day off in every fifth year only; for terms it counts in all.
    return frozenset(holidays.country_holidays("NL", years=year)) | {date(year, 5, 5)}


def is_working_day(day: date, decreed: frozenset[date] = frozenset()) -> bool:
    """Whether `day` is neither Saturday, Sunday, a legal holiday nor `decreed` to be one."""
    return day.weekday() < SATURDAY and day not in legal_holidays(day.year) and day not in decreed


def add_working_days(start: date, days: int, decreed: frozenset[date] = frozenset()) -> date:
    """The last day of a term of `days` working days; `start` itself does not count."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day, decreed)
    return day


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """From when to when the hospital's offices work on working days. Raises ValueError for a day without
    length.
    """

    starts: time = time(8)
    ends: time = time(17)
    decreed: frozenset[date] = frozenset()
    """Algemene termijnenwet art. 3 (3): days that a decree puts on a par with holidays."""

    def __post_init__(self) -> None:
        if self.starts >= self.ends:
            raise ValueError("The working day must end after it starts.")

    @property
    def cover(self) -> "Cover":
        """Calls are made while the offices work."""
        return Cover((((self.starts, self.ends),) * SATURDAY) + (None, None), decreed=self.decreed)

    def add_hours(self, start: datetime, hours: float) -> datetime:
        """When `hours` hours of working time have passed since `start`.

        What starts outside working time counts from its next beginning, also for 0 hours.
        """
        moment = on_the_wall(start).astimezone(UTC)
        left = timedelta(hours=hours)
        day = local_day(moment)
        while True:
            if is_working_day(day, self.decreed):
                opens, closes = moment_of(day, self.starts), moment_of(day, self.ends)
                begin = max(moment, opens)
                if begin + left <= closes:
                    return begin + left
                left -= max(timedelta(0), closes - begin)
            day += timedelta(days=1)

    def add_days(self, start: datetime, days: int) -> datetime:
        """When as many hours of working time as `days` working days have have passed since `start`: the same
        time of a later working day.
        """
        day = local_day(start)
        length = moment_of(day, self.ends) - moment_of(day, self.starts)
        return self.add_hours(start, days * length.total_seconds() / 3600)


@dataclass(frozen=True)
class QuietHours:
    """From `starts` until `ends` by the clock on the wall, over midnight if `ends` is the earlier; never when
    both are the same. With `weekends` also all Saturday and Sunday.
    """

    starts: time
    ends: time
    weekends: bool = False

    def holds(self, at: datetime) -> bool:
        """Whether `at` (aware) is quiet."""
        local = on_the_wall(at)
        if self.weekends and local.weekday() >= SATURDAY:
            return True
        return self.covers(local.time())

    def covers(self, moment: time) -> bool:
        """Whether the quiet hours of every day cover this time of day."""
        if self.starts <= self.ends:
            return self.starts <= moment < self.ends
        return moment >= self.starts or moment < self.ends

    def over_at(self, at: datetime) -> datetime:
        """`at` itself, or the moment that ends the quiet hours it lies in."""
        if not self.holds(at):
            return at
        today = local_day(at)
        ends = (
            moment_of(today + timedelta(days=days), moment)
            for days in range(8)
            for moment in (time.min, self.ends)
        )
        return next(end for end in ends if end > at and not self.holds(end))


#: Nothing is planned further ahead than this: a year, whatever the hour.
PLANNED_WITHIN = timedelta(days=365)


def may_be_planned(moment: datetime, *, at: datetime) -> bool:
    """Whether something can be planned at `at` for `moment` (both aware): later, within a year by days."""
    return at < moment and local_day(moment) <= local_day(at) + PLANNED_WITHIN


#: When the afternoon begins, and the evening.
PARTS_OF_DAY = (time(12), time(17))


def part_of_day(at: datetime) -> int:
    """0 for the morning, 1 from 12:00 on, 2 from 17:00 on, by the clock on the wall."""
    return sum(on_the_wall(at).time() >= begins for begins in PARTS_OF_DAY)


#: From when until when on one day.
DayHours = tuple[time, time]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cover:
    """In which hours of which days calls to colleagues are made. `week` has the hours of each day, Monday
    first, and `holidays` those of a legal holiday or a decreed day, whichever day of the week that is; None
    for a day on which nobody calls.

    Raises ValueError when no day of the week has hours, or one has no length.
    """

    week: tuple[DayHours | None, ...]
    holidays: DayHours | None = None
    decreed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise ValueError("Calls must be made on some day of the week.")
        if any(hours and hours[0] >= hours[1] for hours in (*self.week, self.holidays)):
            raise ValueError("The hours of a day must end after they start.")

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """When calls begin on `day` and when they end; None when nobody calls."""
        is_holiday = day in legal_holidays(day.year) or day in self.decreed
        hours = self.holidays if is_holiday else self.week[day.weekday()]
        if hours is None:
            return None
        opens, closes = (moment_of(day, each) for each in hours)
        # In March the hour that is left out may swallow them.
        return (opens, closes) if opens < closes else None

    @property
    def parts_of_day(self) -> int:
        """In how many parts of the day calls are made, on whichever days of the week."""
        hours = [each for each in self.week if each]
        edges = (time.min, *PARTS_OF_DAY, time.max)
        return sum(
            any(opens < ends and closes > begins for opens, closes in hours)
            for begins, ends in pairwise(edges)
        )

    def holds(self, at: datetime) -> bool:
        """Whether calls are made at `at` (aware)."""
        hours = self.on(local_day(at))
        return hours is not None and hours[0] <= at < hours[1]

    def opens_from(self, at: datetime) -> datetime:
        """`at` itself, or when calls next begin."""
        day = local_day(at)
        while (hours := self.on(day)) is None or hours[1] <= at:
            day += DAY
        return max(at, hours[0])

    def close_of(self, day: date) -> datetime:
        """When calls end on `day`, or on the first day after it that has any."""
        while (hours := self.on(day)) is None:
            day += DAY
        return hours[1]

    def closed_by(self, at: datetime) -> datetime:
        """When calls ended last before `at`, or at it."""
        day = local_day(at)
        while (hours := self.on(day)) is None or hours[1] > at:
            day -= DAY
        return hours[1]

    def add(self, start: datetime, term: timedelta) -> datetime:
        """When `term` is over that begins at `start` and runs only while calls are made: a day with hours
        counts as 24 of them, however few they are, and 24 hours later is the same time of the next such day.

        What starts when nobody calls counts from when calls next begin.
        """
        begin = self.opens_from(start)
        left, day = term / DAY, local_day(begin)
        while True:
            if hours := self.on(day):
                opens, closes = hours
                begin = max(begin, opens)
                share = (closes - begin) / (closes - opens)
                if left <= share:
                    return begin + (closes - opens) * left
                left -= share
            day += DAY

    def add_elapsed(self, start: datetime, term: timedelta) -> datetime:
        """When `term` has passed since `start`, or, when nobody calls then, when calls ended before that; but
        so late that half of the term, or half a day, could be called in.
        """
        due = start + term
        due = due if self.holds(due) else self.closed_by(due)
        return max(due, self.add(start, min(term, DAY) / 2))
