from collections.abc import Sequence
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from supporters.matching import together

matrices = st.integers(1, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.none() | st.integers(0, 9), min_size=columns, max_size=columns), min_size=1, max_size=5
    )
)


def assign(matrix: Sequence[Sequence[int | None]]) -> list[int | None]:
    return together.assign(
        [{column: cost for column, cost in enumerate(row) if cost is not None} for row in matrix]
    )


def best_by_trying_all(matrix: list[list[int | None]]) -> tuple[int, int]:
    """(number matched, least cost for that number), by trying every way."""
    columns = [*range(len(matrix[0])), *[None] * len(matrix)]
    ways = [
        [row[column] for row, column in zip(matrix, way, strict=True) if column is not None]
        for way in permutations(columns, len(matrix))
    ]
    return min(((-len(way), sum(way)) for way in ways if None not in way), default=(0, 0))


def best_one_after_the_other(matrix: list[list[int | None]]) -> tuple[int, int]:
    taken: set[int] = set()
    matched = total = 0
    for row in matrix:
        free = [(cost, at) for at, cost in enumerate(row) if cost is not None and at not in taken]
        if free:
            cost, at = min(free)
            taken.add(at)
            matched, total = matched - 1, total + cost
    return matched, total


def outcome(matrix, chosen) -> tuple[int, int]:
    paid = [row[at] for row, at in zip(matrix, chosen, strict=True) if at is not None]
    assert None not in paid
    return -len(paid), sum(paid)


@given(matrices)
def test_together_is_the_best_there_is_and_never_worse_than_one_after_the_other(matrix):
    chosen = assign(matrix)

    assert len({at for at in chosen if at is not None}) == len([at for at in chosen if at is not None])
    assert outcome(matrix, chosen) == best_by_trying_all(matrix)
    assert outcome(matrix, chosen) <= best_one_after_the_other(matrix)


@pytest.mark.parametrize(
    ("matrix", "chosen"),
    [
        ([[1, 2], [1, 9]], [1, 0]),  # one after the other would pay 10
        ([[None, None], [3, 4]], [None, 0]),
        ([[1], [0]], [None, 0]),
        ([[5, 5, 5], [5, 5, 5]], {0, 1}),  # among equals the earliest
        ([[0, None], [0, 100]], [0, 1]),  # two matched dearly before one cheaply
        ([[], []], [None, None]),
        ([], []),
    ],
)
def test_assigning_together(matrix, chosen):
    found = assign(matrix)

    assert (set(found) if isinstance(chosen, set) else found) == chosen


def test_among_solutions_of_equal_cost_the_lowest_columns_are_taken():
    assert set(together.assign([dict.fromkeys(range(90), 7)] * 3)) == {0, 1, 2}


@given(st.integers(0, 2**32))
def test_only_the_best_few_of_each_need_to_be_weighed(seed):
    """As many as there are rows: what supporters.matching.assignment.propose_together relies on."""
    chance = Random(seed)
    rows = chance.randint(1, 12)
    whole = [{column: chance.randint(0, 40) for column in range(60)} for _ in range(rows)]
    few = [dict(sorted(row.items(), key=lambda each: (each[1], each[0]))[:rows]) for row in whole]

    def cost(chosen):
        return sum(row[column] for row, column in zip(whole, chosen, strict=True))

    assert cost(together.assign(few)) == cost(together.assign(whole))


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_forty_together_cost_what_scipy_finds(seed):
    chance = Random(seed)
    whole = [[chance.randint(0, 400) for _ in range(80)] for _ in range(40)]

    chosen = assign(whole)

    least = sum(whole[row][column] for row, column in zip(*linear_sum_assignment(whole), strict=True))
    assert outcome(whole, chosen) == (-40, least)
