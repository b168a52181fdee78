"""What the log of a contact means: which step may follow which, and what is so after the steps taken.

Everything here is a function of the log's lines, and of what is agreed in the policy: no database, no clock.
The writer (supporters.contacts.flow) and every test that checks it read a contact's state from `replay`, so
that a step forward and an undo use one rule; the writer and the supporter's page ask `may_take`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from hospital.clock import Cover, local_day, part_of_day
from supporters.enums import (
    AppointmentState,
    ContactState,
    ConversationMode,
    EventKind,
    NextStep,
    Outcome,
    Waiting,
)
from supporters.models import ContactEvent, MeetingPlace

UNDO_WITHIN = timedelta(minutes=10)

#: Calls within so long of each other are one attempt, and follow-ups one follow-up.
ONE_ATTEMPT = timedelta(minutes=30)
#: So soon the coordinator answers who alerted her, and decides of who was not reached.
ANSWERED_WITHIN = timedelta(hours=1)


class Party(Enum):
    """Who takes a step."""

    SUPPORTER = "supporter"
    EMPLOYEE = "employee"
    COORDINATOR = "coordinator"


class LoggedStep(NamedTuple):
    """A step in the table: the state it leads to, and who may take it."""

    to: ContactState
    parties: frozenset[Party]


_SUPPORTER = frozenset({Party.SUPPORTER})
_EMPLOYEE = frozenset({Party.EMPLOYEE})
_BOTH = _SUPPORTER | _EMPLOYEE
_COORDINATOR = frozenset({Party.COORDINATOR})
#: Written by the flow itself, or of before.
_NOBODY: frozenset[Party] = frozenset()
_EVERYBODY = _SUPPORTER | _EMPLOYEE | _COORDINATOR
_S = ContactState
_E = EventKind

#: The whole of what may happen to a contact, with `may_take`. What is not here is not allowed.
TRANSITIONS: dict[ContactState, dict[EventKind, LoggedStep]] = {
    _S.PROPOSED: {
        _E.ACCEPTED: LoggedStep(_S.ACCEPTED, _SUPPORTER),
        _E.HANDED_BACK: LoggedStep(_S.HANDED_BACK, _EVERYBODY),
        _E.OFFER_DECLINED: LoggedStep(_S.CLOSED, _EMPLOYEE | _COORDINATOR),
        _E.OFFER_LATER: LoggedStep(_S.PROPOSED, _EMPLOYEE),
        _E.OFFER_SOONER: LoggedStep(_S.PROPOSED, _EMPLOYEE),
        _E.COORDINATOR_CALLED_IN: LoggedStep(_S.PROPOSED, _SUPPORTER),
        _E.COORDINATOR_ANSWERED: LoggedStep(_S.PROPOSED, _COORDINATOR),
        _E.CLOSED: LoggedStep(_S.CLOSED, _COORDINATOR),
    },
    _S.ACCEPTED: {
        _E.HANDED_BACK: LoggedStep(_S.HANDED_BACK, _EVERYBODY),
        _E.ATTEMPT_FAILED: LoggedStep(_S.ACCEPTED, _SUPPORTER),
        _E.REACHED: LoggedStep(_S.IN_CONTACT, _SUPPORTER),
        _E.CONVERSATION: LoggedStep(_S.IN_CONTACT, _SUPPORTER),
        _E.OFFER_DECLINED: LoggedStep(_S.CLOSED, _EVERYBODY),
        _E.OFFER_LATER: LoggedStep(_S.ACCEPTED, _EMPLOYEE),
        _E.OFFER_SOONER: LoggedStep(_S.ACCEPTED, _EMPLOYEE),
        _E.APPOINTMENT_PLANNED: LoggedStep(_S.ACCEPTED, _SUPPORTER),
        _E.APPOINTMENT_MOVED: LoggedStep(_S.ACCEPTED, _SUPPORTER),
        _E.APPOINTMENT_CANCELLED: LoggedStep(_S.ACCEPTED, _BOTH),
        _E.APPOINTMENT_MISSED: LoggedStep(_S.ACCEPTED, _SUPPORTER),
        _E.COORDINATOR_CALLED_IN: LoggedStep(_S.ACCEPTED, _SUPPORTER),
        _E.COORDINATOR_ANSWERED: LoggedStep(_S.ACCEPTED, _COORDINATOR),
        _E.UNREACHED: LoggedStep(_S.ACCEPTED, _NOBODY),
        _E.CLOSED: LoggedStep(_S.CLOSED, _SUPPORTER | _COORDINATOR),
    },
    _S.IN_CONTACT: {
        _E.HANDED_BACK: LoggedStep(_S.HANDED_BACK, _EVERYBODY),
        _E.ATTEMPT_FAILED: LoggedStep(_S.IN_CONTACT, _SUPPORTER),
        _E.CONVERSATION: LoggedStep(_S.IN_CONTACT, _SUPPORTER),
        _E.OFFER_DECLINED: LoggedStep(_S.CLOSED, _EVERYBODY),
        _E.OFFER_LATER: LoggedStep(_S.IN_CONTACT, _EMPLOYEE),
        _E.OFFER_SOONER: LoggedStep(_S.IN_CONTACT, _EMPLOYEE),
        _E.FOLLOW_UP_PLANNED: LoggedStep(_S.IN_CONTACT, _NOBODY),
        _E.APPOINTMENT_PLANNED: LoggedStep(_S.IN_CONTACT, _SUPPORTER),
        _E.APPOINTMENT_MOVED: LoggedStep(_S.IN_CONTACT, _SUPPORTER),
        _E.APPOINTMENT_CANCELLED: LoggedStep(_S.IN_CONTACT, _BOTH),
        _E.APPOINTMENT_MISSED: LoggedStep(_S.IN_CONTACT, _SUPPORTER),
        _E.FOLLOW_UP_HELD: LoggedStep(_S.IN_CONTACT, _SUPPORTER),
        _E.COORDINATOR_CALLED_IN: LoggedStep(_S.IN_CONTACT, _SUPPORTER),
        _E.COORDINATOR_ANSWERED: LoggedStep(_S.IN_CONTACT, _COORDINATOR),
        _E.UNREACHED: LoggedStep(_S.IN_CONTACT, _NOBODY),
        _E.TALK_GRANTED: LoggedStep(_S.IN_CONTACT, _COORDINATOR),
        _E.CLOSED: LoggedStep(_S.CLOSED, _SUPPORTER | _COORDINATOR),
    },
    # What she was alerted about she answers also when somebody else, or nobody, supports by then.
    _S.HANDED_BACK: {_E.COORDINATOR_ANSWERED: LoggedStep(_S.HANDED_BACK, _COORDINATOR)},
    _S.CLOSED: {_E.COORDINATOR_ANSWERED: LoggedStep(_S.CLOSED, _COORDINATOR)},
}

#: With which outcome a contact may be closed, by the state it is in. Declining has its own step.
_OUTCOMES: dict[ContactState, frozenset[Outcome]] = {
    _S.PROPOSED: frozenset({Outcome.REFERRED}),
    _S.ACCEPTED: frozenset({Outcome.REFERRED}),
    _S.IN_CONTACT: frozenset({Outcome.COMPLETED, Outcome.REFERRED}),
}


@dataclass(frozen=True, slots=True)
class AgreedTalk:
    """The last appointment of a log: the line that `planned` it, the `line` that says when, how and where
    now, and what became of it.
    """

    planned: ContactEvent
    line: ContactEvent
    state: AppointmentState = AppointmentState.OPEN


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What is so after a log, read from its lines alone. All moments are aware.

    `due_at` is when the next step is due, `due_since` the line that made it so. `tries` are the calls in a
    row without an answer, those close together once; `unreached` is the line that says that they were enough,
    until the coordinator has decided. `granted` counts the talks that she allowed beyond what is agreed;
    `followed_up_at` is when the last follow-up was noted.
    `called_in` is the line that called in the coordinator, of this log or of a supporter before, until she
    answers it. `ended` is the line that ended it. `later` is the moment that
    was asked for instead of now, until somebody is reached. `appointment` is the last one, whatever became of
    it; while it stands, it is what is next. `last` is the last line that counts.
    """

    state: ContactState
    proposed_at: datetime
    due_at: datetime
    due_since: ContactEvent
    last: ContactEvent
    next_step: NextStep = NextStep.ANSWER
    accepted_at: datetime | None = None
    reached_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    conversations: int = 0
    follow_ups: int = 0
    granted: int = 0
    followed_up_at: datetime | None = None
    tries: tuple[datetime, ...] = ()
    unreached: ContactEvent | None = None
    later: datetime | None = None
    called_in: ContactEvent | None = None
    ended: ContactEvent | None = None
    appointment: AgreedTalk | None = None

    @property
    def agreed(self) -> AgreedTalk | None:
        """The appointment that stands."""
        return self.appointment if _stands(self.appointment) else None

    @property
    def is_open(self) -> bool:
        return self.state in ContactState.open()

    @property
    def waiting_for(self) -> Waiting:
        """What the offer waits for while this contact is its last one."""
        if self.called_in and self.state != ContactState.CLOSED:
            return Waiting.COORDINATOR
        if self.unreached and self.is_open:
            return Waiting.UNREACHED
        return _WAITING[self.state]

    def wanted_by(self, cover: Cover) -> datetime:
        """Until when that is wanted: of the coordinator soon (`ANSWERED_WITHIN`), counted from when the next
        hours of cover begin.
        """
        of_her = self.called_in if self.state != ContactState.CLOSED else None
        if self.is_open:
            of_her = of_her or self.unreached
        return cover.opens_from(of_her.at) + ANSWERED_WITHIN if of_her else self.due_at


