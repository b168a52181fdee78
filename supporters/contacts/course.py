"""The course that most reactions take after an event, by the days since; pure.

Computed when a page is opened, from the event's date: nothing of it is kept, for it says nothing of a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum


class Phase(Enum):
    """From so many days after the event on."""

    FIRST_DAYS = 0
    TWO_WEEKS = 14
    FOUR_WEEKS = 28


@dataclass(frozen=True, slots=True)
class Course:
    """How many days ago the event was, if that is known, and the names of the phases to tell about."""

    days: int | None
    phases: frozenset[str]


def course_of(occurred_on: Iterable[date | None], *, today: date) -> Course:
    """After the last of several events; all phases when no day is known."""
    known = [day for day in occurred_on if day is not None]
    if not known:
        return Course(None, frozenset(phase.name for phase in Phase))
    days = max(0, (today - max(known)).days)
    return Course(days, frozenset({max((p for p in Phase if p.value <= days), key=lambda p: p.value).name}))
