"""The groups of the afternoon of one training day, made by `groups` and kept with the seats."""

from datetime import datetime

from django.db import transaction

from accounts.enums import AccessAction
from accounts.models import User
from training.enums import SeatState
from training.meetings import groups, planning, seating
from training.meetings.groups import Member
from training.models import Meeting, MeetingSeat, TrainingPolicy

COMES = (SeatState.SEATED, SeatState.ATTENDED)


def make(*, meeting: Meeting, by: User, at: datetime) -> int:
    """Divide who takes part anew; how many groups there are."""
    size = TrainingPolicy.current().group_size
    with transaction.atomic():
        held = seating.locked(meeting)
        seats = MeetingSeat.objects.filter(meeting=held, state__in=COMES).select_related("user")
        by_user = {seat.user_id: seat for seat in seats.order_by("id")}
        people = [Member(pk, seat.user.profession_id, seat.user.manager_id) for pk, seat in by_user.items()]
        made = groups.divide(people, size)
        MeetingSeat.objects.filter(meeting=held).update(group=None)
        for number, group in enumerate(made, start=1):
            MeetingSeat.objects.filter(meeting=held, user__in=[one.key for one in group]).update(group=number)
        planning.log(held, AccessAction.CHANGE, by, at)
    return len(made)


def of(meeting: Meeting) -> dict[int, list[str]]:
    """The names in each group; empty until they are made."""
    seats = MeetingSeat.objects.filter(meeting=meeting, state__in=COMES, group__isnull=False)
    found: dict[int, list[str]] = {}
    for number, name in seats.order_by("group", "user__sort_key").values_list("group", "user__name"):
        found.setdefault(number or 0, []).append(name)
    return found
