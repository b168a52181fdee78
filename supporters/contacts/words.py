"""The words of a contact on its pages. Pure: the moment is an argument."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from hospital.clock import DAY, Cover, local_day, on_the_wall
from hospital.moment_words import at_moment, day_in_words
from supporters.contacts.allowed_steps import ContactFacts
from supporters.contacts.flow import (
    AlreadyOff,
    AlreadyProposed,
    ContactError,
    EntryStands,
    MovedOn,
    NoCapacity,
    OutsideWished,
    PlaceOutOfUse,
    PlaceTaken,
    SameFollowUp,
    TooManyConversations,
)
from supporters.contacts.wished_parts import in_parts, met, wished_from
from supporters.enums import ConversationMode, EventKind, NextStep
from supporters.models import ReachMe


@dataclass(frozen=True, slots=True)
class Dot:
    """One dot of the way so far; `state` is done, now, late or next, or skipped when it ended without."""

    label: str
    state: str


def headline(
    step: NextStep,
    due_at: datetime,
    *,
    now: datetime,
    cover: Cover,
    mode: str = "",
    by_mail: bool = False,
    parts: Collection[str] = (),
) -> str:
    """What is next, as one says it at `now` (aware): "Call today", "Follow up Thursday 3 December"; nobody is
    told to call outside `cover`, but for an appointment, which is by `mode` (ConversationMode). `by_mail`:
    they can be mailed and not called. `parts` of the day are those in which they like to be called.
    """
    opens = cover.opens_from(now)
    day = day_in_words(max(due_at, opens), now=now)
    match step:
        case NextStep.CALL | NextStep.CALL_AGAIN:
            liked = wished_from(now, due_at, parts, cover)
            return _to_call(due_at, now=now, opens=liked, by_mail=by_mail)
        case NextStep.CALL_LATER:
            return (_("Mail %(day)s") if by_mail else _("Call %(day)s")) % {"day": day}
        case NextStep.FOLLOW_UP:
            return _("Follow up %(day)s") % {"day": day}
        case NextStep.APPOINTMENT:
            return _agreed(mode) % {"moment": at_moment(due_at, now=now)}
        case _other:
            return str(step.label)


def _to_call(due_at: datetime, *, now: datetime, opens: datetime, by_mail: bool) -> str:
    if opens != now and due_at - opens < DAY:
        words = {"day": day_in_words(opens, now=now), "time": f"{on_the_wall(opens):%H:%M}"}
        return (_("Mail %(day)s from %(time)s") if by_mail else _("Call %(day)s from %(time)s")) % words
    if due_at < now:
        return _("Mail now") if by_mail else _("Call now")
    if local_day(due_at) == local_day(now):
        return _("Mail today") if by_mail else _("Call today")
    by = _("Mail by %(moment)s") if by_mail else _("Call by %(moment)s")
    return by % {"moment": at_moment(due_at, now=now)}


def _agreed(mode: str) -> str:
    if mode == ConversationMode.IN_PERSON:
        return _("Meet %(moment)s")
    return _("Video call %(moment)s") if mode == ConversationMode.VIDEO else _("Call %(moment)s")


def asked_for(wish: ReachMe | None, *, cover: Cover) -> list[str]:
    """What the supporter has to know before calling, a line each: when is as far as calls are made then."""
    if wish is None:
        return []
    possible = met(cover, wish.parts_of_day)
    missed = in_parts(part for part in wish.parts_of_day if part not in possible)
    rather = _("Would rather be called %(when)s, when nobody calls: agree on a moment.")
    said = [
        (possible, _("Call %(when)s.") % {"when": in_parts(possible)}),
        (missed, rather % {"when": missed}),
        (wish.language, _("Speaks %(language)s.") % {"language": wish.get_language_display()}),
        (wish.not_on_ward, _("Not while at work.")),
        (wish.no_voicemail, _("Leave no voicemail.")),
    ]
    return [line for asked, line in said if asked]


def awaited(step: NextStep) -> str:
    """What the coordinator waits for, when `step` is the supporter's next."""
    words = {
        NextStep.ANSWER: _("The supporter’s answer"),
        NextStep.CALL: _("The first contact"),
        NextStep.CALL_AGAIN: _("Another attempt to reach them"),
        NextStep.CALL_LATER: _("Contact on the day that was agreed"),
        NextStep.APPOINTMENT: _("The talk that was planned"),
        NextStep.ARRANGE: _("Agreeing on another moment"),
        NextStep.TALK: _("The conversation"),
        NextStep.PLAN: _("Planning a follow-up call"),
        NextStep.FOLLOW_UP: _("The follow-up call"),
        NextStep.CLOSE: _("Closing, or another call"),
        NextStep.WAIT: _("Your decision: not reached"),
        NextStep.NOTHING: _("Nothing"),
    }
    return words[step]


