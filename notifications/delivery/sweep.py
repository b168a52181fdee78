"""The sweep: what is due reaches people, in the app and then by mail.

One pass (`sweep`):

1. Claim due reminders, 500 at a time, with ``FOR UPDATE SKIP LOCKED``; there is no cut-off for late ones.
2. Find whom they reach (`delivery.recipients`), and ask each reminder's kind whether it still concerns
   them (`notifications.reminders.still_concerns`).
3. Write their notices and mails and mark the reminders done, in the transaction of the claim. Killed before
   its commit nothing has happened, and the next pass does it all; so a notice is written exactly once.
4. Send what is due by mail, outside of that transaction (`notifications.delivery.outbox`).

Two passes at once, a killed one and a second beat are harmless. What is only news waits for the mail of the
day, which is written apart from the passes (`notifications.delivery.digest`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.urls import reverse

from notifications.delivery import digest, mail_hours, outbox, recipients
from notifications.delivery.recipients import Addressed, Claimed, NobodyToTell, ShownTo
from notifications.models import DeliveryPolicy, Heartbeat, Reminder
from notifications.reminders import failure, kinds, still_concerns
from notifications.reminders.still_concerns import Answer

logger = structlog.get_logger(__name__)

BATCH = 500
#: The one mail of each person for what waits until the quiet hours are over, made with the first of it, and
#: of those to whom several things leave at once; in SQL, from the people and moments of ``shown``. Two passes
#: at once wait for each other at it.
WAITING = """
                INSERT INTO notifications_mail
                       (id, key, kind, user_id, subject_id, url, due_at, attempts, last_error)
                SELECT gen_random_uuid(),
                       CASE WHEN mail_at > %(at)s
                            THEN 'waited:' || user_id || ':' || extract(epoch FROM mail_at)
                            ELSE 'together:' || user_id || ':' || %(pass)s END,
                       CASE WHEN mail_at <= %(at)s AND user_id = ANY(%(urgently)s::uuid[])
                            THEN %(urgent_together)s ELSE %(waited)s END,
                       user_id, user_id, %(notices)s, mail_at, 0, ''
                  FROM (SELECT DISTINCT user_id, mail_at FROM shown
                         WHERE mailed AND (mail_at > %(at)s OR user_id = ANY(%(together)s::uuid[]))
                         ORDER BY user_id, mail_at) people
                ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at
                RETURNING id, user_id, due_at"""
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


@transaction.atomic
def show_batch(*, at: datetime) -> int:
    """Claim at most 500 due reminders, show them to their people, mark them done; how many were claimed."""
    reminders = _claim(at)
    if not reminders:
        return 0
    audience = recipients.audience(reminders, at=at)
    asked, failed = audience.addressed, audience.failed
    answers = still_concerns.ask([(reminder.kind, user, reminder.subject) for reminder, user, _away in asked])
    failed |= {
        each.reminder.id: answer
        for each, answer in zip(asked, answers, strict=True)
        if isinstance(answer, Exception)
    }
    wanted = [each for each, answer in zip(asked, answers, strict=True) if answer is True]
    failed |= _left_to_nobody(asked, answers)
    policy = DeliveryPolicy.current()
    morning = mail_hours.before_the_morning(at, policy=policy)
    shown = recipients.by_channel(wanted, audience.substitutes, in_the_morning=morning)
    singles, bundles = _bundled(shown, failed)
    mail_at = mail_hours.mailed_at_of_each(at=at, policy=policy)
    about_mail = _about_mail(at) | _together([*([each] for each in singles), *bundles], at, mail_at)
    _write(singles, at, about_mail, mail_at)
    _write_bundles(bundles, at, about_mail, mail_at)
    done = [reminder.id for reminder in reminders if reminder.id not in failed]
    Reminder.objects.filter(id__in=done).update(done_at=at, last_error="")
    _postpone(failed, at)
    without = {each.role for each in reminders if isinstance(failed.get(each.id), NobodyToTell)}
    failure.nobody_left(roles=without, at=at)
    return len(reminders)


def _left_to_nobody(asked: Sequence[Addressed], answers: Sequence[Answer]) -> dict[UUID, Exception]:
    """What is for a role, and would concern nobody but who is put aside for its event."""
    aside = {each.reminder.id for each, answer in zip(asked, answers, strict=True) if answer is None}
    taken = {each.reminder.id for each, answer in zip(asked, answers, strict=True) if answer}
    return {
        each.reminder.id: NobodyToTell()
        for each in asked
        if each.reminder.role and each.reminder.id in aside - taken
    }


def _claim(at: datetime) -> list[Claimed]:
    free = failure.is_past("retry_at", at=at)
    due = Reminder.objects.waiting().filter(free, due_at__lte=at).order_by("due_at")
    claimed = due.select_for_update(skip_locked=True).values_list(
        "id", "kind", "recipient_id", "role", "subject_id", "attempts"
    )
    return [Claimed(*row) for row in claimed[:BATCH]]


def _bundled(
    shown: Sequence[ShownTo], failed: dict[UUID, Exception]
) -> tuple[list[ShownTo], list[list[ShownTo]]]:
    """What is shown one by one, and what is shown together: several of a kind that has words for it, to one
    person. Never what may be shown again, for somebody else it could not be judged for: it would count twice.
    """
    singles: list[ShownTo] = []
    together: defaultdict[tuple[UUID, str], list[ShownTo]] = defaultdict(list)
    for each in shown:
        reminder = each.reminder
        if kinds.get(reminder.kind).bundle and not reminder.attempts and reminder.id not in failed:
            together[each.user, reminder.kind].append(each)
        else:
            singles.append(each)
    singles += [alone for (alone, *others) in together.values() if not others]
    return singles, [bundle for bundle in together.values() if len(bundle) > 1]


def _write(
    shown: Sequence[ShownTo], at: datetime, about_mail: dict[str, Any], mail_at: Mapping[str, datetime]
) -> None:
    """The notices of `shown` and their mails, in one statement.

    What an earlier try of the same reminder wrote stays as it is.
    """
    if not shown:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH shown AS (
                SELECT shown.*, reminder.kind, reminder.subject_id, reminder.url
                  FROM unnest(%(reminders)s::uuid[], %(users)s::uuid[], %(away)s::uuid[],
                              %(mailed)s::boolean[], %(digested)s::boolean[], %(mail_at)s::timestamptz[])
                       AS shown (reminder_id, user_id, instead_of_id, mailed, digested, mail_at)
                  JOIN notifications_reminder reminder ON reminder.id = reminder_id
            ), waiting AS ({WAITING}
            ), noticed AS (
                INSERT INTO notifications_notice (id, reminder_id, user_id, instead_of_id, kind, subject_id,
                                                  url, created_at, awaits_digest, digest_id)
                SELECT gen_random_uuid(), reminder_id, shown.user_id, instead_of_id, shown.kind,
                       shown.subject_id, shown.url, %(at)s, digested, waiting.id
                  FROM shown LEFT JOIN waiting
                       ON mailed AND waiting.user_id = shown.user_id AND waiting.due_at = mail_at
                ON CONFLICT (reminder_id, user_id) DO NOTHING
                RETURNING id, reminder_id, user_id
            )
            INSERT INTO notifications_mail
                   (id, key, kind, user_id, subject_id, url, due_at, attempts, last_error)
            SELECT gen_random_uuid(), reminder_id || ':' || user_id, kind, user_id, subject_id,
                   replace(%(url)s, %(nobody)s, noticed.id::text), mail_at, 0, ''
              FROM noticed JOIN shown USING (reminder_id, user_id)
             WHERE mailed AND mail_at <= %(at)s AND user_id <> ALL(%(together)s::uuid[])
            ON CONFLICT (key) DO NOTHING
            """,  # nosec B608  # WAITING is a constant of this module
            {
                "reminders": [each.reminder.id for each in shown],
                "users": [each.user for each in shown],
                "away": [each.instead_of for each in shown],
                "mailed": [each.mailed for each in shown],
                "digested": [each.digested for each in shown],
                "mail_at": [mail_at[each.reminder.kind] for each in shown],
                **about_mail,
            },
        )


