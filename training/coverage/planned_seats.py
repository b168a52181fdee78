"""How many seats of training days are planned."""

from collections import Counter
from datetime import date, datetime

from django.utils import timezone

from training.enums import MeetingKind, MeetingState
from training.models import Meeting


def planned_seats(at: datetime) -> dict[date, int]:
    """Of each month to come, by its first day: one query."""
    ahead = Meeting.objects.filter(kind=MeetingKind.TRAINING, state=MeetingState.PLANNED, starts_at__gt=at)
    seats: Counter[date] = Counter()
    for starts_at, number in ahead.values_list("starts_at", "seats"):
        seats[timezone.localdate(starts_at).replace(day=1)] += number
    return dict(seats)
