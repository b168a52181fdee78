"""How delivery goes, without a name: for who keeps it going."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from notifications.centre import line_of
from notifications.failure import DELIVERY, TRIAL
from notifications.models import Heartbeat, Mail, Reminder
from notifications.schedule import nudge, remind, reminder

#: Due for longer than this and not delivered: late. The engine runs each minute.
LATE_AFTER = timedelta(minutes=5)
#: More than this are not counted.
COUNTED = 1000
SHOWN = 50


@dataclass(frozen=True)
class Failing:
    """Something that did not arrive: what it says, since when it is due, and the answer that came."""

    item: Mail | Reminder
    text: str
    due_at: datetime
    attempts: int
    answer: str
    next_at: datetime | None


@dataclass(frozen=True)
class Overview:
    """Counts stop at 1000; `mails` and `reminders` are those that failed at least once, 50 at most."""

    swept: Heartbeat | None
    reconciled: Heartbeat | None
    waiting: int
    late: int
    mails: Sequence[Failing]
    reminders: Sequence[Failing]


def overview(*, at: datetime) -> Overview:
    """The state of delivery at `at`, in six statements whatever the number of rows."""
    beats = Heartbeat.objects.in_bulk([Heartbeat.SWEEP, Heartbeat.RECONCILE])
    due = {"due_at__lte": at}
    late = {"due_at__lte": at - LATE_AFTER}
    mails = Mail.objects.waiting().filter(attempts__gt=0, **due).order_by("due_at", "id")[:SHOWN]
    reminders = Reminder.objects.waiting().filter(attempts__gt=0, **due).order_by("due_at", "id")[:SHOWN]
    return Overview(
        swept=beats.get(Heartbeat.SWEEP),
        reconciled=beats.get(Heartbeat.RECONCILE),
        waiting=_count(Reminder.objects.waiting().filter(**due), Mail.objects.waiting().filter(**due)),
        late=_count(Reminder.objects.waiting().filter(**late), Mail.objects.waiting().filter(**late)),
        mails=[_failing(mail, mail.lease_until) for mail in mails],
        reminders=[_failing(reminder, reminder.retry_at) for reminder in reminders],
    )


def _count(*querysets: QuerySet[Any]) -> int:
    return sum(queryset.values("pk")[:COUNTED].count() for queryset in querysets)


def _failing(item: Mail | Reminder, next_at: datetime | None) -> Failing:
    return Failing(item, line_of(item.kind), item.due_at, item.attempts, item.last_error, next_at)


@transaction.atomic
def send_trial(*, to: User, at: datetime) -> None:
    """A reminder to oneself, in the app and by mail, the way that all go."""
    trial = reminder(
        key=f"delivery:trial:{uuid4()}",
        kind=TRIAL.code,
        recipient=to,
        subject_id=DELIVERY,
        url=reverse("delivery"),
        due_at=at,
    )
    remind([trial])


@transaction.atomic
def resend(*, mail: Mail) -> None:
    """Try `mail` again in the next pass, asked for now. Its failures stay counted until it arrives."""
    Mail.objects.waiting().filter(pk=mail.pk).update(lease_until=None)
    nudge()


def give_up(*, mail: Mail, at: datetime) -> None:
    """Try `mail` no more; the notice in the app stays."""
    Mail.objects.waiting().filter(pk=mail.pk).update(dropped_at=at, lease_until=None)
