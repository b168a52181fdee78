"""A year's requests asked anew over a large pool, with three left out twice: in seconds."""

from time import perf_counter

from django.utils import timezone

from benchmarks.report import Line
from supporters.models import Supporter
from training.coverage import asked_anew, simulating
from training.coverage.losses import LEAVE

REQUESTS = 600
SECONDS = 10


def measure() -> list[Line]:
    """At the size of the pool that there is."""
    at = timezone.now()
    offers = asked_anew.requests(at)[:REQUESTS]
    leaving = list(Supporter.objects.order_by("id").values_list("id", flat=True)[:LEAVE])
    started = perf_counter()
    simulating.simulate(offers, leaving=leaving, at=at, progress=lambda _done: None)
    took = perf_counter() - started
    what = f"simulating {len(offers)} requests over {Supporter.objects.count():,} supporters"
    return [Line(what, f"{took:.1f} s", f"≤ {SECONDS} s", took <= SECONDS)]
