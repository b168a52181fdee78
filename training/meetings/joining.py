"""Who comes into the pool: whoever attended a training day, or is taken over by name as trained elsewhere."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from hospital.clock import local_day
from supporters.models import Supporter, SupportPolicy
from supporters.pool import members
from training.enums import MeetingKind, SeatState
from training.meetings import standing
from training.meetings.validity import competent_until, valid_until
from training.models import CompetenceHeld, Meeting, MeetingSeat, TakenOver, TrainingPolicy


class NotAttended(Exception):
    """This employee attended no training day."""


class StillToCome(Exception):
    """Nobody was trained on a day that is still to come."""


def attended_day(user: User) -> date | None:
    """The last training day that `user` attended."""
    seats = MeetingSeat.objects.filter(
        user=user, state=SeatState.ATTENDED, meeting__kind=MeetingKind.TRAINING
    )
    last = seats.order_by("-meeting__starts_at").values_list("meeting__starts_at", flat=True).first()
    return local_day(last) if last else None


def let_in(*, user: User, by: User, at: datetime) -> Supporter:
    """Put somebody in the pool who attended a training day. Raises NotAttended, and as members.add."""
    day = attended_day(user)
    if day is None:
        raise NotAttended
    until = valid_until(day, months=SupportPolicy.current().current_months)
    with transaction.atomic():
        supporter = members.add(user=user, trained_on=day, current_until=until, by=by, at=at)
        standing.warn(user, at)
    return supporter


def take_over(
    *, user: User, trained_on: date, competences: Collection[str], by: User, at: datetime
) -> Supporter:
    """Somebody was trained elsewhere: put in the pool, or, who is in it already, trained anew. What was noted
    before stays. Raises StillToCome, and as members.add.
    """
    if trained_on > local_day(at):
        raise StillToCome
    until = valid_until(trained_on, months=SupportPolicy.current().current_months)
    with transaction.atomic():
        TakenOver.objects.get_or_create(
            user=user,
            trained_on=trained_on,
            defaults={"competences": sorted(competences), "by": by, "at": at},
        )
        hold(user, competences, since=trained_on)
        if not members.train(user=user, trained_on=trained_on, current_until=until, by=by, at=at):
            members.add(user=user, trained_on=trained_on, current_until=until, by=by, at=at)
        standing.warn(user, at)
        return Supporter.objects.get(user=user)


def hold(user: User, competences: Iterable[str], *, since: date, meeting: Meeting | None = None) -> None:
    """Note what `user` is able to do since that day; what is noted already stays."""
    until = competent_until(since, years=TrainingPolicy.current().competence_years)
    CompetenceHeld.objects.bulk_create(
        [
            CompetenceHeld(user=user, competence=one, since=since, until=until, meeting=meeting)
            for one in competences
        ],
        ignore_conflicts=True,
    )