def _write_bundles(
    bundles: Sequence[Sequence[ShownTo]],
    at: datetime,
    about_mail: dict[str, Any],
    mail_at: Mapping[str, datetime],
) -> None:
    """One notice and one mail for each of `bundles`, in one statement.

    A bundle of the same kind that its reader has not read yet grows, and stands on top again. All that is
    shown in one pass is mailed once, however many batches it takes.
    """
    if not bundles:
        return
    first = [bundle[0] for bundle in bundles]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH shown AS (
                SELECT *
                  FROM unnest(%(reminders)s::uuid[], %(users)s::uuid[], %(kinds)s::text[],
                              %(urls)s::text[], %(counts)s::integer[], %(mailed)s::boolean[],
                              %(digested)s::boolean[], %(mail_at)s::timestamptz[])
                       AS shown (reminder_id, user_id, kind, url, count, mailed, digested, mail_at)
            ), waiting AS ({WAITING}
            ), noticed AS (
                INSERT INTO notifications_notice AS old (id, reminder_id, user_id, kind, subject_id, url,
                                                         created_at, awaits_digest, count, digest_id)
                SELECT gen_random_uuid(), reminder_id, shown.user_id, shown.kind, %(many)s, shown.url, %(at)s,
                       digested, count, waiting.id
                  FROM shown LEFT JOIN waiting
                       ON mailed AND waiting.user_id = shown.user_id AND waiting.due_at = mail_at
                 ORDER BY shown.user_id, shown.kind
                ON CONFLICT (user_id, kind) WHERE read_at IS NULL AND count > 1
                DO UPDATE SET count = old.count + excluded.count, created_at = excluded.created_at,
                              awaits_digest = excluded.awaits_digest,
                              digest_id = coalesce(excluded.digest_id, old.digest_id)
                RETURNING id, user_id, kind
            )
            INSERT INTO notifications_mail
                   (id, key, kind, user_id, subject_id, url, due_at, attempts, last_error)
            SELECT gen_random_uuid(), 'bundle:' || noticed.id || ':' || extract(epoch FROM %(at)s), kind,
                   user_id, %(many)s, replace(%(url)s, %(nobody)s, noticed.id::text), mail_at, 0, ''
              FROM noticed JOIN shown USING (user_id, kind)
             WHERE mailed AND mail_at <= %(at)s AND user_id <> ALL(%(together)s::uuid[])
            ON CONFLICT (key) DO NOTHING
            """,  # nosec B608  # WAITING is a constant of this module
            {
                "reminders": [each.reminder.id for each in first],
                "users": [each.user for each in first],
                "kinds": [each.reminder.kind for each in first],
                "urls": [_page_of(each.reminder.kind) for each in first],
                "counts": [len(bundle) for bundle in bundles],
                "mailed": [any(each.mailed for each in bundle) for bundle in bundles],
                "digested": [any(each.digested for each in bundle) for bundle in bundles],
                "mail_at": [mail_at[each.reminder.kind] for each in first],
                "many": kinds.MANY,
                **about_mail,
            },
        )


def _together(
    mails: Sequence[Sequence[ShownTo]], at: datetime, mail_at: Mapping[str, datetime]
) -> dict[str, Any]:
    """To whom several of `mails` would leave at once: they get one that speaks for all of it."""
    leaving: defaultdict[UUID, list[bool]] = defaultdict(list)
    for shown in mails:
        kind = kinds.get(shown[0].reminder.kind)
        if any(each.mailed for each in shown) and mail_at[kind.code] <= at:
            leaving[shown[0].user].append(kind.urgent)
    together = {user: urgent for user, urgent in leaving.items() if len(urgent) > 1}
    return {
        "together": list(together),
        "urgently": [user for user, urgent in together.items() if any(urgent)],
        "urgent_together": digest.TOGETHER.code,
        "pass": str(min((shown[0].reminder.id for shown in mails), default="")),
    }


def _page_of(code: str) -> str:
    bundle = kinds.get(code).bundle
    return reverse(bundle.page) if bundle else ""


def _about_mail(at: datetime) -> dict[str, Any]:
    """Where mails lead, and which one speaks for what waits."""
    return {
        "at": at,
        "url": reverse("notice-open", args=[NOBODY]),
        "waited": digest.WAITED.code,
        "notices": reverse("notices"),
        "nobody": str(NOBODY),
    }


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
    # That a role has nobody is said apart: nothing is wrong with delivery.
    vain = (r.attempts for r in reminders if not isinstance(errors[r.id], NobodyToTell))
    failure.alarm(attempts=max(vain, default=0), at=at)