_WAITING = {
    _S.PROPOSED: Waiting.ACCEPTANCE,
    _S.ACCEPTED: Waiting.FIRST_CONTACT,
    _S.IN_CONTACT: Waiting.FOLLOW_UP,
    _S.HANDED_BACK: Waiting.ASSIGNMENT,
    _S.CLOSED: Waiting.NOTHING,
}


def may_take(
    kind: EventKind,
    facts: ContactFacts,
    party: Party,
    *,
    most_conversations: Callable[[], int],
) -> bool:
    """Whether `party` may take the step `kind` now: by the table, and by what the log says beyond the state.

    `most_conversations`, of the policy, is asked only where it matters.
    """
    step = TRANSITIONS[facts.state].get(kind)
    if step is None or party not in step.parties:
        return False
    is_supporter = party == Party.SUPPORTER
    match kind:
        case EventKind.CONVERSATION:
            return not talked_enough(facts, most_conversations())
        case EventKind.CLOSED:
            # Who called in the coordinator does not close before she has answered.
            return not (is_supporter and facts.called_in)
        case _E.APPOINTMENT_PLANNED | _E.APPOINTMENT_MOVED | _E.APPOINTMENT_CANCELLED | _E.APPOINTMENT_MISSED:
            return (facts.agreed is None) == (kind == _E.APPOINTMENT_PLANNED)
        case EventKind.COORDINATOR_ANSWERED:
            return facts.called_in is not None or (facts.is_open and facts.unreached is not None)
        case _:
            return True


