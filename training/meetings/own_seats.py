"""What comes for one person: on the own page, and on the home page of whoever still has to say something."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from training.enums import MeetingState, SeatState
from training.models import MeetingSeat


def coming_of(user: User, at: datetime) -> QuerySet[MeetingSeat]:
    """The own seats of meetings that are not over, the next one first, with materials."""
    seats = MeetingSeat.objects.filter(
        user=user, meeting__state=MeetingState.PLANNED, meeting__ends_at__gt=at
    )
    return (
        seats.select_related("meeting")
        .prefetch_related("meeting__materials")
        .order_by("meeting__starts_at", "id")
    )


def for_home(user: User) -> dict[str, Any]:
    """The invitations that wait for an answer and where the user is expected, in one statement."""
    now = timezone.now()
    seats = MeetingSeat.objects.filter(
        user=user,
        state__in=(SeatState.INVITED, SeatState.WAITING, SeatState.SEATED),
        meeting__state=MeetingState.PLANNED,
        meeting__ends_at__gt=now,
    )
    found: Iterable[MeetingSeat] = seats.select_related("meeting").order_by("meeting__starts_at", "id")[:3]
    return {"seats": list(found), "now": now}
