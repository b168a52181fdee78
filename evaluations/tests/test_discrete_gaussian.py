from collections import Counter
from fractions import Fraction
from random import Random

import pytest

from evaluations.discrete_gaussian import chances, draw


@pytest.mark.parametrize("variance", [Fraction(1681, 100), Fraction(1, 4), Fraction(25)])
def test_each_number_comes_out_as_often_as_it_should(variance):
    below, number = Random(2026).randrange, 20_000  # the same each time
    drawn = Counter(draw(variance, below=below) for _ in range(number))
    often_enough = {x: chance * number for x, chance in chances(variance, up_to=60).items()}
    expected = {x: often for x, often in often_enough.items() if often > 5}
    # Pearson's statistic lies about the number of cells, its standard deviation being the root of twice that.
    chi_squared = sum((drawn[x] - often) ** 2 / often for x, often in expected.items())
    assert chi_squared < len(expected) + 4 * (2 * len(expected)) ** 0.5


def test_it_is_drawn_from_the_systems_own_randomness():
    assert len({draw(Fraction(10**6)) for _ in range(50)}) > 40


def test_a_variance_is_above_0():
    with pytest.raises(ValueError, match="above 0"):
        draw(Fraction(0))


def test_chances_add_up_and_are_the_same_on_both_sides():
    found = chances(Fraction(9), up_to=40)
    assert sum(found.values()) == pytest.approx(1)
    assert found[7] == found[-7]
    assert sum(x * x * chance for x, chance in found.items()) == pytest.approx(9, abs=1e-9)