def talked_enough(facts: ContactFacts, most: int) -> bool:
    """Whether as many conversations were held as agreed; one more is the coordinator's to allow."""
    return facts.conversations >= most + facts.granted


def is_same_follow_up(kind: EventKind, facts: ContactFacts, *, at: datetime) -> bool:
    """Whether what is noted at `at` is the follow-up that was noted last."""
    last = facts.followed_up_at
    return kind == EventKind.FOLLOW_UP_HELD and last is not None and at - last < ONE_ATTEMPT


def tried_enough(facts: ContactFacts, *, attempts: int, days: int, parts: int) -> bool:
    """Whether somebody was called so often, on so many days and in so many parts of the day, that the
    coordinator decides.
    """
    on_days = {local_day(at) for at in facts.tries}
    in_parts = {part_of_day(at) for at in facts.tries}
    return len(facts.tries) >= attempts and len(on_days) >= days and len(in_parts) >= parts


def outcomes(facts: ContactFacts, party: Party) -> frozenset[Outcome]:
    """With which `party` may close: as not reached the coordinator alone, and once they tried enough."""
    decides = party == Party.COORDINATOR and facts.unreached is not None
    return _OUTCOMES.get(facts.state, frozenset()) | ({Outcome.UNREACHABLE} if decides else frozenset())


