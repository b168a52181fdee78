"""How delivery goes, without a name: for who keeps it going."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from notifications.models import Heartbeat, Mail, Reminder
from notifications.notices.listing import line_of
from notifications.reminders.failure import DELIVERY, TRIAL
from notifications.reminders.schedule import nudge, remind, reminder
from notifications.visible_rows import NOBODY_TO_TELL

#: Due for longer than this and not delivered: late. The engine runs each minute.
LATE_AFTER = timedelta(minutes=5)
#: The nightly search for missing reminders has its day, and an hour.
RECONCILED_WITHIN = timedelta(hours=25)
#: More than this are not counted.
COUNTED = 1000
SHOWN = 20


#: What the engine itself answers, in words.
ANSWERS = {NOBODY_TO_TELL: _("Nobody in service has the role that this is for, and can take it up.")}


@dataclass(frozen=True)
class FailingDelivery:
    """Something that did not arrive: what it says, since when it is due, and the answer that came. `next_at`
    is None while the next pass takes it, or a worker has it in hand.
    """

    id: UUID
    text: str
    due_at: datetime
    attempts: int
    answer: str
    next_at: datetime | None


@dataclass(frozen=True)
class Overview:
    """Counts stop at 1000 of each, reminders and mails; `mails` and `reminders` are those that failed at
    least once, the 20 oldest of each. `is_reconciled`: looked for missing reminders in the last day.
    """

    swept: Heartbeat | None
    reconciled: Heartbeat | None
    is_reconciled: bool
    waiting: int
    late: int
    failing: int
    mails: Sequence[FailingDelivery]
    reminders: Sequence[FailingDelivery]

    @property
    def shown(self) -> int:
        return len(self.mails) + len(self.reminders)


def overview(*, user: User, at: datetime) -> Overview:
    """The state of delivery at `at` as `user` sees it, in nine statements whatever the number of rows."""
    beats = Heartbeat.objects.in_bulk([Heartbeat.SWEEP, Heartbeat.RECONCILE])
    reconciled = beats.get(Heartbeat.RECONCILE)
    mails = Mail.objects.visible_to(user).waiting().filter(due_at__lte=at)
    reminders = Reminder.objects.visible_to(user).waiting().filter(due_at__lte=at)
    return Overview(
        swept=beats.get(Heartbeat.SWEEP),
        reconciled=reconciled,
        is_reconciled=reconciled is not None and at - reconciled.at < RECONCILED_WITHIN,
        waiting=_count(reminders, mails),
        late=_count(*(rows.filter(due_at__lte=at - LATE_AFTER) for rows in (reminders, mails))),
        failing=_count(*(rows.filter(attempts__gt=0) for rows in (reminders, mails))),
        mails=_failing(mails),
        reminders=_failing(reminders),
    )


def _count(*querysets: QuerySet[Any]) -> int:
    return sum(queryset.values("pk")[:COUNTED].count() for queryset in querysets)


def _failing(rows: QuerySet[Any]) -> list[FailingDelivery]:
    failed = rows.filter(attempts__gt=0).order_by("due_at", "id")[:SHOWN]
    return [
        FailingDelivery(
            id=row.id,
            text=line_of(row.kind),
            due_at=row.due_at,
            attempts=row.attempts,
            answer=str(ANSWERS.get(row.last_error, row.last_error)),
            next_at=row.retry_at,
        )
        for row in failed
    ]


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
def resend(*, by: User, at: datetime, only: UUID | None = None) -> int:
    """Have what failed tried again by a pass that is asked for now, or `only` this mail or reminder; how many
    wait no longer.

    What a worker has in hand stays in its hand. Asked twice it changes nothing the second time. Failures stay
    counted until the message arrives, so the alarm does too.
    """
    resent = 0
    for rows in (Mail.objects.waiting(), Reminder.objects.waiting()):
        held = rows.filter(retry_at__isnull=False)
        resent += (held.filter(pk=only) if only else held).update(retry_at=None)
    if resent:
        _log(str(only or "all"), by, at)
        nudge()
    return resent


@transaction.atomic
def give_up(*, what: Mail | Reminder, by: User, at: datetime) -> bool:
    """Try `what` no more: a mail, whose notice in the app stays, or a reminder that failed, which nobody
    sees. False when there was nothing left to give up.

    A reminder is done and cancelled at once, so that the nightly search does not write it again.
    """
    if isinstance(what, Mail):
        given_up = Mail.objects.waiting().filter(pk=what.pk).update(dropped_at=at, lease_until=None)
    else:
        failing = Reminder.objects.waiting().filter(pk=what.pk, attempts__gt=0)
        given_up = failing.update(done_at=at, cancelled_at=at)
    if given_up:
        _log(str(what.pk), by, at)
    return bool(given_up)


def _log(what: str, by: User, at: datetime) -> None:
    audit.record(
        action=AccessAction.CHANGE,
        user=by,
        role=Role.ADMIN,
        access_point="delivery",
        object_kind="delivery",
        object_ref=what,
        basis="administration",
        at=at,
    )
