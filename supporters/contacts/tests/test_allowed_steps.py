"""The table of a contact and what a log means, without a database."""

import itertools
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from hospital.clock import Cover
from supporters.contacts.allowed_steps import (
    ANSWERED_WITHIN,
    TRANSITIONS,
    Party,
    counting,
    is_complete,
    is_same_follow_up,
    may_take,
    outcomes,
    replay,
    talked_enough,
    tried_enough,
)
from supporters.enums import ContactState, EventKind, NextStep, Outcome, Waiting
from supporters.models import ContactEvent, MeetingPlace

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
HANNEKE = UUID(int=1)
COVER = Cover(((time(8), time(17)),) * 7, (time(8), time(17)))


def log(*kinds: EventKind, **fields: object) -> list[ContactEvent]:
    """A log of `kinds`, an hour apart, from Monday nine o'clock; the last line has `fields`."""
    lines = [
        ContactEvent(id=n, kind=kind, at=MONDAY + timedelta(hours=n), by_id=HANNEKE)
        for n, kind in enumerate((EventKind.ASSIGNED, *kinds))
    ]
    for name, value in fields.items():
        setattr(lines[-1], name, value)
    return lines


# From each state (rows) with each step (columns): the state it leads to, and who may take it (supporter,
# employee, coordinator). A dot: not allowed.
TABLE = """
                        proposed        accepted          in_contact
assigned                .               .                 .
accepted                accepted:S      .                 .
handed_back             handed_back:SEC handed_back:SEC   handed_back:SEC
attempt_failed          .               accepted:S        in_contact:S
reached                 .               in_contact:S      .
offer_declined          closed:EC       closed:SEC        closed:SEC
offer_later             proposed:E      accepted:E        in_contact:E
offer_sooner            proposed:E      accepted:E        in_contact:E
conversation            .               in_contact:S      in_contact:S
follow_up_planned       .               .                 in_contact:
appointment_planned     .               accepted:S        in_contact:S
appointment_moved       .               accepted:S        in_contact:S
appointment_cancelled   .               accepted:SE       in_contact:SE
appointment_missed      .               accepted:S        in_contact:S
follow_up_held          .               .                 in_contact:S
coordinator_called_in   proposed:S      accepted:S        in_contact:S
coordinator_answered    proposed:C      accepted:C        in_contact:C
unreached               .               accepted:         in_contact:
talk_granted            .               .                 in_contact:C
closed                  closed:C        closed:SC         closed:SC
corrected               .               .                 .
"""


def _cells():
    lines = [line.split() for line in TABLE.strip().splitlines()]
    states, rows = lines[0], lines[1:]
    for (kind, *cells), state_no in itertools.product(rows, range(len(states))):
        yield states[state_no], kind, cells[state_no]


@pytest.mark.parametrize(("state", "kind", "cell"), list(_cells()))
def test_table(state, kind, cell):
    step = TRANSITIONS[ContactState(state)].get(EventKind(kind))
    if cell == ".":
        assert step is None
    else:
        to, parties = cell.split(":")
        assert step is not None
        assert step.to == to
        assert step.parties == {party for party in Party if party.name[0] in parties}


def test_table_names_every_step_and_every_open_state():
    cells = list(_cells())
    assert {kind for _, kind, _ in cells} == set(EventKind.values)
    assert {state for state, _, _ in cells} == set(ContactState.open())


@pytest.mark.parametrize("state", [ContactState.HANDED_BACK, ContactState.CLOSED])
def test_after_an_end_the_coordinator_answers_what_she_was_alerted_about_and_nothing_else_follows(state):
    assert TRANSITIONS[state].keys() == {EventKind.COORDINATOR_ANSWERED}


#: A way to each state.
WAYS = {
    ContactState.PROPOSED: [],
    ContactState.ACCEPTED: [EventKind.ACCEPTED],
    ContactState.IN_CONTACT: [EventKind.ACCEPTED, EventKind.REACHED],
    ContactState.HANDED_BACK: [EventKind.HANDED_BACK],
    ContactState.CLOSED: [EventKind.ACCEPTED, EventKind.CLOSED],
}


def may(*way, most=3):
    """Every step that may be taken after the lines of `way`, each with by whom."""
    facts = replay(log(*way))
    return {
        (kind, party)
        for kind, party in itertools.product(EventKind, Party)
        if may_take(kind, facts, party, most_conversations=lambda: most)
    }


OF_APPOINTMENT = {
    EventKind.APPOINTMENT_MOVED,
    EventKind.APPOINTMENT_CANCELLED,
    EventKind.APPOINTMENT_MISSED,
}