def is_complete(  # a line for each kind
    kind: EventKind,
    facts: ContactFacts,
    party: Party,
    *,
    planned_for: datetime | None,
    mode: str,
    reason: str,
    outcome: str,
    place: MeetingPlace | None = None,
) -> bool:
    """Whether a step carries what it needs."""
    match kind:
        case EventKind.OFFER_LATER | EventKind.OFFER_SOONER:
            return planned_for is not None
        case EventKind.APPOINTMENT_PLANNED | EventKind.APPOINTMENT_MOVED:
            # Where is one of the list or nothing: there is no field for a word.
            somewhere = (place is not None) == (mode == ConversationMode.IN_PERSON)
            return planned_for is not None and bool(mode) and somewhere
        case EventKind.CONVERSATION | EventKind.FOLLOW_UP_HELD:
            return bool(mode)
        case EventKind.HANDED_BACK:
            return bool(reason) or party != Party.SUPPORTER
        case EventKind.CLOSED:
            return outcome in outcomes(facts, party)
        case _:
            return True


def counting(events: Iterable[ContactEvent]) -> list[ContactEvent]:
    """The lines of `events` that were not undone, without those that undo."""
    events = list(events)
    undone = {event.corrects_id for event in events}
    return [event for event in events if event.kind != EventKind.CORRECTED and event.id not in undone]


def replay(events: Sequence[ContactEvent], *, alert: ContactEvent | None = None) -> ContactFacts:
    """What is so after `events`, in the order they were written, the first of them `assigned`, when the
    `alert` of a supporter before stood then.

    Raises KeyError when a line is not allowed where it stands: such a log cannot have been written by the
    flow.
    """
    first, *others = counting(events)
    facts = ContactFacts(
        state=ContactState.PROPOSED,
        proposed_at=first.at,
        due_at=first.planned_for or first.at,
        due_since=first,
        last=first,
        called_in=alert,
    )
    for event in others:
        facts = _after(facts, event)
    return facts


#: Steps in which the two spoke with each other.
_SPOKEN = frozenset({_E.REACHED, _E.CONVERSATION, _E.FOLLOW_UP_HELD})

#: With these nobody has to decide any more what becomes of somebody who was not reached.
_DECIDED = _SPOKEN | {
    *(_E.COORDINATOR_ANSWERED, _E.OFFER_LATER, _E.OFFER_SOONER, _E.APPOINTMENT_PLANNED),
}

#: What is next after a step; after another one it stays what it was.
_NEXT = {
    _E.ACCEPTED: NextStep.CALL,
    _E.ATTEMPT_FAILED: NextStep.CALL_AGAIN,
    _E.REACHED: NextStep.TALK,
    _E.CONVERSATION: NextStep.PLAN,
    _E.FOLLOW_UP_PLANNED: NextStep.FOLLOW_UP,
    _E.FOLLOW_UP_HELD: NextStep.CLOSE,
    _E.OFFER_LATER: NextStep.CALL_LATER,
    _E.APPOINTMENT_CANCELLED: NextStep.ARRANGE,
    _E.APPOINTMENT_MISSED: NextStep.ARRANGE,
    _E.UNREACHED: NextStep.WAIT,
}


def _after(facts: ContactFacts, event: ContactEvent) -> ContactFacts:
    """`facts` one line further."""
    kind = EventKind(event.kind)
    to = TRANSITIONS[facts.state][kind].to
    spoken, closed = kind in _SPOKEN, to == ContactState.CLOSED
    due_at, due_since = facts.due_at, facts.due_since
    appointment = _appointment(facts.appointment, event, to)
    if appointment and _stands(appointment):
        due_at, due_since = appointment.line.planned_for or due_at, appointment.line
    # A supporter's answer stays due when it was, whatever the employee asks for meanwhile.
    elif event.planned_for and to != ContactState.PROPOSED:
        due_at, due_since = event.planned_for, event
    return replace(
        facts,
        state=to,
        last=event,
        due_at=due_at,
        due_since=due_since,
        next_step=NextStep.APPOINTMENT if _stands(appointment) else _next_step(facts, kind, to),
        accepted_at=event.at if kind == EventKind.ACCEPTED else facts.accepted_at,
        reached_at=facts.reached_at or (event.at if spoken else None),
        closed_at=facts.closed_at or (event.at if closed else None),
        outcome=facts.outcome or (_outcome(facts, event) if closed else ""),
        conversations=facts.conversations + (kind == EventKind.CONVERSATION),
        follow_ups=facts.follow_ups + (kind == EventKind.FOLLOW_UP_HELD),
        followed_up_at=event.at if kind == EventKind.FOLLOW_UP_HELD else facts.followed_up_at,
        tries=facts.tries if _stands(appointment) and kind not in _DECIDED else _tries(facts, event),
        unreached=event if kind == EventKind.UNREACHED else None if kind in _DECIDED else facts.unreached,
        granted=facts.granted + (kind == EventKind.TALK_GRANTED),
        later=_later(facts, event),
        called_in=_called_in(facts, event),
        ended=facts.ended or (None if to in ContactState.open() else event),
        appointment=appointment,
    )


