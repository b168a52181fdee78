"""The reminder engine by a clock that a test moves: a real worker, and beat's own scheduler and schedule.

The clock stands still but when it is put forth, in this process and in the worker's at once. It stops at
every moment at which the engine has something to do, so that what follows carries that very moment.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from celery.signals import before_task_publish
from django.conf import settings
from django.db.models import Min
from redis import Redis

from benchmarks.faults.clock import StillClock
from hospital.clock import AMSTERDAM
from notifications.delivery import mail_hours
from notifications.models import DeliveryPolicy, Heartbeat, Mail, MailQuerySet, Reminder
from notifications.tests.worker import Worker, eventually
from peersupport.beat import Scheduler
from peersupport.celery import app
from peersupport.server_urls import redis_client

#: After the last job of beat's night.
NIGHT = time(4, 30)
DIGEST = time(8)


def local(text: str) -> datetime:
    """The moment that "2026-10-14 22:40" is in Amsterdam, in UTC; of an hour that comes twice the first."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


class StillEngine:
    """`with StillEngine(at, …) as engine`: from the moment `at` on, in a test whose transactions commit."""

    def __init__(self, at: datetime, *, folder: Path, smtp_port: int, site: str) -> None:
        path = folder / "clock"
        self._clock = StillClock(path)
        self._clock.set(at)
        self._redis = Redis.from_url(redis_client(settings.REDIS_URL))
        self._worker = Worker(
            smtp_port=smtp_port,
            beat=False,
            DJANGO_SETTINGS_MODULE="e2e.settings_still",
            STILL_CLOCK=str(path),
            SITE_URL=site,
            LOG_LEVEL="WARNING",
            MAIL_LEASE_SECONDS="120",  # of real time a pass may take; its moment stays the same
        )
        #: What the nightly search for missing reminders found, night by night.
        self.missing: list[int] = []

    def __enter__(self) -> Self:
        self._travel = self._clock.follow()
        self._scheduler = Scheduler(app=app)
        before_task_publish.connect(self._asked)
        self._worker.start()
        self.rests()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.kill()
        before_task_publish.disconnect(self._asked)
        self._redis.close()
        self._travel.stop()

    @property
    def now(self) -> datetime:
        """The moved moment, in UTC."""
        return self._clock.now()

    def walks_to(self, moment: datetime) -> None:
        """Put the clock forth to `moment`, with a stop wherever something is due on the way."""
        self.rests()
        while self.now < moment:
            self._clock.set(min([moment, *self._stops()]))
            while self._scheduler.tick() == 0:
                pass
            self.rests()
            self._look()

    def rests(self) -> None:
        """Wait until the worker has done all that it was asked."""
        eventually(lambda: self._count("still:asked") == self._count("still:done"))
        assert list(Reminder.objects.waiting().filter(due_at__lte=self.now).values()) == []
        assert list(self._due_mails().exclude(kind__in=self._held()).values()) == []

    def _stops(self) -> Iterator[datetime]:
        for rows in (Reminder.objects.waiting(), Mail.objects.waiting()):
            moment = rows.filter(due_at__gt=self.now).aggregate(first=Min("due_at"))["first"]
            if moment is not None:
                yield moment
        if self._due_mails().exists():
            yield DeliveryPolicy.current().quiet_hours.over_at(self.now)
        yield self._next(NIGHT)
        yield self._next(DIGEST)

    def _due_mails(self) -> MailQuerySet:
        return Mail.objects.waiting().filter(due_at__lte=self.now)

    def _held(self) -> list[str]:
        """What waits for the end of the quiet hours."""
        return mail_hours.waiting(at=self.now, policy=DeliveryPolicy.current())

    def _next(self, clock: time) -> datetime:
        today = self.now.astimezone(AMSTERDAM).date()
        days = (datetime.combine(today + timedelta(days=n), clock, AMSTERDAM) for n in range(2))
        return next(moment for moment in (day.astimezone(UTC) for day in days) if moment > self.now)

    def _look(self) -> None:
        night = Heartbeat.objects.filter(name=Heartbeat.RECONCILE, at=self.now).first()
        if night is not None:
            self.missing.append(night.count)

    def _count(self, key: str) -> int:
        return int(self._redis.get(key) or 0)

    def _asked(self, **_: object) -> None:
        self._redis.incr("still:asked")
