"""What comes for one person: on the own page, and on the home page of whoever still has to say something."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from hospital.clock import local_day
from supporters.enums import SupporterStatus
from supporters.models import Supporter
from training.enums import MeetingKind, MeetingState, SeatState
from training.meetings import inviting, standing
from training.models import CompetenceHeld, MeetingSeat, TrainingPolicy


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


@dataclass(frozen=True, slots=True)
class Standing:
    """Until when somebody in the pool is trained (None: not yet), whether that ends soon or is over, and how
    many intervisions of the past year were attended, of how many.
    """

    until: date | None
    is_over: bool
    ends_soon: bool
    attended: int
    wanted: int


def standing_of(user: User, at: datetime) -> Standing | None:
    """The own standing; None of who is not in the pool."""
    supporter = Supporter.objects.filter(user=user).exclude(status=SupporterStatus.STOPPED).first()
    if supporter is None:
        return None
    policy = TrainingPolicy.current()
    until = supporter.current_until
    met = MeetingSeat.objects.filter(
        user=user,
        state=SeatState.ATTENDED,
        meeting__kind=MeetingKind.INTERVISION,
        meeting__starts_at__gt=at - inviting.YEAR,
    )
    return Standing(
        until=until,
        is_over=until is None or until < local_day(at),
        ends_soon=standing.is_lapsing(supporter, at, policy),
        attended=met.count(),
        wanted=policy.attends_a_year,
    )


def held_by(user: User, at: datetime) -> list[CompetenceHeld]:
    """What this person is able to do at `at`, each competence once with the last day it is held."""
    held = CompetenceHeld.objects.filter(user=user, until__gte=local_day(at))
    return list(held.order_by("competence", "-until").distinct("competence"))
