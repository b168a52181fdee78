"""Planning a training day or an intervision, changing it, and calling it off."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from hospital.refused import saying
from training.enums import MeetingState
from training.meetings import reminders, seating
from training.meetings.seating import MeetingOver
from training.models import Meeting, MeetingSeat, TrainingPolicy


class MeetingThere(Exception):
    """There is one of this kind at this moment in this place: by a double click, or by somebody else."""


ONCE = {"meeting_once": MeetingThere}
#: What a new date keeps of the one that was called off.
KEPT = ("kind", "theme", "seats", "competences", "points", "accreditation")


def plan(meeting: Meeting, *, by: User, at: datetime) -> Meeting:
    """Plan `meeting`, not saved yet. Raises MeetingThere."""
    with saying(ONCE):
        meeting.save(force_insert=True)
        reminders.ask_attendance(meeting)
        log(meeting, AccessAction.CREATE, by, at)
    return meeting


def change(*, meeting: Meeting, wanted: Mapping[str, Any], by: User, at: datetime) -> Meeting:
    """Change what is planned, but for its day. Raises MeetingOver, seating.FewerThanTaken, MeetingThere."""
    with saying(ONCE):
        held = seating.open_meeting(meeting, at)
        for name, value in wanted.items():
            if name != "seats":
                setattr(held, name, value)
        held.save(update_fields=[name for name in wanted if name != "seats"])
        if wanted.get("seats", held.seats) != held.seats:
            held = seating.resize(meeting=held, seats=wanted["seats"], at=at)
        log(held, AccessAction.CHANGE, by, at)
    return held


def call_off(*, meeting: Meeting, new: Mapping[str, Any] | None, by: User, at: datetime) -> Meeting | None:
    """It does not take place. With `new` (starts_at, ends_at, place) there is another in its place, to which
    everybody who would have come is invited. Raises MeetingOver, MeetingThere.
    """
    with saying(ONCE):
        held = seating.locked(meeting)
        if held.state != MeetingState.PLANNED:
            raise MeetingOver
        held.state = MeetingState.CANCELLED
        held.save(update_fields=["state"])
        reminders.settled(held, at)
        log(held, AccessAction.CHANGE, by, at)
        seats = list(MeetingSeat.objects.filter(meeting=held, state__in=reminders.COMING))
        reminders.tell_called_off(seats, at)
        if new is None:
            return None
        kept = {name: getattr(held, name) for name in KEPT}
        instead = plan(Meeting(**kept, **new, replaces=held), by=by, at=at)
        instead.trainers.bulk_create(_copied(held.trainers.all(), instead))
        instead.materials.bulk_create(_copied(held.materials.all(), instead))
        seating.invite(meeting=instead, people=[seat.user_id for seat in seats], at=at)
        return instead


def lacking(meeting: Meeting, policy: TrainingPolicy) -> tuple[int, bool]:
    """How many trainers are lacking, and whether an actor is; of an intervision neither."""
    if not meeting.is_training or not meeting.is_planned:
        return 0, False
    trainers = list(meeting.trainers.all())
    return max(0, policy.trainers_least - len(trainers)), not any(one.acts for one in trainers)


def log(meeting: Meeting, action: AccessAction, by: User, at: datetime) -> None:
    """A line in the log that a coordinator did something with this meeting."""
    audit.record(
        action=action,
        user=by,
        role=Role.COORDINATOR,
        access_point="training:meeting",
        object_kind="meeting",
        object_ref=str(meeting.pk),
        basis="coordinator of the pool",
        at=at,
    )


def _copied(rows: Any, meeting: Meeting) -> list[Any]:
    copies = list(rows)
    for row in copies:
        row.pk, row.meeting = None, meeting
    return copies
