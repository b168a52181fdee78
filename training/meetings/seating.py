"""Who has a seat, who waits for one, and who moves up: the only writer of a seat's state.

Whoever changes a seat holds its meeting, so that two people never take the last one, and nobody waits beside
a seat that is free.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from training.enums import MeetingState, SeatState
from training.meetings import reminders
from training.models import Meeting, MeetingSeat


class SeatingError(Exception):
    """Something about a seat that cannot be."""


class MeetingOver(SeatingError):
    """It was called off, was held, or has begun."""


class NotFromThere(SeatingError):
    """From this state nobody comes to that one."""


class FewerThanTaken(SeatingError):
    """More people take part than there would be seats; `taken` of them."""

    def __init__(self, taken: int) -> None:
        self.taken = taken
        super().__init__(str(taken))


#: The whole table: from which state to which.
ALLOWED: dict[SeatState, frozenset[SeatState]] = {
    SeatState.INVITED: frozenset({SeatState.SEATED, SeatState.WAITING, SeatState.EXCUSED}),
    SeatState.WAITING: frozenset({SeatState.SEATED, SeatState.EXCUSED}),
    SeatState.SEATED: frozenset({SeatState.EXCUSED, SeatState.ATTENDED, SeatState.MISSED}),
    SeatState.EXCUSED: frozenset({SeatState.INVITED, SeatState.SEATED, SeatState.WAITING}),
    SeatState.MISSED: frozenset({SeatState.ATTENDED}),
    SeatState.ATTENDED: frozenset(),
}
#: Those who take a seat.
TAKES = frozenset({SeatState.SEATED, SeatState.ATTENDED, SeatState.MISSED})


def invite(*, meeting: Meeting, people: Collection[UUID], at: datetime) -> int:
    """Invite `people` who are not yet, and again those who could not come; how many. Raises MeetingOver."""
    with transaction.atomic():
        held = open_meeting(meeting, at)
        known = dict(
            MeetingSeat.objects.filter(meeting=held, user__in=people).values_list("user_id", "state")
        )
        new = [MeetingSeat(meeting=held, user_id=pk) for pk in dict.fromkeys(people) if pk not in known]
        MeetingSeat.objects.bulk_create(new, batch_size=1000)
        again = MeetingSeat.objects.filter(meeting=held, user__in=people, state=SeatState.EXCUSED)
        back = list(again)
        again.update(state=SeatState.INVITED)
        reminders.tell_invited([*new, *back], at)
    return len(new) + len(back)


def accept(*, seat: MeetingSeat, at: datetime) -> MeetingSeat:
    """Whoever comes gets a seat, or the last place of the waiting list. Raises MeetingOver."""
    with transaction.atomic():
        meeting = open_meeting(seat.meeting, at)
        seat = _fresh(seat, meeting)
        if seat.state in {SeatState.SEATED, SeatState.WAITING}:
            return seat
        change(seat, SeatState.SEATED if meeting.free > 0 else SeatState.WAITING, at=at)
        reminders.tell_answered(seat, at)
    return seat


def excuse(*, seat: MeetingSeat, at: datetime) -> MeetingSeat:
    """Whoever cannot come after all leaves the seat to who waits longest. Raises MeetingOver."""
    with transaction.atomic():
        meeting = open_meeting(seat.meeting, at)
        seat = _fresh(seat, meeting)
        if seat.state == SeatState.EXCUSED:
            return seat
        change(seat, SeatState.EXCUSED, at=at)
        reminders.tell_answered(seat, at)
        move_up(meeting, at)
    return seat


def resize(*, meeting: Meeting, seats: int, at: datetime) -> Meeting:
    """More seats, or fewer; who waits moves up. Raises MeetingOver, FewerThanTaken."""
    with transaction.atomic():
        held = open_meeting(meeting, at)
        if seats < held.taken:
            raise FewerThanTaken(held.taken)
        held.seats = seats
        held.save(update_fields=["seats"])
        move_up(held, at)
    return held


def move_up(meeting: Meeting, at: datetime) -> list[MeetingSeat]:
    """Give the free seats of `meeting`, which is locked, to those who wait longest; they are told."""
    waiting = MeetingSeat.objects.filter(meeting=meeting, state=SeatState.WAITING, user__is_active=True)
    moved = list(waiting.order_by("queued_at", "id")[: max(0, meeting.free)])
    for seat in moved:
        seat.meeting = meeting
        change(seat, SeatState.SEATED, at=at)
    reminders.tell_moved_up(moved, at)
    return moved


def change(seat: MeetingSeat, to: SeatState, *, at: datetime) -> None:
    """From one state to the next, and the count of its meeting, which is locked. Raises NotFromThere."""
    was = SeatState(seat.state)
    if to not in ALLOWED[was]:
        raise NotFromThere
    queued_at = at if to == SeatState.WAITING else None
    if not MeetingSeat.objects.filter(pk=seat.pk, state=was).update(state=to, queued_at=queued_at):
        raise NotFromThere
    seat.state, seat.queued_at = to, queued_at
    meeting = seat.meeting
    meeting.taken += (to in TAKES) - (was in TAKES)
    meeting.save(update_fields=["taken"])


def open_meeting(meeting: Meeting, at: datetime) -> Meeting:
    """The meeting, locked, while people can still say whether they come. Raises MeetingOver."""
    held = locked(meeting)
    if held.state != MeetingState.PLANNED or held.starts_at <= at:
        raise MeetingOver
    return held


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now, held for this transaction."""
    return Meeting.objects.select_for_update().get(pk=meeting.pk)


def leave(left: Collection[UUID], at: datetime) -> None:
    """Whoever leaves service gives the seats back that are still to come."""
    coming = MeetingSeat.objects.filter(
        user__in=left,
        state__in=(SeatState.INVITED, SeatState.WAITING, SeatState.SEATED),
        meeting__state=MeetingState.PLANNED,
        meeting__starts_at__gt=at,
    )
    seats = list(coming.select_related("meeting").order_by("meeting_id"))
    for seat in seats:
        excuse(seat=seat, at=at)


def _fresh(seat: MeetingSeat, meeting: Meeting) -> MeetingSeat:
    found = MeetingSeat.objects.get(pk=seat.pk)
    found.meeting = meeting
    return found
