"""Groups of the afternoon: small, mixed, and nobody with the own manager."""

from random import Random

import pytest

from training.meetings.groups import Member, divide


def test_nobody_makes_no_group():
    assert divide([], 4) == []


@pytest.mark.parametrize(("people", "sizes"), [(12, [4, 4, 4]), (13, [4, 3, 3, 3]), (3, [3]), (5, [3, 2])])
def test_groups_are_as_even_as_can_be(people, sizes):
    made = divide([Member(number) for number in range(people)], 4)
    assert sorted(map(len, made), reverse=True) == sizes


def test_professions_are_mixed():
    people = [Member(number, profession="nurse" if number < 6 else "physician") for number in range(12)]
    for group in divide(people, 4):
        assert sorted(str(one.profession) for one in group) == ["nurse", "nurse", "physician", "physician"]


def test_nobody_sits_with_the_own_manager_also_where_it_takes_another_group():
    led = [Member(number, manager="head") for number in range(7)]
    made = divide([*led, Member("head")], 4)
    assert [one.key for group in made for one in group if len(group) == 1] == ["head"]
    assert sorted(map(len, made)) == [1, 3, 4]


@pytest.mark.parametrize("seed", range(20))
def test_whoever_comes_is_in_one_group_and_no_group_is_too_big(seed):
    chance = Random(seed)
    size, number = chance.randint(2, 6), chance.randint(1, 40)
    people = [Member(n, chance.choice("abc"), chance.choice([None, *range(number)])) for n in range(number)]
    people = [one if one.manager != one.key else Member(one.key, one.profession) for one in people]
    made = divide(people, size)
    assert sorted(str(one.key) for group in made for one in group) == sorted(map(str, range(number)))
    for group in made:
        assert 1 <= len(group) <= size
        keys = {one.key for one in group}
        assert not any(one.manager in keys for one in group)
