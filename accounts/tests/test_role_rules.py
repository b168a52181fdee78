import itertools

import pytest

from accounts.enums import Role
from accounts.role_rules import BY_TWO, GUARDED, KEEP_WATCH, READ_CASES, conflict


def test_a_second_person_confirms_what_opens_all_cases_or_calamities_or_says_who_may():
    assert {Role.ADMIN, Role.PRIVACY_OFFICER, Role.COORDINATOR, Role.CCP, Role.DIRECTOR} == BY_TWO


def test_every_role_that_two_people_give_is_guarded():
    assert BY_TWO < GUARDED
    assert set(Role) - GUARDED == {Role.BOARD}


def test_who_keeps_watch_reads_no_cases_and_watches_in_one_way():
    excluded = {frozenset({watch, read}) for watch in KEEP_WATCH for read in READ_CASES} | {KEEP_WATCH}
    for pair in itertools.permutations(Role, 2):
        clash = conflict(pair)
        assert (frozenset(clash) if clash else None) == (frozenset(pair) if set(pair) in excluded else None)


@pytest.mark.parametrize(
    ("roles", "clash"),
    [
        ([], None),
        (Role, (Role.ADMIN, Role.PRIVACY_OFFICER)),
        (READ_CASES | {Role.BOARD}, None),
        (READ_CASES | {Role.ADMIN}, (Role.ADMIN, Role.TEAM_LEADER)),
        ([Role.SUPPORTER, Role.ANALYST, Role.PRIVACY_OFFICER], (Role.PRIVACY_OFFICER, Role.SUPPORTER)),
    ],
)
def test_it_names_the_role_that_keeps_watch_and_the_first_that_does_not_go_with_it(roles, clash):
    assert conflict(roles) == clash
