"""The heads of department are asked whom they would confide in: at first by the coordinator, and from then on
every so many months (`TrainingPolicy.heads_asked_months`).
"""

from calendar import monthrange
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import User
from hospital.clock import local_day
from hospital.refused import saying
from training.models import HeadsAsked, TrainingPolicy
from training.nominations import naming, reminders


class AskedToday(Exception):
    """They were asked on this day already."""


def all_heads() -> QuerySet[User]:
    return User.objects.filter(is_active=True, department__isnull=False, groups__name=Role.TEAM_LEADER)


def ask_heads(*, at: datetime) -> int:
    """Ask all of them; how many. Raises AskedToday."""
    with saying({"training_headsasked_asked_on_key": AskedToday}):
        asked = HeadsAsked.objects.create(asked_on=local_day(at))
        HeadsAsked.objects.exclude(pk=asked.pk).delete()
        return reminders.tell_heads(asked, list(all_heads()), at)


def ask_heads_due(*, at: datetime) -> int:
    """Ask them when it is time again; how many."""
    policy = TrainingPolicy.current()
    again_on = next_on(policy)
    if again_on is None or again_on > local_day(at) or not naming.may_name(policy):
        return 0
    with transaction.atomic():
        return ask_heads(at=at)


def next_on(policy: TrainingPolicy) -> date | None:
    """On which day they are asked again; None where they are not, or were never asked yet."""
    last = HeadsAsked.objects.order_by("-asked_on").first()
    if last is None or not policy.heads_asked_months:
        return None
    years, month = divmod(last.asked_on.month - 1 + policy.heads_asked_months, 12)
    year = last.asked_on.year + years
    return date(year, month + 1, min(last.asked_on.day, monthrange(year, month + 1)[1]))
