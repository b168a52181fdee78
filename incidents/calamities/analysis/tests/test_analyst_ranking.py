"""Ranking analysts for a calamity: a table of cases, and what every ranking holds to."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from incidents.calamities.analysis.analyst_ranking import AnalystCandidate, rank, say
from incidents.enums import TeamRule

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
HERE, ELSEWHERE = UUID(int=100), UUID(int=200)


def analyst(number, **changes):
    given = {"name": f"Analist {number}", "department_id": ELSEWHERE, "department": "Neurologie"}
    return AnalystCandidate(analyst_id=UUID(int=number), **{**given, **changes})


def ago(days):
    return NOW - timedelta(days=days)


def order(*candidates):
    ranked = rank(candidates, departments={HERE}, at=NOW)
    return [each.candidate.analyst_id.int for each in ranked]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        # Fewer analyses at hand.
        ({"running": 0}, {"running": 1}),
        ({"running": 1, "last_asked_at": ago(1)}, {"running": 2}),
        # As much at hand: whose turn it was longest ago, and who never had one first.
        ({"last_asked_at": ago(90)}, {"last_asked_at": ago(10)}),
        ({}, {"last_asked_at": ago(400)}),
        ({"last_asked_at": ago(400)}, {"last_asked_at": ago(300)}),
        # Any load is better than the department where it happened.
        ({"running": 5, "last_asked_at": ago(0)}, {"department_id": HERE}),
        # Where the department is not known, nothing speaks against it.
        ({"department_id": None}, {"department_id": HERE}),
    ],
)
def test_who_comes_first(better, worse):
    assert order(analyst(1, **worse), analyst(2, **better)) == [2, 1]


def test_points_are_those_of_the_reasons_and_the_order_of_the_input_does_not_matter():
    chance = Random(7)
    pool = [
        analyst(
            number,
            running=chance.randrange(4),
            last_asked_at=chance.choice([None, ago(chance.randrange(120))]),
            department_id=chance.choice([HERE, ELSEWHERE, None]),
        )
        for number in range(30)
    ]
    ranked = rank(pool, departments={HERE}, at=NOW)
    assert all(each.score == sum(reason.points for reason in each.reasons) for each in ranked)
    assert all(reason.points >= 0 for each in ranked for reason in each.reasons)
    shuffled = chance.sample(pool, len(pool))
    assert rank(shuffled, departments={HERE}, at=NOW) == ranked
    broken = [bool(each.rules) for each in ranked]
    assert broken == sorted(broken)


def test_rules_that_are_broken_are_named():
    (ranked,) = rank([analyst(1, department_id=HERE)], departments={HERE}, at=NOW)
    assert ranked.rules == (TeamRule.SAME_DEPARTMENT,)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ["other department: Neurologie", "no analysis running", "never on a team yet"]),
        (
            {"running": 1, "last_asked_at": ago(1)},
            ["other department: Neurologie", "1 analysis running", "last on a team 1 day ago"],
        ),
        (
            {"running": 2, "last_asked_at": ago(40)},
            ["other department: Neurologie", "2 analyses running", "last on a team 40 days ago"],
        ),
        (
            {"department_id": HERE, "last_asked_at": NOW},
            ["no analysis running", "last on a team less than a day ago"],
        ),
    ],
)
def test_reasons_in_words(changes, words):
    (ranked,) = rank([analyst(1, **changes)], departments={HERE}, at=NOW)
    assert [say(reason) for reason in ranked.reasons] == words
