"""What the attacks succeed against: figures as 0.1.0 published them, and a page of shares as others do.

In 0.1.0 each count was blurred for itself, with a bounded noise, rounded to 5, not shown below 10; for the
quarter and once more for its year.
"""

from evaluations.discrete_gaussian import Below

NOISE = 2
STEP, LEAST = 5, 10


def published(count: int, below: Below) -> int | None:
    """A count as it was shown; None for fewer than 10."""
    noisy = count + below(2 * NOISE + 1) - NOISE
    return None if noisy < LEAST else _rounded(noisy)


def chance(figure: int | None, count: int) -> float:
    """How likely `figure` came of `count`."""
    noisy = range(count - NOISE, count + NOISE + 1)
    return sum(figure == (None if each < LEAST else _rounded(each)) for each in noisy) / len(noisy)


def shares(counts: list[int]) -> list[int]:
    """Of answers, in whole percents of how many there were."""
    return [round(100 * each / sum(counts)) for each in counts]


def _rounded(count: int) -> int:
    return STEP * round(count / STEP)
