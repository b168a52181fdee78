"""Who was there: checked in by a code on the screen, or on a list; and what follows once it is closed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.enums import AccessAction
from accounts.models import User
from hospital.clock import local_day, start_of_day
from supporters.models import SupportPolicy
from supporters.pool import members
from training.enums import MeetingState, SeatState
from training.meetings import joining, planning, reminders, seating, standing
from training.meetings.validity import valid_until
from training.models import Meeting, MeetingSeat

_PURPOSE = "training.meetings.attendance"


class AttendanceError(Exception):
    """Something about the attendance that cannot be."""


class NotYet(AttendanceError):
    """It has not begun."""


class AlreadyClosed(AttendanceError):
    """Its attendance is closed, or it was called off."""


class WrongCode(AttendanceError):
    """No code of this meeting, or not of this day."""


class NoSeat(AttendanceError):
    """Whoever opens the code has no seat there."""


def code_of(meeting: Meeting) -> str:
    """What the screen shows: of this meeting and this day, and made by nobody without the server's key."""
    made = salted_hmac(_PURPOSE, f"{meeting.pk}:{local_day(meeting.starts_at)}", algorithm="sha256")
    return made.hexdigest()[:32]


def own_seat(*, meeting: Meeting, code: str, user: User, at: datetime) -> MeetingSeat:
    """The seat of who opens the code. Raises WrongCode, AlreadyClosed, NoSeat."""
    if not constant_time_compare(code, code_of(meeting)) or local_day(at) != local_day(meeting.starts_at):
        raise WrongCode
    if meeting.state != MeetingState.PLANNED:
        raise AlreadyClosed
    seat = MeetingSeat.objects.filter(meeting=meeting, user=user, state=SeatState.SEATED).first()
    if seat is None:
        raise NoSeat
    return seat


def check_in(*, meeting: Meeting, code: str, user: User, at: datetime) -> MeetingSeat:
    """Whoever has a seat and opens the code is there; once. Raises as `own_seat`."""
    with transaction.atomic():
        seat = own_seat(meeting=seating.locked(meeting), code=code, user=user, at=at)
        MeetingSeat.objects.filter(pk=seat.pk, checked_in_at=None).update(checked_in_at=at)
    return seat


def mark(
    *, meeting: Meeting, present: Collection[UUID], absent: Collection[UUID] = (), at: datetime
) -> Meeting:
    """The seats `present` are there, those `absent` after all not; what was noted of others stays, by who
    checked in or by another list. Raises NotYet, AlreadyClosed.
    """
    with transaction.atomic():
        held = _running(meeting, at)
        _mark(held, present, absent, at)
    return held


def close(
    *, meeting: Meeting, present: Collection[UUID], absent: Collection[UUID] = (), by: User, at: datetime
) -> Meeting:
    """As `mark`; then whoever is there attended, the others missed it. Who attended has its competences, and
    is trained until later. Raises NotYet, AlreadyClosed.
    """
    with transaction.atomic():
        held = _running(meeting, at)
        _mark(held, present, absent, at)
        seats = MeetingSeat.objects.filter(meeting=held, state=SeatState.SEATED).select_related("user")
        for seat in seats:
            seat.meeting = held
            there = seat.checked_in_at is not None
            seating.change(seat, SeatState.ATTENDED if there else SeatState.MISSED, at=at)
            if there:
                _credit(seat, by, at)
        held.state = MeetingState.HELD
        held.save(update_fields=["state"])
        reminders.settled(held, at)
        planning.log(held, AccessAction.CHANGE, by, at)
    return held


def was_there(*, seat: MeetingSeat, by: User, at: datetime) -> MeetingSeat:
    """Somebody was missed on the list, and was there after all. Raises seating.NotFromThere."""
    with transaction.atomic():
        held = seating.locked(seat.meeting)
        found = MeetingSeat.objects.select_related("user").get(pk=seat.pk)
        found.meeting = held
        seating.change(found, SeatState.ATTENDED, at=at)
        _credit(found, by, at)
        planning.log(held, AccessAction.CHANGE, by, at)
    return found


def _running(meeting: Meeting, at: datetime) -> Meeting:
    """The meeting, locked, on its day or after it, until its attendance is closed."""
    held = seating.locked(meeting)
    if held.state != MeetingState.PLANNED:
        raise AlreadyClosed
    if at < start_of_day(local_day(held.starts_at)):
        raise NotYet
    return held


def _mark(meeting: Meeting, present: Collection[UUID], absent: Collection[UUID], at: datetime) -> None:
    seated = MeetingSeat.objects.filter(meeting=meeting, state=SeatState.SEATED)
    seated.filter(pk__in=present, checked_in_at=None).update(checked_in_at=at)
    seated.filter(pk__in=absent).update(checked_in_at=None)


def _credit(seat: MeetingSeat, by: User, at: datetime) -> None:
    """What somebody has of having been there. Whoever is not in the pool yet has the competences."""
    meeting, day = seat.meeting, local_day(seat.meeting.starts_at)
    joining.hold(seat.user, meeting.competences, since=day, meeting=meeting)
    until = valid_until(day, months=SupportPolicy.current().current_months)
    trained_on = day if meeting.is_training else None
    if members.train(user=seat.user, trained_on=trained_on, current_until=until, by=by, at=at):
        standing.warn(seat.user, at)