@pytest.mark.parametrize("state", ContactState)
def test_the_table_says_what_may_be_taken_but_for_an_answer_to_nothing(state):
    in_table = {(kind, party) for kind, step in TRANSITIONS[state].items() for party in step.parties}
    answer = (EventKind.COORDINATOR_ANSWERED, Party.COORDINATOR)
    of_appointment = {step for step in in_table if step[0] in OF_APPOINTMENT}
    assert may(*WAYS[state]) == in_table - {answer} - of_appointment


@pytest.mark.parametrize("state", [ContactState.ACCEPTED, ContactState.IN_CONTACT])
def test_one_appointment_at_a_time_and_nothing_becomes_of_none(state):
    before, planned = may(*WAYS[state]), may(*WAYS[state], EventKind.APPOINTMENT_PLANNED)
    in_table = {(kind, party) for kind, step in TRANSITIONS[state].items() for party in step.parties}
    assert planned - before == {step for step in in_table if step[0] in OF_APPOINTMENT}
    assert before - planned == {(EventKind.APPOINTMENT_PLANNED, Party.SUPPORTER)}


@pytest.mark.parametrize("state", ContactState.open())
def test_who_called_in_the_coordinator_does_not_close_before_she_has_answered(state):
    before, called_in = may(*WAYS[state]), may(*WAYS[state], EventKind.COORDINATOR_CALLED_IN)
    assert called_in - before == {(EventKind.COORDINATOR_ANSWERED, Party.COORDINATOR)}
    assert before - called_in == {(EventKind.CLOSED, Party.SUPPORTER)} & before
    answered = [EventKind.COORDINATOR_CALLED_IN, EventKind.COORDINATOR_ANSWERED]
    assert may(*WAYS[state], *answered) == before


def test_no_more_conversations_than_agreed():
    way = [EventKind.ACCEPTED, EventKind.CONVERSATION, EventKind.CONVERSATION]
    facts = replay(log(*way))
    assert [talked_enough(facts, most) for most in (1, 2, 3)] == [True, True, False]
    assert may(*way, most=3) - may(*way, most=2) == {(EventKind.CONVERSATION, Party.SUPPORTER)}


def test_the_agreed_number_is_asked_for_a_conversation_only():
    facts = replay(log(EventKind.ACCEPTED))
    for kind in set(EventKind) - {EventKind.CONVERSATION}:
        may_take(kind, facts, Party.SUPPORTER, most_conversations=lambda: pytest.fail("asked"))


#: What each step carries that needs something.
CARRIES: dict[EventKind, dict[str, Any]] = {
    EventKind.OFFER_LATER: {"planned_for": MONDAY},
    EventKind.OFFER_SOONER: {"planned_for": MONDAY},
    EventKind.APPOINTMENT_PLANNED: {"planned_for": MONDAY, "mode": "telephone"},
    EventKind.APPOINTMENT_MOVED: {"planned_for": MONDAY, "mode": "in_person", "place": MeetingPlace()},
    EventKind.CONVERSATION: {"mode": "telephone"},
    EventKind.FOLLOW_UP_HELD: {"mode": "telephone"},
    EventKind.HANDED_BACK: {"reason": "no_time"},
    EventKind.CLOSED: {"outcome": Outcome.COMPLETED},
}


@pytest.mark.parametrize("kind", EventKind)
def test_a_step_carries_what_it_needs(kind):
    facts = replay(log(*WAYS[ContactState.IN_CONTACT]))
    nothing: dict[str, Any] = {"planned_for": None, "mode": "", "reason": "", "outcome": ""}
    assert is_complete(kind, facts, Party.SUPPORTER, **{**nothing, **CARRIES.get(kind, {})})
    assert is_complete(kind, facts, Party.SUPPORTER, **nothing) == (kind not in CARRIES)
    for party in (Party.EMPLOYEE, Party.COORDINATOR):
        needs_none = kind not in CARRIES or kind == EventKind.HANDED_BACK
        assert is_complete(kind, facts, party, **nothing) == needs_none


@pytest.mark.parametrize(
    ("state", "closes_with"),
    [
        (ContactState.PROPOSED, {Outcome.REFERRED}),
        (ContactState.ACCEPTED, {Outcome.REFERRED}),
        (ContactState.IN_CONTACT, {Outcome.REFERRED, Outcome.COMPLETED}),
        (ContactState.CLOSED, set()),
    ],
)
def test_a_contact_closes_with_an_outcome_of_its_state(state, closes_with):
    facts = replay(log(*WAYS[state]))
    nothing: dict[str, Any] = {"planned_for": None, "mode": "", "reason": ""}
    for party in (Party.SUPPORTER, Party.COORDINATOR):
        assert outcomes(facts, party) == closes_with
        complete = {
            each for each in Outcome if is_complete(EventKind.CLOSED, facts, party, outcome=each, **nothing)
        }
        assert complete == closes_with


