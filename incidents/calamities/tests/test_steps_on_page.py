from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.calamities.steps_on_page import ACTS, next_of, track
from incidents.enums import Step
from incidents.models import Milestone

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def milestone(step, internal=None, statutory=None, done=None):
    given = {"internal_due_at": internal, "statutory_due_at": statutory, "done_at": done}
    hours = {name: None if value is None else NOW + value * HOUR for name, value in given.items()}
    return Milestone(step=step, **hours)


def states(*milestones):
    return {step.step: step.state for step in track(milestones, now=NOW)}


def test_stand_in_the_order_of_the_steps():
    found = track([milestone(step) for step in reversed(Step)], now=NOW)
    assert [step.step for step in found] == list(Step)


@pytest.mark.parametrize(
    ("internal", "statutory", "done", "state"),
    [
        (1, 2, None, "now"),
        (-1, 2, None, "late"),  # our own norm is over, the law's is not
        (-2, -1, None, "late"),
        (-1, 2, 0, "done"),
        (None, None, None, "next"),  # no clock runs yet
    ],
)
def test_the_state_of_one_step(internal, statutory, done, state):
    assert states(milestone(Step.IGJ, internal, statutory, done)) == {Step.IGJ: state}


def test_only_the_first_that_is_due_is_now():
    assert states(
        milestone(Step.IGJ, 5, 9), milestone(Step.ANALYSIS, 3), milestone(Step.SUPPORT, 1, done=-1)
    ) == {Step.IGJ: "next", Step.ANALYSIS: "now", Step.SUPPORT: "done"}


def test_a_step_done_late_says_so_by_its_clock():
    (step,) = track([milestone(Step.IGJ, -3, 2, done=-1)], now=NOW)
    assert [(clock.statutory, clock.late) for clock in step.clocks] == [(False, True), (True, False)]


def test_next_is_the_earliest_open_one():
    found = track(
        [milestone(Step.IGJ, -5), milestone(Step.ANALYSIS, -9, done=-9), milestone(Step.SUPPORT, -7)], now=NOW
    )
    coming = next_of(found)
    assert coming is not None
    assert (coming.step, coming.first_due) == (Step.SUPPORT, NOW - 7 * HOUR)


def test_nothing_is_next_when_all_is_done():
    assert next_of(track([milestone(Step.IGJ, 1, done=0)], now=NOW)) is None


def test_every_step_says_who_acts():
    assert set(ACTS) == set(Step)


hours = st.none() | st.integers(-50, 50)


@given(st.lists(st.tuples(hours, hours, hours), min_size=7, max_size=7))
def test_never_more_than_one_step_is_now_and_late_means_a_clock_is_over(rows):
    found = track([milestone(step, *row) for step, row in zip(Step.track(), rows, strict=True)], now=NOW)
    assert sum(step.state == "now" for step in found) <= 1
    for step in found:
        if step.state == "late":
            assert any(clock.due < NOW for clock in step.clocks)
        assert (step.state == "done") == (step.milestone.done_at is not None)
