"""The sweep: what is due reaches people, in the app and then by mail.

One pass (`sweep`):

1. Claim due reminders, 500 at a time, with ``FOR UPDATE SKIP LOCKED``; there is no cut-off for late ones.
2. Ask each reminder's kind whether it still concerns its people (`notifications.rights`).
3. Write their notices and mails and mark the reminders done, in the transaction of the claim. Killed before
   its commit nothing has happened, and the next pass does it all; so a notice is written exactly once.
4. Send what is due by mail, outside of that transaction (`notifications.outbox`).

Two passes at once, a killed one and a second beat are harmless.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from notifications import failure, kinds, outbox, rights
from notifications.models import Heartbeat, Reminder
from notifications.quiet_hours import mailable_from

logger = structlog.get_logger(__name__)

BATCH = 500
#: Stands for the notice's id in its address, until the database has given it one.
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Swept:
    """What one pass did: reminders dealt with, mails that left, mails that failed."""

    shown: int = 0
    sent: int = 0
    failed: int = 0


def sweep(*, at: datetime) -> Swept:
    """One pass over what is due at `at` (aware)."""
    if not _anything_due(at):
        return Swept()
    shown = 0
    while claimed := show_batch(at=at):
        shown += claimed
    sent = outbox.send_due(at=at)
    # A mail that failed for the fifth time has left a reminder for the administrator.
    while claimed := show_batch(at=at):
        shown += claimed
    return Swept(shown, sent.sent, sent.failed)


def run(*, at: datetime) -> Swept:
    """One pass, and the sign of life that the health check and an outside monitor read."""
    swept = sweep(at=at)
    Heartbeat.record(Heartbeat.SWEEP, at=at, count=swept.shown + swept.sent)
    return swept


def _anything_due(at: datetime) -> bool:
    """In one statement without a transaction: most passes find nothing, whatever the future holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (SELECT FROM notifications_reminder
                           WHERE done_at IS NULL AND cancelled_at IS NULL AND due_at <= %(at)s)
                OR EXISTS (SELECT FROM notifications_mail
                           WHERE sent_at IS NULL AND dropped_at IS NULL AND due_at <= %(at)s)
            """,
            {"at": at},
        )
        (due,) = cursor.fetchone()
    return bool(due)


class Claimed(NamedTuple):
    """What a pass needs of a reminder."""

    id: UUID
    kind: str
    recipient: UUID | None
    role: str
    subject: UUID


@transaction.atomic
def show_batch(*, at: datetime) -> int:
    """Claim at most 500 due reminders, show them to their people, mark them done; how many were claimed."""
    reminders = _claim(at)
    if not reminders:
        return 0
    addressed, failed = _addressed(reminders)
    answers = rights.ask([(reminder.kind, user, reminder.subject) for reminder, user in addressed])
    shown = []
    for (reminder, user), answer in zip(addressed, answers, strict=True):
        if isinstance(answer, Exception):
            failed[reminder.id] = answer
        elif answer:
            shown.append((reminder.id, user.id))
    _write(shown, at)
    done = [reminder.id for reminder in reminders if reminder.id not in failed]
    Reminder.objects.filter(id__in=done).update(done_at=at, last_error="")
    _postpone(failed, at)
    return len(reminders)


def _claim(at: datetime) -> list[Claimed]:
    free = Q(retry_at=None) | Q(retry_at__lte=at)
    # No wait is this long: it was written before the clock was put back.
    free |= Q(retry_at__gt=at + failure.LONGEST_WAIT)
    due = Reminder.objects.waiting().filter(free, due_at__lte=at).order_by("due_at")
    claimed = due.select_for_update(skip_locked=True).values_list(
        "id", "kind", "recipient_id", "role", "subject_id"
    )
    return [Claimed(*row) for row in claimed[:BATCH]]


class NobodyToTell(Exception):
    """Nobody in service has the role that a reminder is for. It waits, and delivery's page shows it."""


def _addressed(
    reminders: Sequence[Claimed],
) -> tuple[list[tuple[Claimed, User]], dict[UUID, Exception]]:
    """Each reminder with everybody it is for, and those that have nobody.

    What was for somebody who left goes to the coordinators.
    """
    users = rights.users_with_roles(r.recipient for r in reminders if r.recipient)
    role_of = {
        r.id: r.role or Role.COORDINATOR
        for r in reminders
        if not r.recipient or not users[r.recipient].is_active
    }
    holders = rights.holders(set(role_of.values())) if role_of else {}
    users |= rights.users_with_roles(id_ for ids in holders.values() for id_ in ids) if holders else {}
    addressed: list[tuple[Claimed, User]] = []
    failed: dict[UUID, Exception] = {}
    for reminder in reminders:
        if reminder.recipient and reminder.id not in role_of:
            addressed.append((reminder, users[reminder.recipient]))
        elif ids := holders[role_of[reminder.id]]:
            addressed += [(reminder, users[id_]) for id_ in ids]
        else:
            failed[reminder.id] = NobodyToTell()
    return addressed, failed


def _write(shown: Sequence[tuple[UUID, UUID]], at: datetime) -> None:
    """The notices of these (reminder, user) pairs and their mails, in one statement.

    What an earlier try of the same reminder wrote stays as it is.
    """
    if not shown:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH noticed AS (
                INSERT INTO notifications_notice (id, reminder_id, user_id, kind, subject_id, url, created_at)
                SELECT gen_random_uuid(), reminder.id, shown.user_id, reminder.kind, reminder.subject_id,
                       reminder.url, %(at)s
                  FROM unnest(%(reminders)s::uuid[], %(users)s::uuid[]) AS shown (reminder_id, user_id)
                  JOIN notifications_reminder reminder ON reminder.id = shown.reminder_id
                ON CONFLICT (reminder_id, user_id) DO NOTHING
                RETURNING id, reminder_id, user_id, kind, subject_id
            )
            INSERT INTO notifications_mail
                   (id, key, kind, user_id, subject_id, url, due_at, attempts, last_error)
            SELECT gen_random_uuid(), reminder_id || ':' || user_id, kind, user_id, subject_id,
                   replace(%(url)s, %(nobody)s, noticed.id::text),
                   CASE WHEN kind = ANY(%(urgent)s) THEN %(at)s ELSE %(morning)s END, 0, ''
              FROM noticed JOIN accounts_user ON accounts_user.id = user_id
             WHERE kind = ANY(%(mailed)s) AND accounts_user.email <> ''
            ON CONFLICT (key) DO NOTHING
            """,
            {
                "at": at,
                "morning": mailable_from(at),
                "reminders": [reminder for reminder, _user in shown],
                "users": [user for _reminder, user in shown],
                "url": reverse("notice-open", args=[NOBODY]),
                "nobody": str(NOBODY),
                "urgent": kinds.urgent(),
                "mailed": kinds.mailed(),
            },
        )


def _postpone(errors: dict[UUID, Exception], at: datetime) -> None:
    reminders = list(Reminder.objects.filter(id__in=errors)) if errors else []
    for reminder in reminders:
        error = errors[reminder.id]
        reminder.attempts += 1
        reminder.retry_at = at + failure.wait_after(reminder.attempts)
        reminder.last_error = failure.describe(error)
        logger.error(
            "reminder.failed",
            kind=reminder.kind,
            reminder=str(reminder.id),
            attempts=reminder.attempts,
            error=reminder.last_error,
        )
    Reminder.objects.bulk_update(reminders, ["attempts", "retry_at", "last_error"])
    failure.alarm(attempts=max((reminder.attempts for reminder in reminders), default=0), at=at)
