"""Exact draws from the discrete Gaussian (Canonne, Kamath and Steinke 2020, "The Discrete Gaussian for
Differential Privacy", algorithms 1 to 3): integers x with probability proportional to exp(-x²/(2 variance)).

Only integers and fractions are computed with, and the bits come from the operating system: floating point
would leave out values, and what cannot come out of one count but out of another gives it away. Pure.
"""

from collections.abc import Callable
from fractions import Fraction
from math import exp, isqrt
from secrets import randbelow

#: Gives a number from 0 up to, and not including, what it is given; each as likely.
Below = Callable[[int], int]


def draw(variance: Fraction, *, below: Below = randbelow) -> int:
    """One draw with mean 0 and (all but exactly) `variance`, which is above 0."""
    if variance <= 0:
        raise ValueError("The variance is above 0.")
    # About the standard deviation: any scale gives exact draws, this one the fewest in vain.
    scale = isqrt(int(variance)) + 1
    while True:
        drawn = _laplace(scale, below)
        above = abs(drawn) - variance / scale
        if _with_chance_of_exp(above * above / (2 * variance), below):
            return drawn


def chances(variance: Fraction, *, up_to: int) -> dict[int, float]:
    """How likely each of -`up_to` … `up_to` comes out."""
    weights = {x: exp(-x * x / (2 * variance)) for x in range(-up_to, up_to + 1)}
    together = sum(weights.values())
    return {x: weight / together for x, weight in weights.items()}


def _laplace(scale: int, below: Below) -> int:
    """A draw from the discrete Laplace: x with probability proportional to exp(-|x|/`scale`)."""
    while True:
        part = below(scale)
        if not _with_chance_of_exp(Fraction(part, scale), below):
            continue
        whole = 0
        while _with_chance_of_exp(Fraction(1), below):
            whole += 1
        size, is_negative = part + scale * whole, below(2) == 1
        if size or not is_negative:
            return -size if is_negative else size


def _with_chance_of_exp(exponent: Fraction, below: Below) -> bool:
    """True with probability exp(-`exponent`), which is 0 or more."""
    while exponent > 1:
        if not _with_chance_of_exp(Fraction(1), below):
            return False
        exponent -= 1
    tries = 1
    while below(exponent.denominator * tries) < exponent.numerator:
        tries += 1
    return tries % 2 == 1
