"""Figures as they were blurred in 0.1.0, for the attack that they do not withstand: each count for itself,
with a bounded noise, rounded to 5, not shown below 10; for the quarter and once more for its year.
"""

NOISE = 2
STEP, LEAST = 5, 10


def published(count, below):
    """A count as it was shown; None for fewer than 10."""
    noisy = count + below(2 * NOISE + 1) - NOISE
    return None if noisy < LEAST else STEP * round(noisy / STEP)


def chance(figure, count):
    """How likely `figure` came of `count`."""
    noisy = range(count - NOISE, count + NOISE + 1)
    return sum(figure == (None if each < LEAST else STEP * round(each / STEP)) for each in noisy) / len(noisy)
