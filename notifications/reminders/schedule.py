"""Writing and cancelling reminders, inside the transaction of whoever needs them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
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
    recipient: User | UUID | None = None,
    role: Role | None = None,
) -> Reminder:
    """An unsaved reminder for one person (an account, or its id) or for everybody with a role; see
    `Reminder`.
    """
    return Reminder(
        key=key,
        kind=kind,
        due_at=due_at,
        subject_id=subject_id,
        url=url,
        recipient_id=recipient.pk if isinstance(recipient, User) else recipient,
        role=role or "",
    )


def remind(reminders: Iterable[Reminder]) -> list[str]:
    """Write `reminders` in one statement; the keys that were written.

    A key that exists already is left as it is, unless it was cancelled before anybody saw it: then it counts
    again, with the new moment (a step that was undone, a follow-up that was moved). What is due now is swept
    as soon as this transaction commits, instead of within a minute.
    """
    rows = _in_order(reminders)
    return _execute(_WRITE, rows, {"move": False}) if rows else []


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


def settle_mails(*, subject_id: UUID, kinds: Iterable[str], wanted: Sequence[Mail], at: datetime) -> None:
    """Make `wanted` (of `send`) the waiting mails of `kinds` about `subject_id`: what is no longer wanted is
    dropped, and what was dropped and is wanted again waits again. What was sent stays sent.
    """
    keys = [mail.key for mail in wanted]
    unsent = Mail.objects.filter(subject_id=subject_id, kind__in=list(kinds), sent_at=None)
    unsent.filter(dropped_at=None).exclude(key__in=keys).update(dropped_at=at)
    unsent.filter(key__in=keys).exclude(dropped_at=None).update(dropped_at=None)
    send(wanted)


def cancel(*, subject_id: UUID, at: datetime, kinds: Iterable[str] | None = None) -> int:
    """Cancel the open reminders about `subject_id` (of `kinds`, or all); how many there were."""
    return cancel_each([subject_id], at=at, kinds=kinds)


def cancel_each(subjects: Iterable[UUID], *, at: datetime, kinds: Iterable[str] | None = None) -> int:
    """As `cancel`, about each of `subjects`, in one statement."""
    waiting = Reminder.objects.waiting().filter(subject_id__in=list(subjects))
    if kinds is not None:
        waiting = waiting.filter(kind__in=list(kinds))
    return waiting.update(cancelled_at=at)


def settle(*, subject_id: UUID, kinds: Iterable[str], wanted: Iterable[Reminder], at: datetime) -> None:
    """Make `wanted` the open reminders of `kinds` about `subject_id`, in one statement.

    What is no longer wanted is cancelled, what is missing is written, what was cancelled and is wanted again
    opens again, what is open moves to its new moment. What was delivered stays delivered.
    """
    about = {"subject": subject_id, "kinds": list(kinds), "at": at}
    _execute(f"WITH unwanted AS ({_CANCEL}) {_WRITE}", _in_order(wanted), {**about, "move": True})


#: What is open of some kinds, but for the keys that are written.
_CANCEL = """
    UPDATE notifications_reminder
       SET cancelled_at = %(at)s
     WHERE done_at IS NULL AND cancelled_at IS NULL
       AND subject_id = %(subject)s AND kind = ANY(%(kinds)s) AND key <> ALL(%(keys)s::text[])
    """
#: What is open already is left as it is, or with `move` gets its new moment.
_WRITE = """
    INSERT INTO notifications_reminder
           (id, key, kind, recipient_id, role, subject_id, url, due_at, attempts, last_error)
    SELECT *, 0, ''
      FROM unnest(%(ids)s::uuid[], %(keys)s::text[], %(kind_of_each)s::text[], %(recipients)s::uuid[],
                  %(roles)s::text[], %(subjects)s::uuid[], %(urls)s::text[], %(moments)s::timestamptz[])
    ON CONFLICT (key) DO UPDATE
       SET kind = excluded.kind, recipient_id = excluded.recipient_id, role = excluded.role,
           url = excluded.url, due_at = excluded.due_at, cancelled_at = NULL,
           attempts = 0, retry_at = NULL
     WHERE notifications_reminder.done_at IS NULL
       AND (notifications_reminder.cancelled_at IS NOT NULL
            OR %(move)s AND notifications_reminder.due_at <> excluded.due_at)
    RETURNING key
    """


def _in_order(reminders: Iterable[Reminder]) -> list[Reminder]:
    """Each key once, so ordered that two transactions that write the same ones wait instead of deadlock."""
    return [row for _key, row in sorted({reminder.key: reminder for reminder in reminders}.items())]


def _execute(statement: str, rows: Sequence[Reminder], values: Mapping[str, Any]) -> list[str]:
    """The keys that were written, opened again or moved."""
    columns: dict[str, Any] = {
        "ids": [row.id for row in rows],
        "keys": [row.key for row in rows],
        "kind_of_each": [row.kind for row in rows],
        "recipients": [row.recipient_id for row in rows],
        "roles": [row.role for row in rows],
        "subjects": [row.subject_id for row in rows],
        "urls": [row.url for row in rows],
        "moments": [row.due_at for row in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, {**columns, **values})
        written = [key for (key,) in cursor.fetchall()]
    if any(row.due_at <= timezone.now() for row in rows):
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
