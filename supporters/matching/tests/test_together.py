from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supporters.enums import SameProfession
from supporters.matching.ranking import MatchingPolicy, Wishes, pair_rules, rank, tie_order
from supporters.matching.tests.test_ranking import (
    AT,
    POLICY,
    PORTER,
    SURGEON,
    asked,
    candidate,
    people,
    person,
    policies,
    pools,
)
from supporters.matching.together import FORBIDDEN, Pool, assign_together, match_together

costs = st.integers(1, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.none() | st.integers(0, 9), min_size=columns, max_size=columns), min_size=1, max_size=4
    )
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


@given(costs)
def test_together_is_the_best_there_is_and_never_worse_than_one_after_the_other(matrix):
    chosen = assign_together(matrix)

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
    found = assign_together(matrix)

    assert (set(found) if isinstance(chosen, set) else found) == chosen


@given(people, pools, policies)
def test_scores_of_a_pool_are_those_of_the_ranking(who, members, policy):
    pool = Pool.of(members)

    scores = pool.scores(who, policy, pool.common_scores(policy, AT))

    expected = {each.candidate: each.score for each in rank(who, members, policy, AT)}
    for each, score in zip(pool.candidates, scores, strict=True):
        if pair_rules(who, each, policy):
            assert score >= FORBIDDEN
        else:
            assert score == expected[each]


@given(st.lists(people, min_size=1, max_size=4), pools, policies, st.data())
def test_matching_together_is_the_best_over_the_whole_pool(group, members, policy, data):
    identities = st.sampled_from([each.supporter_id for each in members]) if members else st.nothing()
    barred = [data.draw(st.sets(identities, max_size=3)) if members else set() for _ in group]
    ordered = sorted(members, key=tie_order)
    matrix = [
        [
            None
            if each.supporter_id in own or pair_rules(who, each, policy)
            else rank(who, [each], policy, AT)[0].score
            for each in ordered
        ]
        for who, own in zip(group, barred, strict=True)
    ]

    found = match_together(group, Pool.of(members), policy, AT, barred=barred)

    chosen = [None if each is None else ordered.index(each.candidate) for each in found]
    assert outcome(matrix, chosen) == outcome(matrix, assign_together(matrix))
    assert len({at for at in chosen if at is not None}) == sum(at is not None for at in chosen)


def test_each_person_gets_another_supporter_and_who_cannot_be_helped_is_left_without():
    required = MatchingPolicy(same_profession=SameProfession.REQUIRED)
    nurses = [candidate(1), candidate(2, last_asked_at=asked(5))]
    group = [
        person(),
        person(profession_id=SURGEON, profession_group="physician"),
        person(wishes=Wishes(physician=True)),
        person(),
    ]

    found = match_together(group, Pool.of([*nurses, candidate(3, PORTER)]), required, AT)

    assert [each and each.candidate.supporter_id.int for each in found] == [1, None, None, 2]


def test_somebody_barred_for_one_person_may_still_be_asked_for_another():
    pool = Pool.of([candidate(1), candidate(2)])

    found = match_together([person(), person()], pool, POLICY, AT, barred=[{UUID(int=1)}, set()])

    assert [each and each.candidate.supporter_id.int for each in found] == [2, 1]


def test_an_empty_pool_and_an_empty_group():
    assert match_together([person()], Pool.of([]), POLICY, AT) == [None]
    assert match_together([], Pool.of([candidate()]), POLICY, AT) == []


def test_a_moment_far_back_and_one_ahead_are_counted_as_in_the_ranking():
    pool = Pool.of([candidate(1, last_asked_at=AT + timedelta(days=1)), candidate(2)])

    assert list(pool.common_scores(POLICY, AT)) == [0, POLICY.weights.asked_today]
