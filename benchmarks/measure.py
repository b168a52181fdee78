"""Measuring in pairs: floor, page, floor, page …, so that a ratio holds while the machine's speed drifts."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """How many times the floor something costs: the median over the rounds, and the 90% interval of a
    round.
    """

    median: float
    low: float
    high: float
    floor_ms: float
    ms: float


def ratio(
    subject: Callable[[], object], floor: Callable[[], object], *, rounds: int = 15, each: int = 12
) -> Ratio:
    """`subject` against `floor`, in `rounds` interleaved rounds of `each` calls; the p50 of each round
    counts.
    """
    return ratio_of(lambda: _p50(subject, each), lambda: _p50(floor, each), rounds=rounds)


def ratio_of(subject: Callable[[], float], floor: Callable[[], float], *, rounds: int = 15) -> Ratio:
    """As `ratio`, for what takes its own time, in seconds."""
    subject(), floor()  # both warm
    pairs = [(floor(), subject()) for _ in range(rounds)]
    ratios = sorted(mine / bare for bare, mine in pairs)
    cut = max(1, round(len(ratios) * 0.05))
    return Ratio(
        median=statistics.median(ratios),
        low=ratios[cut],
        high=ratios[-1 - cut],
        floor_ms=statistics.median(bare for bare, _ in pairs) * 1000,
        ms=statistics.median(mine for _, mine in pairs) * 1000,
    )


def _p50(call: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
