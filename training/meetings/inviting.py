"""Whom a coordinator invites: everybody who needs it, or who was chosen."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.enums import AccessAction
from accounts.models import User
from hospital.clock import local_day
from supporters.enums import SupporterStatus
from supporters.models import Supporter
from training.enums import MeetingKind, MeetingState, SeatState
from training.meetings import planning, seating
from training.models import Meeting, MeetingSeat

#: An intervision this long ago counts no more.
YEAR = timedelta(days=365)
_COMES = (SeatState.INVITED, SeatState.WAITING, SeatState.SEATED)


def who_need(meeting: Meeting) -> QuerySet[User]:
    """Supporters who need `meeting` and are not invited to it. An intervision: who attended none in the year
    before it, and is not invited to another. A training day: whose training is no longer valid by then.
    """
    day = local_day(meeting.starts_at)
    pool = Supporter.objects.exclude(status=SupporterStatus.STOPPED).filter(user__is_active=True)
    asked = MeetingSeat.objects.filter(meeting=meeting).values("user")
    coming = MeetingSeat.objects.filter(
        meeting__kind=meeting.kind, meeting__state=MeetingState.PLANNED, state__in=_COMES
    )
    if meeting.kind == MeetingKind.TRAINING:
        pool = pool.filter(Q(trained_on=None) | Q(current_until=None) | Q(current_until__lt=day))
    else:
        met = MeetingSeat.objects.filter(
            meeting__kind=MeetingKind.INTERVISION,
            meeting__starts_at__gt=meeting.starts_at - YEAR,
            state=SeatState.ATTENDED,
        )
        pool = pool.filter(trained_on__lte=day).exclude(user__in=met.values("user"))
    pool = pool.exclude(user__in=asked).exclude(user__in=coming.values("user"))
    return User.objects.filter(pk__in=pool.values("user"))


def invite(*, meeting: Meeting, people: Collection[UUID], by: User, at: datetime) -> int:
    """Invite `people`, with a line in the log; how many were not invited yet. Raises seating.MeetingOver."""
    with transaction.atomic():
        number = seating.invite(meeting=meeting, people=people, at=at)
        if number:
            planning.log(meeting, AccessAction.CHANGE, by, at)
    return number


def may_be_invited() -> QuerySet[User]:
    """Employees in service, of the hospital or of a partner."""
    return User.objects.filter(is_active=True)
