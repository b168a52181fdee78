"""Until when a supporter is trained, who is warned that it ends, and who hears so.

Whoever attends an intervision is trained until later (`attendance`), and matching leaves out whose training
is no longer valid. So a warning comes twice, while there is time to do something about it.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hospital.clock import local_day, moment_of
from notifications.enums import Group, HandedOn
from notifications.models import Reminder
from notifications.reminders import kinds, reconcile
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import reminder, settle
from supporters.enums import SupporterStatus
from supporters.models import Supporter
from training.models import TrainingPolicy

LAPSES = "training.lapses"
#: On the day of a warning it comes at this hour.
HOUR = time(9)


def warn(user: User, at: datetime) -> None:
    """In the transaction in which `user` was trained, or came to an intervision."""
    supporter = in_pool().filter(user=user).first()
    if supporter is not None:
        wanted = list(_warnings(supporter, TrainingPolicy.current(), at))
        settle(subject_id=supporter.pk, kinds=[LAPSES], wanted=wanted, at=at)


def in_pool() -> QuerySet[Supporter]:
    """Supporters in service who have not stopped and were trained."""
    pool = Supporter.objects.exclude(status=SupporterStatus.STOPPED)
    return pool.filter(user__is_active=True, trained_on__isnull=False, current_until__isnull=False)


def lapsing(at: datetime, policy: TrainingPolicy) -> QuerySet[Supporter]:
    """Whose training is over, or will be within the days of the first warning; the first to lapse first by
    `BY_DAY`.
    """
    return in_pool().filter(current_until__lt=local_day(at) + timedelta(days=policy.warn_days))


BY_DAY = ("current_until", "id")


def is_lapsing(supporter: Supporter, at: datetime, policy: TrainingPolicy) -> bool:
    """Whether this supporter is warned, or was not trained any more."""
    until = supporter.current_until
    return until is None or until < local_day(at) + timedelta(days=policy.warn_days)


def warnings(at: datetime) -> Iterator[Reminder]:
    """The warnings of everybody who is trained."""
    policy = TrainingPolicy.current()
    for supporter in in_pool().filter(current_until__gte=local_day(at)).iterator(chunk_size=500):
        yield from _warnings(supporter, policy, at)


def expected(at: datetime) -> Iterator[Reminder]:
    """The warnings whose day has come, for the nightly search for what is missing."""
    policy = TrainingPolicy.current()
    for supporter in lapsing(at, policy).filter(current_until__gte=local_day(at)).iterator(chunk_size=500):
        yield from (each for each in _warnings(supporter, policy, at) if each.due_at <= at)


def register() -> None:
    """Make known to `notifications` the kind, and what must be there each night."""
    kinds.register(KIND)
    reconcile.expectations.append(expected)


def _warnings(supporter: Supporter, policy: TrainingPolicy, at: datetime) -> Iterator[Reminder]:
    """The warnings that are still to come, and of those whose day has come the last."""
    until = supporter.current_until
    assert until is not None
    if until < local_day(at):
        return
    first, second = (_moment(until, days) for days in (policy.warn_days, policy.warn_again_days))
    if second > at:
        yield _warning(supporter, until, "first", first)
    yield _warning(supporter, until, "second", second)


def _moment(until: date, days: int) -> datetime:
    return moment_of(until - timedelta(days=days), HOUR)


def _warning(supporter: Supporter, until: date, rung: str, due_at: datetime) -> Reminder:
    return reminder(
        key=f"{LAPSES}:{supporter.pk}:{until:%Y%m%d}:{rung}",
        kind=LAPSES,
        due_at=due_at,
        subject_id=supporter.pk,
        url=reverse("training:mine"),
        recipient=supporter.user_id,
    )


def _still(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    now = timezone.now()
    rows = lapsing(now, TrainingPolicy.current()).filter(pk__in={pk for _user, pk in pairs})
    theirs = set(rows.values_list("user", F("pk")))
    return [(user.pk, pk) in theirs for user, pk in pairs]


KIND = Kind(
    code=LAPSES,
    line=_("Your training will not be valid much longer. Come to an intervision, and it stays so."),
    concerns=lambda user, pk: _still([(user, pk)])[0],
    concern=_still,
    group=Group.DEADLINES,
    # One's own training: nobody else can do it.
    handed_on=HandedOn.STAYS,
)
