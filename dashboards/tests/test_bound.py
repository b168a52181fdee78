"""What all that is published tells of one person, computed from the declared list and the code's draws."""

from bisect import bisect_left
from collections import Counter
from fractions import Fraction
from itertools import accumulate
from math import exp, isqrt

import pytest

from dashboards.bound import (
    MOST_OF_ANSWERS,
    MOST_OF_SUPPORT,
    SUPPORT_TABLES,
    TABLES,
    by_answer,
    by_person,
    right,
)
from evaluations.answer_tables import ANSWER_TABLES
from evaluations.discrete_gaussian import chances
from evaluations.drawn import DeclaredTable


def test_the_declared_tables_keep_within_the_bound():
    assert by_person() == pytest.approx(0.7689, abs=1e-4)
    assert by_person() <= MOST_OF_SUPPORT
    assert right(MOST_OF_SUPPORT) <= 0.65
    assert by_answer() == pytest.approx(0.9505, abs=1e-3)
    assert by_answer() <= MOST_OF_ANSWERS
    assert right(MOST_OF_ANSWERS) <= 0.7502


def test_a_table_more_without_more_noise_is_over_it():
    another = DeclaredTable("department", ("a", "b"), Fraction(1681, 100))
    assert by_person([*TABLES, another]) > MOST_OF_SUPPORT


def test_a_table_has_its_own_name_and_each_cell_once():
    assert len({table.name for table in TABLES}) == len(TABLES)
    assert all(len(set(table.cells)) == len(table.cells) for table in TABLES)
    assert {*SUPPORT_TABLES, *ANSWER_TABLES} == {*TABLES}


def test_whether_somebody_was_supported_is_guessed_rightly_in_at_most_65_of_100():
    steps = [step for table in TABLES for step in _steps(table, table.by_person)]
    assert 0.64 < _right(steps) <= 0.65


def test_what_somebody_answered_is_guessed_rightly_in_at_most_75_of_100():
    steps = [step for table in ANSWER_TABLES for step in _steps(table, table.by_answer)]
    assert 0.65 < _right(steps) <= 0.75


def _steps(table, moved):
    """By how much which cells of `table` move, with their variance: one by 1, two by 1, or all alike."""
    if moved <= 2:
        return [(1, table.variance)] * moved
    step = isqrt(moved // len(table.cells))
    assert step * step * len(table.cells) == moved
    return [(step, table.variance)] * len(table.cells)


def _right(steps):
    """How often the best guess between two worlds is right: half of one and the total variation, by adding up
    every outcome of the code's own chances.

    Of an outcome x the logarithm of the likelihood ratio is μ²/2 less the sum of step · x / variance.
    """
    sums = [
        [(step * number / float(variance), chance) for number, chance in _sum(variance, times).items()]
        for (step, variance), times in Counter(steps).items()
    ]
    half = len(sums) // 2
    some, others = _all_pairs(sums[:half]), sorted(_all_pairs(sums[half:]))
    keys = [key for key, _chance in others]
    here = [0.0, *accumulate(chance for _key, chance in others)]
    there = [0.0, *accumulate(chance * exp(key) for key, chance in others)]
    middle = sum(step * step / float(variance) for step, variance in steps) / 2
    variation = 0.0
    for key, chance in some:
        below = bisect_left(keys, middle - key)
        variation += chance * (here[below] - exp(key - middle) * there[below])
    return (1 + variation) / 2


def _all_pairs(sums):
    pairs = [(0.0, 1.0)]
    for each in sums:
        pairs = [(a + b, p * q) for a, p in pairs for b, q in each]
    return pairs


def _sum(variance, number):
    """The chances of the sum of `number` draws."""
    one = chances(variance, up_to=6 * (isqrt(int(variance)) + 1))
    together = {0: 1.0}
    for _draw in range(number):
        added: dict[int, float] = {}
        for sum_, chance in together.items():
            for drawn, its in one.items():
                added[sum_ + drawn] = added.get(sum_ + drawn, 0.0) + chance * its
        together = {sum_: chance for sum_, chance in added.items() if chance > 1e-9}
    return together
