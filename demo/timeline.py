"""The clock of the demo's past year: what is still to happen, in the order of time."""

import heapq
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import User
from demo.daytime import DAYTIME, from_the_morning
from hospital.clock import Cover
from hospital.enums import ProfessionGroup
from hospital.models import WorkingHours

Step = Callable[[datetime], None]
#: Of the reports, and of what would be reported at night.
_BY_CARERS, _MOVED_TO_THE_DAY = 0.9, 0.6


@dataclass
class Year:
    """The clock, who takes part, and what is still to happen."""

    chance: random.Random
    now: datetime
    staff: Sequence[User]
    coordinator: User
    committee: User
    analyst: User
    reports: int
    cover: Cover = field(init=False)
    departments: dict[uuid.UUID | None, list[User]] = field(init=False)
    carers: list[User] = field(init=False)
    _queue: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self.cover = WorkingHours.current().cover
        self.departments = {}
        for person in self.staff:
            self.departments.setdefault(person.department_id, []).append(person)
        self.carers = [
            person
            for person in self.staff
            if person.profession is None or person.profession.group != ProfessionGroup.SUPPORT
        ]

    def then(self, at: datetime, step: Step, *, by_night: bool = False) -> None:
        """Do `step` when the clock shows `at`, or the morning after that night, unless that is later than
        now.
        """
        if not by_night:
            at = self.by_day(at)
        if at <= self.now:
            self._count += 1
            heapq.heappush(self._queue, (at, self._count, step))

    def in_cover(self, at: datetime, step: Step) -> None:
        """Do `step` when the clock shows `at`, or when calls are next made."""
        opens = self.cover.opens_from(at)
        self.then(at if opens == at else opens + self.hours(0.1, 1.5), step)

    def reporter(self) -> User:
        """Mostly somebody who cares for patients."""
        return self.chance.choice(self.carers if self.chance.random() < _BY_CARERS else self.staff)

    def reported_at(self, low: float, high: float) -> datetime:
        """A moment so many hours ago, mostly by day."""
        at = self.now - self.hours(low, high)
        by_day = DAYTIME.holds(at) or self.chance.random() > _MOVED_TO_THE_DAY
        return at if by_day else at - timedelta(hours=12)

    def hours(self, low: float, high: float) -> timedelta:
        return timedelta(hours=self.chance.uniform(low, high))

    def by_day(self, at: datetime) -> datetime:
        """Nobody calls or writes at night."""
        return from_the_morning(at, after=self.hours(0.1, 1.5))

    def pass_by(self) -> None:
        """Everything that is still to happen, up to now."""
        while self._queue:
            at, _, step = heapq.heappop(self._queue)
            step(at)
