"""Writing and cancelling reminders, inside the transaction of whoever needs them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from notifications.models import Mail, Reminder


def reminder(
    *,
    key: str,
    kind: str,
    due_at: datetime,
    subject_id: UUID,
    url: str,
    recipient: User | None = None,
    role: Role | None = None,
) -> Reminder:
    """An unsaved reminder for one person or for everybody with a role; see `Reminder`."""
    return Reminder(
        key=key,
        kind=kind,
        due_at=due_at,
        subject_id=subject_id,
        url=url,
        recipient=recipient,
        role=role or "",
    )


def remind(reminders: Iterable[Reminder]) -> list[str]:
    """Write `reminders` in one statement; the keys that were written.

    A key that exists already is left as it is, unless it was cancelled before anybody saw it: then it counts
    again, with the new moment (a step that was undone, a follow-up that was moved). What is due now is swept
    as soon as this transaction commits, instead of within a minute.
    """
    return _write(reminders, move=False)


def send(mails: Iterable[Mail]) -> list[str]:
    """Write `mails`, unsaved, to people who may have no account: the kind's `outside` knows the address when
    one is sent. The keys that were written; a key that exists already is left as it is.
    """
    rows = {mail.key: mail for mail in mails}
    known = set(Mail.objects.filter(key__in=rows).values_list("key", flat=True))
    new = [mail for key, mail in rows.items() if key not in known]
    Mail.objects.bulk_create(new, ignore_conflicts=True)
    if any(mail.due_at <= timezone.now() for mail in new):
        nudge()
    return [mail.key for mail in new]


def cancel(*, subject_id: UUID, at: datetime, kinds: Iterable[str] | None = None) -> int:
    """Cancel the open reminders about `subject_id` (of `kinds`, or all); how many there were."""
    waiting = Reminder.objects.waiting().filter(subject_id=subject_id)
    if kinds is not None:
        waiting = waiting.filter(kind__in=list(kinds))
    return waiting.update(cancelled_at=at)


def settle(*, subject_id: UUID, kinds: Iterable[str], wanted: Iterable[Reminder], at: datetime) -> None:
    """Make `wanted` the open reminders of `kinds` about `subject_id`, in two statements.

    What is no longer wanted is cancelled, what is missing is written, what was cancelled and is wanted again
    opens again, what is open moves to its new moment. What was delivered stays delivered.
    """
    wanted = list(wanted)
    waiting = Reminder.objects.waiting().filter(subject_id=subject_id, kind__in=list(kinds))
    waiting.exclude(key__in=[reminder.key for reminder in wanted]).update(cancelled_at=at)
    _write(wanted, move=True)


def _write(reminders: Iterable[Reminder], *, move: bool) -> list[str]:
    """The keys that were written, opened again or, with `move`, moved."""
    # In the order of their keys, so that two transactions that write the same ones wait instead of deadlock.
    rows = sorted({reminder.key: reminder for reminder in reminders}.items())
    if not rows:
        return []
    columns = zip(
        *((r.id, key, r.kind, r.recipient_id, r.role, r.subject_id, r.url, r.due_at) for key, r in rows),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO notifications_reminder
                   (id, key, kind, recipient_id, role, subject_id, url, due_at, attempts, last_error)
            SELECT *, 0, ''
              FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::uuid[],
                          %s::text[], %s::uuid[], %s::text[], %s::timestamptz[])
            ON CONFLICT (key) DO UPDATE
               SET kind = excluded.kind, recipient_id = excluded.recipient_id, role = excluded.role,
                   url = excluded.url, due_at = excluded.due_at, cancelled_at = NULL,
                   attempts = 0, retry_at = NULL
             WHERE notifications_reminder.done_at IS NULL
               AND (notifications_reminder.cancelled_at IS NOT NULL
                    OR %s AND notifications_reminder.due_at <> excluded.due_at)
            RETURNING key
            """,
            [*(list(column) for column in columns), move],
        )
        written = [key for (key,) in cursor.fetchall()]
    if any(r.due_at <= timezone.now() for _key, r in rows):
        nudge()
    return written


def nudge() -> None:
    """Ask the worker for a pass when this transaction commits; once, however often it is asked.

    Only a nudge: without a broker the request lives, and the pass of the next minute finds the same rows.
    """
    if not any(hook[1] is _ask_for_sweep for hook in connection.run_on_commit):
        transaction.on_commit(_ask_for_sweep, robust=True)


def _ask_for_sweep() -> None:
    current_app.send_task("notifications.tasks.sweep", retry=False, expires=60)