def _stands(appointment: AgreedTalk | None) -> bool:
    return appointment is not None and appointment.state == AppointmentState.OPEN


#: What these make of an appointment that stands.
_BECOMES = {
    _E.CONVERSATION: AppointmentState.HELD,
    _E.FOLLOW_UP_HELD: AppointmentState.HELD,
    _E.APPOINTMENT_MISSED: AppointmentState.MISSED,
    _E.APPOINTMENT_CANCELLED: AppointmentState.CANCELLED,
    _E.OFFER_LATER: AppointmentState.CANCELLED,
    _E.OFFER_SOONER: AppointmentState.CANCELLED,
}


def _appointment(last: AgreedTalk | None, event: ContactEvent, to: ContactState) -> AgreedTalk | None:
    """The last appointment after `event`: any talk is the one that was agreed, a call in vain before its
    moment leaves it as it was, another day or the end cancels it, and with who hands it back it falls out.
    """
    kind = EventKind(event.kind)
    if kind == EventKind.APPOINTMENT_PLANNED:
        return AgreedTalk(event, event)
    if last is None or not _stands(last):
        return last
    if kind == EventKind.APPOINTMENT_MOVED:
        return replace(last, line=event)
    state = _BECOMES.get(kind, last.state)
    if to not in ContactState.open():
        state = AppointmentState.LAPSED if to == ContactState.HANDED_BACK else AppointmentState.CANCELLED
    elif kind == EventKind.ATTEMPT_FAILED and last.line.planned_for and event.at >= last.line.planned_for:
        state = AppointmentState.MISSED
    return replace(last, state=state)


def _later(facts: ContactFacts, event: ContactEvent) -> datetime | None:
    """The day that was asked for, until somebody is reached or a moment is agreed on."""
    if event.kind == EventKind.OFFER_LATER:
        return event.planned_for
    ends = _SPOKEN | {EventKind.OFFER_SOONER, EventKind.APPOINTMENT_PLANNED}
    return None if event.kind in ends else facts.later


def _next_step(facts: ContactFacts, kind: EventKind, to: ContactState) -> NextStep:
    if to not in ContactState.open():
        return NextStep.NOTHING
    if to == ContactState.PROPOSED:
        return NextStep.ANSWER
    if kind == EventKind.ACCEPTED and facts.later:
        return NextStep.CALL_LATER
    if kind == EventKind.COORDINATOR_ANSWERED and facts.unreached:
        return NextStep.CALL_AGAIN
    if kind == EventKind.OFFER_SOONER:
        return NextStep.ARRANGE if to == ContactState.IN_CONTACT else NextStep.CALL
    return _NEXT.get(kind, facts.next_step)


def _tries(facts: ContactFacts, event: ContactEvent) -> tuple[datetime, ...]:
    if event.kind in _DECIDED:
        return ()
    again = event.kind == EventKind.ATTEMPT_FAILED
    if again and not (facts.tries and event.at - facts.tries[-1] < ONE_ATTEMPT):
        return (*facts.tries, event.at)
    return facts.tries


def _outcome(facts: ContactFacts, event: ContactEvent) -> str:
    """Who stops after a conversation had support; only who had none declined it."""
    if event.kind == EventKind.OFFER_DECLINED:
        return Outcome.COMPLETED if facts.conversations else Outcome.DECLINED
    return event.outcome


def _called_in(facts: ContactFacts, event: ContactEvent) -> ContactEvent | None:
    match event.kind:
        case EventKind.COORDINATOR_CALLED_IN:
            return event
        # While she is called in nobody but she closes it, or grants a talk.
        case EventKind.COORDINATOR_ANSWERED | EventKind.TALK_GRANTED | EventKind.CLOSED:
            return None
        case _:
            return facts.called_in
