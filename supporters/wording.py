"""The words of a contact on its pages. Pure: the moment is an argument."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from supporters.contact_flow import (
    AlreadyProposed,
    ContactError,
    NoCapacity,
    Stale,
    TooLate,
    TooManyConversations,
)
from supporters.contact_log import Facts
from supporters.enums import EventKind, NextStep


@dataclass(frozen=True, slots=True)
class Dot:
    """One dot of the way so far; `state` is done, now, late or next."""

    label: str
    state: str


def headline(step: NextStep, due_at: datetime, *, now: datetime) -> str:
    """What is next, as one says it at `now` (aware): "Call today", "Follow up Thursday"."""
    late, day = due_at < now, day_in_words(due_at, now=now)
    match step:
        case NextStep.CALL | NextStep.CALL_AGAIN if late:
            return _("Call now")
        case NextStep.CALL | NextStep.CALL_AGAIN:
            today = timezone.localdate(due_at) == timezone.localdate(now)
            return _("Call today") if today else _("Call by %(day)s") % {"day": day}
        case NextStep.CALL_LATER:
            return _("Call %(day)s") % {"day": _("today") if late else day}
        case NextStep.FOLLOW_UP:
            return _("Follow up %(day)s") % {"day": _("today") if late else day}
        case _other:
            return str(step.label)


def awaited(step: NextStep) -> str:
    """What the coordinator waits for, when `step` is the supporter's next."""
    words = {
        NextStep.ANSWER: _("The supporter’s answer"),
        NextStep.CALL: _("The first call"),
        NextStep.CALL_AGAIN: _("Another attempt to call"),
        NextStep.CALL_LATER: _("A call on the day that was agreed"),
        NextStep.TALK: _("The conversation"),
        NextStep.PLAN: _("Planning a follow-up call"),
        NextStep.FOLLOW_UP: _("The follow-up call"),
        NextStep.CLOSE: _("Rounding off, or another call"),
        NextStep.NOTHING: _("Nothing"),
    }
    return words[step]


def day_in_words(moment: datetime, *, now: datetime) -> str:
    """Today, tomorrow, a weekday within the week, else a date as "3 December": days in Amsterdam."""
    day, today = timezone.localdate(moment), timezone.localdate(now)
    ahead = (day - today).days
    if ahead in {0, 1}:
        return _("tomorrow") if ahead else _("today")
    return date_format(day, "l" if 1 < ahead < 7 else "j F")


def way_so_far(facts: Facts, *, now: datetime) -> list[Dot]:
    """The dots above a contact: where it is between being asked and rounded off."""
    stations = [
        (_("Started"), facts.accepted_at),
        (_("Reached"), facts.reached_at),
        (_("Talked"), facts.conversations),
        (_("Followed up"), facts.follow_ups),
        (_("Rounded off"), facts.closed_at),
    ]
    furthest = max((number for number, (_label, done) in enumerate(stations) if done), default=-1)
    waiting = "late" if facts.due_at < now else "now"
    return [
        Dot(label, "done" if done else waiting if facts.is_open and number == furthest + 1 else "next")
        for number, (label, done) in enumerate(stations)
    ]


def done(kind: EventKind) -> str:
    """What to say after a step was taken."""
    said = {
        EventKind.ACCEPTED: _("Thank you. Here is how to reach your colleague."),
        EventKind.HANDED_BACK: _("Thank you for saying so. The coordinator asks somebody else."),
        EventKind.ATTEMPT_FAILED: _("Noted: no answer. Try again later."),
        EventKind.REACHED: _("Noted: you reached each other."),
        EventKind.OFFER_DECLINED: _("Noted. Declining is fine; the way back stays open."),
        EventKind.OFFER_LATER: _("Noted. You hear from us on that day."),
        EventKind.CONVERSATION: _("Noted: you had a conversation."),
        EventKind.FOLLOW_UP_PLANNED: _("Planned. You hear from us on that day."),
        EventKind.FOLLOW_UP_HELD: _("Noted: you followed up."),
        EventKind.COORDINATOR_CALLED_IN: _("The coordinator has been called in and will call you."),
        EventKind.CLOSED: _("Rounded off. Thank you for being there."),
    }
    return said[kind]


def refused(error: ContactError) -> str:
    """What to say when a step could not be taken."""
    match error:
        case Stale():
            return _("Something changed meanwhile: this is how it is now. Nothing was noted twice.")
        case TooManyConversations():
            return _(
                "You had as many conversations as agreed. If more help is needed, call in the coordinator."
            )
        case TooLate():
            return _("An entry can be undone for ten minutes.")
        case AlreadyProposed() | NoCapacity():
            return _("That cannot be undone any more: something else took its place.")
        case _:
            return _("That is not possible now.")