def conflict(*, analyses: bool, involved: bool, reported: bool) -> str:
    """Why the supporter of a contact had better be somebody else; empty for nothing."""
    if involved:
        return _("Involved in this event: choose somebody else")
    if reported:
        return _("Reported this event: choose somebody else")
    return _("Analyses this event: choose somebody else") if analyses else ""


def way_so_far(facts: ContactFacts, *, now: datetime) -> list[Dot]:
    """The dots above a contact: where it is between being asked and rounded off."""
    stations = [
        (_("Started"), facts.accepted_at),
        (_("Reached"), facts.reached_at),
        (_("Talked"), facts.conversations),
        (_("Followed up"), facts.follow_ups),
        (_("Closed"), facts.closed_at),
    ]
    furthest = max((number for number, (_label, done) in enumerate(stations) if done), default=-1)
    waiting = "late" if facts.due_at < now else "now"

    def state(number: int, done: object) -> str:
        if done or not facts.is_open:
            return "done" if done else "skipped"
        return waiting if number == furthest + 1 else "next"

    return [Dot(label, state(number, done)) for number, (label, done) in enumerate(stations)]


def done(kind: EventKind) -> str:
    """What to say after a step was taken."""
    said = {
        EventKind.ACCEPTED: _("Thank you. Here is how to reach your colleague."),
        EventKind.HANDED_BACK: _("Thank you for saying so. The coordinator will ask somebody else."),
        EventKind.ATTEMPT_FAILED: _("Noted: no answer. Try again later."),
        EventKind.REACHED: _("Noted: you reached each other."),
        EventKind.OFFER_DECLINED: _("Noted. Declining is fine; the way back stays open."),
        EventKind.CONVERSATION: _("Noted: you had a conversation."),
        EventKind.APPOINTMENT_PLANNED: _("Planned. You are reminded before it, and so is your colleague."),
        EventKind.APPOINTMENT_MOVED: _("Moved. Your colleague gets a message, and sees it on the own page."),
        EventKind.APPOINTMENT_CANCELLED: _("Cancelled. Your colleague gets a message that you get in touch."),
        EventKind.APPOINTMENT_MISSED: _("Noted: it did not happen. When shall it be?"),
        EventKind.FOLLOW_UP_HELD: _("Noted: you followed up."),
        EventKind.UNREACHED: _("Noted: you tried as often as agreed. The coordinator decides how to go on."),
        EventKind.COORDINATOR_CALLED_IN: _("The coordinator has been alerted and will call you."),
        EventKind.CLOSED: _("Closed. Thank you for being there."),
    }
    return said[kind]


def alerted(*, now: datetime, cover: Cover) -> str:
    """What to say after the coordinator was alerted at `now`: outside `cover` from when on she calls, and
    whom to call at once.
    """
    opens = cover.opens_from(now)
    if opens == now:
        return done(EventKind.COORDINATOR_CALLED_IN)
    words = {"day": day_in_words(opens, now=now), "time": f"{on_the_wall(opens):%H:%M}"}
    return (
        _("The coordinator has been alerted, and calls you %(day)s from %(time)s on.") % words
        + " "
        + _("Can it not wait? Call 112 when a life is in danger, 113 about thoughts of suicide, now.")
    )


def refused(error: ContactError) -> str:
    """What to say when a step could not be taken."""
    match error:
        case MovedOn():
            said = _("Something has changed in the meantime: this is how it is now. Nothing was noted twice.")
        case OutsideWished():
            said = _(
                "You asked for somebody from outside the hospital. "
                "Take that back first, and you can choose a colleague."
            )
        case TooManyConversations():
            said = _(
                "You’ve had as many conversations as agreed. If more help is needed, alert the coordinator."
            )
        case AlreadyOff():
            said = _("That appointment is off already.")
        case PlaceTaken():
            said = _("The place is taken about then. Choose another place, or another moment.")
        case PlaceOutOfUse():
            said = _("That place is not in use any more. Choose another place, or talk in another way.")
        case SameFollowUp():
            said = _("A follow-up was noted less than half an hour ago: within half an hour it is one.")
        case EntryStands():
            said = _("An entry can be undone for ten minutes.")
        case AlreadyProposed() | NoCapacity():
            said = _("That can no longer be undone: something else has taken its place.")
        case _:
            said = _("That isn’t possible right now.")
    return said