@pytest.mark.parametrize("state", [ContactState.ACCEPTED, ContactState.IN_CONTACT])
def test_as_not_reached_the_coordinator_closes_once_they_tried_enough(state):
    facts = replay(log(*WAYS[state], EventKind.UNREACHED))
    assert Outcome.UNREACHABLE in outcomes(facts, Party.COORDINATOR)
    assert Outcome.UNREACHABLE not in outcomes(facts, Party.SUPPORTER)
    assert (facts.next_step, facts.waiting_for, facts.wanted_by(COVER)) == (
        NextStep.WAIT,
        Waiting.UNREACHED,
        facts.last.at + ANSWERED_WITHIN,
    )
    tried_on = replay(log(*WAYS[state], EventKind.UNREACHED, EventKind.COORDINATOR_ANSWERED))
    assert (tried_on.next_step, tried_on.unreached, tried_on.tries) == (NextStep.CALL_AGAIN, None, ())
    assert Outcome.UNREACHABLE not in outcomes(tried_on, Party.COORDINATOR)


def tried(*moments):
    lines = [
        ContactEvent(id=n, kind="attempt_failed", at=at, by_id=HANNEKE) for n, at in enumerate(moments, 9)
    ]
    return replay([*log(EventKind.ACCEPTED), *lines])


TUESDAY = MONDAY + timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("moments", "enough"),
    [
        ([MONDAY, MONDAY + 4 * HOUR, TUESDAY], True),
        ([MONDAY, TUESDAY, TUESDAY + HOUR], False),  # each time in the morning
        ([MONDAY, MONDAY + 3 * HOUR, MONDAY + 8 * HOUR], False),  # on one day
        ([MONDAY, TUESDAY + 4 * HOUR], False),  # twice
        ([MONDAY, TUESDAY + 4 * HOUR, TUESDAY + 4.4 * HOUR], False),  # the last two are one
        ([MONDAY, TUESDAY + 4 * HOUR, TUESDAY + 4.5 * HOUR], True),
    ],
)
def test_enough_is_several_times_on_several_days_at_several_hours(moments, enough):
    assert tried_enough(tried(*moments), attempts=3, days=2, parts=2) is enough


def test_four_taps_in_a_minute_are_one_attempt():
    assert tried(*(MONDAY + timedelta(seconds=10 * n) for n in range(4))).tries == (MONDAY,)


@pytest.mark.parametrize(
    ("before", "kind", "minutes", "same"),
    [
        ("follow_up_held", "follow_up_held", 0, True),
        ("follow_up_held", "follow_up_held", 29, True),
        ("follow_up_held", "follow_up_held", 30, False),
        ("follow_up_held", "attempt_failed", 1, False),
        ("conversation", "follow_up_held", 1, False),
    ],
)
def test_follow_ups_within_half_an_hour_are_one(before, kind, minutes, same):
    facts = replay(log(EventKind.ACCEPTED, EventKind.REACHED, EventKind(before)))
    at = facts.last.at + timedelta(minutes=minutes)
    assert is_same_follow_up(EventKind(kind), facts, at=at) is same


def test_one_more_talk_than_agreed_is_the_coordinators_to_allow():
    way = [EventKind.ACCEPTED, EventKind.CONVERSATION, EventKind.TALK_GRANTED]
    facts = replay(log(*way))
    assert facts.next_step == NextStep.PLAN  # as before
    assert [talked_enough(facts, most) for most in (1, 2)] == [False, False]
    assert talked_enough(replay(log(*way, EventKind.CONVERSATION)), 1)


