from random import Random

from attacks import published_year
from dashboards.bound import MOST_OF_ANSWERS, MOST_OF_SUPPORT, right

DRAWS = 400


def test_the_guesses_are_as_good_as_the_bound_allows():
    """An attack that guesses badly would show nothing."""
    found = published_year.of_support(offers=40, draws=DRAWS, chance=Random(7))
    assert found.right > right(MOST_OF_SUPPORT) - 0.06
    found = published_year.of_answer(answers=40, draws=DRAWS, chance=Random(7))
    assert found.right > right(MOST_OF_ANSWERS) - 0.08
