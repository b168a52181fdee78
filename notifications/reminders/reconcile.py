"""Finding reminders and mails that should exist and do not. The norm is none; one found is our error, put
right.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

import structlog
from django.db import connection

from notifications.models import Heartbeat, Mail, Reminder
from notifications.reminders.schedule import remind, send

logger = structlog.get_logger(__name__)

Row = TypeVar("Row")

CHUNK = 1000

#: Each room adds, when it starts, a function that yields every reminder its open things need at a moment:
#: the same keys as it writes itself. A need that was met already is yielded too or not, as is easier.
expectations: list[Callable[[datetime], Iterable[Reminder]]] = []
#: The same for mails to people who may have no account.
expected_mails: list[Callable[[datetime], Iterable[Mail]]] = []


def reconcile(*, at: datetime) -> int:
    """Write everything expected that is missing; how many there were. A thousand at a time, each thousand a
    transaction of its own, and nothing that is as it should be is locked or written.
    """
    missing = 0
    for expected in expectations:
        for chunk in _chunks(expected(at)):
            missing += _report(remind(_missing(chunk)))
    for expected_mail in expected_mails:
        for mails in _chunks(expected_mail(at)):
            missing += _report(send(mails))
    return missing


def expected_keys(*, at: datetime) -> set[str]:
    """The keys of every reminder that is expected at `at`."""
    return {reminder.key for expected in expectations for reminder in expected(at)}


def run(*, at: datetime) -> int:
    """`reconcile`, its result kept for the page about delivery."""
    missing = reconcile(at=at)
    Heartbeat.record(Heartbeat.RECONCILE, at=at, count=missing)
    return missing


def _missing(reminders: list[Reminder]) -> list[Reminder]:
    """Those that do not exist, or were cancelled before anybody saw them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT key FROM notifications_reminder
             WHERE key = ANY(%s) AND (done_at IS NOT NULL OR cancelled_at IS NULL)
            """,
            [[reminder.key for reminder in reminders]],
        )
        known = {key for (key,) in cursor.fetchall()}
    return [reminder for reminder in reminders if reminder.key not in known]


def _report(keys: list[str]) -> int:
    for key in keys:
        logger.error("reminder.missing", key=key)
    return len(keys)


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
