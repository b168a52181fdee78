from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from incidents.calamities.escalation import MAY_BE_NOBODY, OWNERS, duty_rungs, roles_on, rungs, told_at
from incidents.clocks.deadlines import DeadlinePolicy
from incidents.enums import Clock, Rung, Step

SINCE = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
POLICY = DeadlinePolicy()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ladder(internal=None, statutory=None, policy=POLICY):
    found = rungs(internal=internal, statutory=statutory, since=SINCE, policy=policy)
    return [(call.rung, call.clock, call.at - SINCE) for call in found]


def test_a_long_term_is_told_of_before_at_and_after_it():
    assert ladder(internal=SINCE + 28 * DAY) == [
        (Rung.SOON, Clock.INTERNAL, 25 * DAY),
        (Rung.SOON, Clock.INTERNAL, 28 * DAY - 4 * HOUR),
        (Rung.DUE, Clock.INTERNAL, 28 * DAY),
        (Rung.COMMITTEE, Clock.INTERNAL, 28 * DAY + 4 * HOUR),
        (Rung.DIRECTOR, Clock.INTERNAL, 29 * DAY),
    ]


def test_what_would_have_come_before_it_began_is_left_out():
    assert ladder(internal=SINCE + DAY)[0] == (Rung.SOON, Clock.INTERNAL, 20 * HOUR)
    assert ladder(internal=SINCE + 2 * HOUR)[0] == (Rung.DUE, Clock.INTERNAL, 2 * HOUR)


def test_both_clocks_have_their_own():
    found = ladder(internal=SINCE + DAY, statutory=SINCE + 3 * DAY)
    assert [call[1] for call in found] == [Clock.INTERNAL] * 4 + [Clock.STATUTORY] * 4


def test_of_two_that_have_passed_the_laws_is_told_at_once_and_climbs_from_there():
    assert ladder(internal=SINCE - 300 * DAY, statutory=SINCE - 280 * DAY) == [
        (Rung.DUE, Clock.STATUTORY, timedelta(0)),
        (Rung.COMMITTEE, Clock.STATUTORY, 4 * HOUR),
        (Rung.DIRECTOR, Clock.STATUTORY, DAY),
    ]
    assert [call[1] for call in ladder(internal=SINCE - DAY, statutory=SINCE)] == [Clock.STATUTORY] * 3


def test_a_new_calamity_climbs_in_minutes():
    assert [moment - SINCE for moment in duty_rungs(since=SINCE, policy=POLICY).values()] == [
        timedelta(0),
        timedelta(minutes=30),
        timedelta(minutes=60),
    ]


def test_every_step_but_the_directors_has_an_owner_who_may_open_the_page():
    assert set(OWNERS) == set(Step) - {Step.DIRECTOR}
    assert set(OWNERS.values()) <= {Role.CCP, Role.TEAM_LEADER, Role.COORDINATOR, Role.ANALYST}


def test_a_step_is_its_owners_before_and_at_its_moment_and_of_the_committees_too_where_that_may_be_nobody():
    for rung in (Rung.SOON, Rung.DUE):
        told = {step: roles_on(rung, step) for step in OWNERS}
        assert {step for step in OWNERS if told[step] != (OWNERS[step],)} == MAY_BE_NOBODY
        assert told[Step.ALIGNMENT] == (Role.TEAM_LEADER, Role.CCP)
        assert told[Step.ANALYSIS] == (Role.ANALYST, Role.CCP)


def test_what_is_late_is_the_committees_and_then_a_directors_whatever_the_step():
    for step in Step:
        assert roles_on(Rung.COMMITTEE, step) == (Role.CCP,)
        assert roles_on(Rung.DIRECTOR, step) == (Role.DIRECTOR,)


def test_what_is_late_counts_from_the_due_moment_or_from_when_the_ladder_began_if_that_is_later():
    late = [
        (rung, told_at(rung, due=SINCE + due, since=SINCE, policy=POLICY) - SINCE)
        for due in (2 * DAY, -2 * DAY)
        for rung in (Rung.DUE, Rung.COMMITTEE, Rung.DIRECTOR)
    ]
    assert late == [
        (Rung.DUE, 2 * DAY),
        (Rung.COMMITTEE, 2 * DAY + 4 * HOUR),
        (Rung.DIRECTOR, 3 * DAY),
        (Rung.DUE, timedelta(0)),
        (Rung.COMMITTEE, 4 * HOUR),
        (Rung.DIRECTOR, DAY),
    ]


moments = st.none() | st.integers(-2_000, 2_000).map(lambda hours: SINCE + hours * HOUR)


@given(moments, moments, st.lists(st.integers(0, 200), max_size=4), st.integers(0, 50), st.integers(0, 50))
def test_nothing_is_told_before_it_began_and_whoever_stands_higher_hears_later(
    internal, statutory, before, late, later
):
    policy = DeadlinePolicy(
        remind_hours=tuple(before), late_committee_hours=late, late_director_hours=late + later
    )
    found = list(rungs(internal=internal, statutory=statutory, since=SINCE, policy=policy))
    assert all(call.at >= SINCE for call in found)
    for clock in Clock:
        at = {call.rung: call.at for call in found if call.clock == clock}
        if at:
            assert at[Rung.DUE] <= at[Rung.COMMITTEE] <= at[Rung.DIRECTOR]
            assert at.get(Rung.SOON, SINCE) <= at[Rung.DUE]
    assert bool(found) == (internal is not None or statutory is not None)