@pytest.mark.parametrize(
    ("kinds", "state", "next_step", "waiting_for"),
    [
        ([], "proposed", NextStep.ANSWER, Waiting.ACCEPTANCE),
        (["accepted"], "accepted", NextStep.CALL, Waiting.FIRST_CONTACT),
        (["accepted", "attempt_failed"], "accepted", NextStep.CALL_AGAIN, Waiting.FIRST_CONTACT),
        (["accepted", "reached"], "in_contact", NextStep.TALK, Waiting.FOLLOW_UP),
        (["accepted", "conversation"], "in_contact", NextStep.PLAN, Waiting.FOLLOW_UP),
        (
            ["accepted", "conversation", "follow_up_planned"],
            "in_contact",
            NextStep.FOLLOW_UP,
            Waiting.FOLLOW_UP,
        ),
        (["accepted", "reached", "follow_up_held"], "in_contact", NextStep.CLOSE, Waiting.FOLLOW_UP),
        (["coordinator_called_in"], "proposed", NextStep.ANSWER, Waiting.COORDINATOR),
        (["accepted", "coordinator_called_in"], "accepted", NextStep.CALL, Waiting.COORDINATOR),
        (
            ["accepted", "coordinator_called_in", "coordinator_answered"],
            "accepted",
            NextStep.CALL,
            Waiting.FIRST_CONTACT,
        ),
        (["handed_back"], "handed_back", NextStep.NOTHING, Waiting.ASSIGNMENT),
        (["accepted", "offer_declined"], "closed", NextStep.NOTHING, Waiting.NOTHING),
    ],
)
def test_what_is_next(kinds, state, next_step, waiting_for):
    facts = replay(log(*map(EventKind, kinds)))
    assert (facts.state, facts.next_step, facts.waiting_for) == (state, next_step, waiting_for)


def test_moments_are_those_of_the_first_line_that_made_them_so():
    facts = replay(log(EventKind.ACCEPTED, EventKind.REACHED, EventKind.CONVERSATION))
    assert facts.proposed_at == MONDAY
    assert facts.accepted_at == MONDAY + timedelta(hours=1)
    assert facts.reached_at == MONDAY + timedelta(hours=2)
    assert facts.closed_at is None


def test_a_conversation_reaches_whoever_was_not_reached_yet():
    assert replay(log(EventKind.ACCEPTED, EventKind.CONVERSATION)).reached_at == MONDAY + timedelta(hours=2)


def test_due_is_what_the_last_line_said_that_said_something():
    lines = log(EventKind.ACCEPTED, EventKind.COORDINATOR_CALLED_IN)
    lines[0].planned_for = MONDAY + timedelta(hours=4)
    lines[1].planned_for = MONDAY + timedelta(days=1)
    facts = replay(lines)
    assert (facts.due_at, facts.due_since) == (MONDAY + timedelta(days=1), lines[1])
    assert facts.wanted_by(COVER) == lines[2].at + ANSWERED_WITHIN


@pytest.mark.parametrize("kind", [EventKind.COORDINATOR_CALLED_IN, EventKind.UNREACHED])
def test_at_night_the_coordinators_own_is_due_as_calls_begin_again(kind):
    lines = log(EventKind.ACCEPTED, kind)
    lines[2].at = MONDAY.replace(hour=22)
    assert replay(lines).wanted_by(COVER) == COVER.opens_from(lines[2].at) + ANSWERED_WITHIN


def test_granting_one_more_talk_answers_who_asked_for_it():
    asked = log(EventKind.ACCEPTED, EventKind.CONVERSATION, EventKind.COORDINATOR_CALLED_IN)
    assert replay(asked).waiting_for == Waiting.COORDINATOR
    granted = [*asked, *log(EventKind.TALK_GRANTED)[1:]]
    assert replay(granted).waiting_for == Waiting.FOLLOW_UP


def test_later_asked_before_the_supporter_answered_does_not_move_the_answer():
    wish = MONDAY + timedelta(days=5)
    lines = log(EventKind.OFFER_LATER, planned_for=wish)
    lines[0].planned_for = MONDAY + timedelta(hours=4)
    facts = replay(lines)
    assert (facts.due_at, facts.later) == (MONDAY + timedelta(hours=4), wish)
    assert replay([*lines, *log(EventKind.ACCEPTED)[1:]]).next_step == NextStep.CALL_LATER


@pytest.mark.parametrize(
    ("way", "next_step"),
    [
        ([], NextStep.ANSWER),
        ([EventKind.ACCEPTED], NextStep.CALL),
        ([EventKind.ACCEPTED, EventKind.REACHED], NextStep.ARRANGE),
    ],
)
def test_sooner_after_all_is_a_moment_to_call_by_and_no_day_before_which_nobody_calls(way, next_step):
    by = MONDAY + timedelta(hours=24)
    lines = log(*way, EventKind.OFFER_LATER, EventKind.OFFER_SOONER, planned_for=by)
    lines[0].planned_for = MONDAY + timedelta(hours=4)
    facts = replay(lines)
    assert (facts.later, facts.next_step) == (None, next_step)
    assert facts.due_at == (by if way else MONDAY + timedelta(hours=4))


