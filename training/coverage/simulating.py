"""A simulation: last year's requests over the pool of today, and over what is left when three leave.

start → (worker asks each request anew) → done. The row says how far it is; a worker that is killed leaves it
there, and the next sweep begins it anew.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import F

from accounts.models import User
from hospital.one_worker import alone
from hospital.refused import saying
from supporters.models import Supporter
from training.coverage import asked_anew
from training.coverage.losses import LEAVE, still_finds, worst
from training.models import Simulation

ATTEMPTS = 3
_LOCK = 0x51A1  # of hospital.one_worker


class AlreadyRunning(Exception):
    """Another one has to end first."""


class TooMany(Exception):
    """More than LEAVE supporters were chosen to leave."""


@dataclass(frozen=True, slots=True)
class Line:
    """Of the `requests` of one profession in one department (ids, or empty where it is not known) how many
    would find somebody of the own profession elsewhere: `today`, without the three whose loss hurts most,
    and without those who were `chosen`.
    """

    profession: str
    department: str
    requests: int
    today: int
    worst: int
    chosen: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a simulation found. `worst` counts the three whose loss hurts most by profession; `chosen` says
    how many were chosen to leave.
    """

    lines: Sequence[Line]
    worst: dict[str, int]
    chosen: int

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        return cls([Line(**line) for line in stored["lines"]], stored["worst"], stored["chosen"])


def start(*, leaving: Collection[UUID], by: User, at: datetime) -> Simulation:
    """Begin one, in the place of the last; the worker goes on with it. Raises AlreadyRunning, TooMany."""
    if len(set(leaving)) > LEAVE:
        raise TooMany
    with saying({"simulation_one_running": AlreadyRunning}):
        Simulation.objects.exclude(finished_at=None).delete()
        simulation = Simulation.objects.create(leaving=sorted(set(leaving)), started_by=by, started_at=at)
        transaction.on_commit(_ask_the_worker, robust=True)
    return simulation


def work(*, at: datetime) -> None:
    """Carry out the one that waits, if there is one and no other worker is at it; one that ended workers
    ATTEMPTS times is given up.
    """
    with alone(_LOCK) as is_alone:
        current = Simulation.objects.filter(finished_at=None).first() if is_alone else None
        if current is None:
            return
        if current.attempts >= ATTEMPTS:
            _end(current, {}, at)
            return
        Simulation.objects.filter(id=current.id).update(attempts=F("attempts") + 1)
        _end(current, asdict(_simulate(current, at)), at)


def latest() -> Simulation | None:
    """The one that runs, or else the last."""
    return Simulation.objects.order_by("-started_at").first()


def result() -> Result | None:
    """Of the last one that found something."""
    found = Simulation.objects.exclude(finished_at=None).exclude(result={}).order_by("-started_at").first()
    return Result.of(found.result) if found else None


def simulate(
    offers: Sequence[UUID], *, leaving: Collection[UUID], at: datetime, progress: Callable[[int], object]
) -> Result:
    """What `offers` find anew at `at`: today, without the three whose loss hurts most, and without `leaving`.
    `progress` hears how many were asked.
    """
    asked = [
        ((str(need.profession_id or ""), str(need.department_id or "")), found)
        for need, found in asked_anew.found(offers, at, progress=progress)
    ]
    hurts = worst(found for _place, found in asked)
    professions = Supporter.objects.filter(id__in=hurts).values_list("user__profession", flat=True)
    by_profession = Counter(map(str, professions))
    return Result(_lines(asked, hurts, frozenset(leaving)), dict(by_profession), len(leaving))


def _simulate(current: Simulation, at: datetime) -> Result:
    offers = asked_anew.requests(at)
    rows = Simulation.objects.filter(id=current.id)
    rows.update(done=0, total=len(offers))
    return simulate(offers, leaving=current.leaving, at=at, progress=lambda done: rows.update(done=done))


def _lines(
    asked: Iterable[tuple[tuple[str, str], frozenset[UUID]]], hurts: frozenset[UUID], chosen: frozenset[UUID]
) -> list[Line]:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for place, found in asked:
        here = counts.setdefault(place, Counter())
        here["requests"] += 1
        for name, without in (("today", frozenset[UUID]()), ("worst", hurts), ("chosen", chosen)):
            here[name] += still_finds(found, without)
    return [
        Line(*place, here["requests"], here["today"], here["worst"], here["chosen"])
        for place, here in sorted(counts.items())
    ]


def _end(current: Simulation, found: dict[str, Any], at: datetime) -> None:
    Simulation.objects.filter(id=current.id, finished_at=None).update(
        finished_at=at, result=found, leaving=[]
    )


def _ask_the_worker() -> None:
    """Only a nudge: without a broker the sweep of the next minute finds it."""
    current_app.send_task("training.tasks.simulate", retry=False, expires=60)
