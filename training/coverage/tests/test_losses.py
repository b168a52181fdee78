"""What is left when supporters leave."""

import random
from itertools import combinations

import pytest

from training.coverage.losses import LEAVE, MOST, still_finds, worst


def lost(requests, leaving):
    return sum(bool(found) and not still_finds(found, leaving) for found in requests)


def test_somebody_is_found_as_long_as_one_stays():
    assert still_finds(frozenset("ab"), {"a"})
    assert not still_finds(frozenset("ab"), {"a", "b", "c"})
    assert not still_finds(frozenset(), {"a"})
    assert all(still_finds(frozenset("abcd"), leaving) for leaving in combinations("abcdef", LEAVE))


def test_by_hand():
    requests = [frozenset(found) for found in ("a", "a", "bc", "bc", "bc", "d", "abcd", "")]
    assert worst(requests) == frozenset("abc")
    assert lost(requests, worst(requests)) == 5
    assert worst([]) == worst([frozenset("abcd"), frozenset()]) == frozenset()


@pytest.mark.parametrize("seed", range(40))
def test_no_three_hurt_more_than_those_that_are_found(seed):
    chance = random.Random(seed)
    people = range(chance.randint(2, 9))
    requests = [
        frozenset(chance.sample(people, min(len(people), chance.choice((0, 1, 1, 2, 2, 3, MOST)))))
        for _ in range(chance.randint(1, 40))
    ]
    every = (leaving for size in range(LEAVE + 1) for leaving in combinations(people, size))
    assert lost(requests, worst(requests)) == max(lost(requests, leaving) for leaving in every)
