"""The board's figures: counting a year, and what the first who looks after a start waits for."""

import statistics
import time

from django.utils import timezone

from benchmarks.report import Line
from benchmarks.server import Client, serving
from dashboards import figures
from evaluations.periods import Period
from hospital.clock import local_day
from supporters.models import Contact

GOAL_SECONDS = 5
GOAL_TIMES = 1.2


def count() -> list[Line]:
    """The seconds that the figures of the past twelve months take, which lie in two calendar years."""
    year, contacts = local_day(timezone.now()).year, Contact.objects.count()
    started = time.perf_counter()
    for each in (year - 1, year):
        figures.count_support(Period(each))
    seconds = time.perf_counter() - started
    what = f"a year’s figures from {contacts:,} contacts"
    return [Line(what, f"{seconds:.1f} s", f"≤ {GOAL_SECONDS} s", seconds <= GOAL_SECONDS)]


def first_view(url: str, *, starts: int) -> list[Line]:
    """The first view of the board's page after a start, against the bare page of the same process."""
    ratios = []
    for _start in range(starts + 1):
        with serving(url) as port:
            reader = Client(port, "bench-board")
            bare = [_seconds(reader, "/bare/") for _time in range(10)]
            ratios.append(_seconds(reader, "/figures/") / statistics.median(bare[2:]))
    times = statistics.median(ratios[1:])  # the very first makes the page that the others find
    what = "figures for the board, first view after a start / bare page"
    return [Line(what, f"{times:.2f}×", f"≤ {GOAL_TIMES}×", times <= GOAL_TIMES)]


def _seconds(reader: Client, path: str) -> float:
    started = time.perf_counter()
    reader.get(path)
    return time.perf_counter() - started
