"""Finding reminders that should exist and do not. The norm is none; one found is our error, put right."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

import structlog

from notifications.models import Heartbeat, Reminder
from notifications.schedule import remind

logger = structlog.get_logger(__name__)

CHUNK = 1000

#: Each room adds, when it starts, a function that yields every reminder its open things need at a moment:
#: the same keys as it writes itself. A need that was met already is yielded too or not, as is easier.
expectations: list[Callable[[datetime], Iterable[Reminder]]] = []


def reconcile(*, at: datetime) -> int:
    """Write every expected reminder that is missing; how many there were."""
    missing = 0
    for expected in expectations:
        for chunk in _chunks(expected(at)):
            written = remind(chunk)
            for key in written:
                logger.error("reminder.missing", key=key)
            missing += len(written)
    return missing


def expected_keys(*, at: datetime) -> set[str]:
    """The keys of everything that is expected at `at`."""
    return {reminder.key for expected in expectations for reminder in expected(at)}


def run(*, at: datetime) -> int:
    """`reconcile`, its result kept for the page about delivery."""
    missing = reconcile(at=at)
    Heartbeat.record(Heartbeat.RECONCILE, at=at, count=missing)
    return missing


def _chunks(reminders: Iterable[Reminder]) -> Iterator[list[Reminder]]:
    remaining = iter(reminders)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