def test_attempts_count_from_when_somebody_was_last_reached():
    tries = [EventKind.ATTEMPT_FAILED] * 3
    assert len(replay(log(EventKind.ACCEPTED, *tries)).tries) == 3
    reached = [*tries, EventKind.REACHED, EventKind.ATTEMPT_FAILED]
    assert len(replay(log(EventKind.ACCEPTED, *reached)).tries) == 1
    held = [EventKind.CONVERSATION, EventKind.ATTEMPT_FAILED, EventKind.FOLLOW_UP_HELD]
    assert replay(log(EventKind.ACCEPTED, *held)).tries == ()


@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        ([], Outcome.DECLINED),
        ([EventKind.REACHED], Outcome.DECLINED),
        ([EventKind.CONVERSATION], "completed"),
    ],
)
def test_who_stops_after_a_conversation_did_not_decline(before, outcome):
    assert replay(log(EventKind.ACCEPTED, *before, EventKind.OFFER_DECLINED)).outcome == outcome


def test_undone_lines_do_not_count():
    lines = log(EventKind.ACCEPTED, EventKind.REACHED, EventKind.CORRECTED)
    lines[3].corrects_id = 2
    assert counting(lines) == lines[:2]
    assert replay(lines) == replay(lines[:2])


def test_a_log_that_the_table_does_not_allow_is_refused():
    with pytest.raises(KeyError):
        replay(log(EventKind.REACHED))


#: The moment of the appointment in `agreed`: two hours after the last of `log`'s lines so far.
AGREED_FOR = MONDAY + timedelta(hours=4)


def agreed(*kinds, moved_to=None):
    """What is so after an appointment was planned, in the second hour, and `kinds` came, an hour apart."""
    lines = log(EventKind.ACCEPTED, EventKind.APPOINTMENT_PLANNED, *kinds)
    for line in lines:
        if line.kind == EventKind.APPOINTMENT_PLANNED:
            line.planned_for, line.mode = AGREED_FOR, "telephone"
        elif line.kind == EventKind.APPOINTMENT_MOVED:
            line.planned_for, line.mode = moved_to, "video"
        else:
            line.planned_for = MONDAY + timedelta(days=2)
    return replay(lines)


@pytest.mark.parametrize(
    ("kinds", "state", "next_step"),
    [
        ([], "open", NextStep.APPOINTMENT),
        (["reached"], "open", NextStep.APPOINTMENT),
        (["coordinator_called_in"], "open", NextStep.APPOINTMENT),
        (["attempt_failed"], "open", NextStep.APPOINTMENT),
        (["coordinator_called_in", "coordinator_answered", "attempt_failed"], "missed", NextStep.CALL_AGAIN),
        (["conversation"], "held", NextStep.PLAN),
        (["reached", "follow_up_held"], "held", NextStep.CLOSE),
        (["appointment_missed"], "missed", NextStep.ARRANGE),
        (["appointment_cancelled"], "cancelled", NextStep.ARRANGE),
        (["offer_later"], "cancelled", NextStep.CALL_LATER),
        (["offer_sooner"], "cancelled", NextStep.CALL),
        (["reached", "offer_sooner"], "cancelled", NextStep.ARRANGE),
        (["handed_back"], "lapsed", NextStep.NOTHING),
        (["offer_declined"], "cancelled", NextStep.NOTHING),
        (["closed"], "cancelled", NextStep.NOTHING),
    ],
)
def test_what_becomes_of_an_appointment(kinds, state, next_step):
    facts = agreed(*map(EventKind, kinds))
    assert facts.appointment is not None
    assert (facts.appointment.state, facts.next_step) == (state, next_step)
    assert (facts.agreed is not None) == (state == "open")
    if facts.agreed:
        assert facts.due_at == AGREED_FOR


def test_a_moved_appointment_is_the_same_one():
    later = MONDAY + timedelta(days=3)
    facts = agreed(EventKind.APPOINTMENT_MOVED, moved_to=later)
    assert facts.agreed
    assert (facts.agreed.planned.id, facts.agreed.line.mode, facts.due_at) == (2, "video", later)


def test_what_did_not_happen_is_no_attempt_to_call_and_neither_is_a_call_before_it():
    assert agreed(EventKind.APPOINTMENT_MISSED).tries == ()
    assert agreed(EventKind.ATTEMPT_FAILED).tries == ()
    after = [EventKind.COORDINATOR_CALLED_IN, EventKind.COORDINATOR_ANSWERED, EventKind.ATTEMPT_FAILED]
    assert len(agreed(*after).tries) == 1


def test_a_moment_takes_the_place_of_the_day_that_was_asked_for():
    lines = log(EventKind.ACCEPTED, EventKind.OFFER_LATER, planned_for=MONDAY + timedelta(days=5))
    assert replay(lines).later
    assert replay([*lines, ContactEvent(id=9, kind="appointment_planned", at=MONDAY)]).later is None
