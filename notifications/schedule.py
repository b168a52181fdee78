"""Writing and cancelling reminders, inside the transaction of whoever needs them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

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


def remind(reminders: Iterable[Reminder]) -> None:
    """Write `reminders`, in one statement; a key that exists already is left as it is."""
    Reminder.objects.bulk_create(reminders, ignore_conflicts=True)


def mail(*, key: str, kind: str, due_at: datetime, subject_id: UUID) -> None:
    """A mail to somebody who may have no account: the kind's `outside` knows the address when it is sent."""
    Mail.objects.bulk_create(
        [Mail(key=key, kind=kind, due_at=due_at, subject_id=subject_id)], ignore_conflicts=True
    )


def cancel(*, subject_id: UUID, at: datetime, kinds: Iterable[str] | None = None) -> int:
    """Cancel the open reminders about `subject_id` (of `kinds`, or all); how many there were."""
    waiting = Reminder.objects.filter(subject_id=subject_id, done_at__isnull=True, cancelled_at__isnull=True)
    if kinds is not None:
        waiting = waiting.filter(kind__in=list(kinds))
    return waiting.update(cancelled_at=at)


def settle(*, subject_id: UUID, kinds: Iterable[str], wanted: Iterable[Reminder], at: datetime) -> None:
    """Make `wanted` the open reminders of `kinds` about `subject_id`, in two statements.

    What is no longer wanted is cancelled, what is missing is written, what was cancelled and is wanted again
    opens again. What was delivered stays delivered.
    """
    wanted = list(wanted)
    waiting = Reminder.objects.filter(
        subject_id=subject_id, kind__in=list(kinds), done_at__isnull=True, cancelled_at__isnull=True
    )
    waiting.exclude(key__in=[reminder.key for reminder in wanted]).update(cancelled_at=at)
    Reminder.objects.bulk_create(
        wanted, update_conflicts=True, unique_fields=["key"], update_fields=["due_at", "cancelled_at"]
    )
