"""An installation to break: PostgreSQL, Redis, workers, beats and a mail server, by a clock of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self
from uuid import UUID, uuid4

import psutil
from celery import current_app
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from redis import Redis
from redis.exceptions import RedisError

from accounts.enums import Role
from accounts.models import User
from benchmarks.faults.apps import REMINDER
from benchmarks.faults.clock import Clock
from benchmarks.faults.ledger import Ledger
from benchmarks.faults.post import Post
from development import embedded_servers
from development.server_keeper import die_with_parent
from notifications.models import Heartbeat, Mail, Notice
from notifications.reminders.schedule import remind, reminder
from notifications.tests.smtp_sink import SinkServer
from peersupport.server_urls import redis_client

PEOPLE = 20
START_SECONDS = 90
#: Nothing new for so long, in real seconds, and the engine at work: it waits for the clock …
QUIET_SECONDS = 0.3
#: … and so long when it is not, be it stopped or slow.
SILENT_SECONDS = 3.0
#: Then the clock is put forth by so much.
STEP = timedelta(seconds=20)


#: So many times as long as on a machine of its own a fault may take: a slow machine is no failure. What is
#: measured is measured by the clock that is moved.
PATIENCE = 4


class TooLong(Exception):
    """A fault took longer than it may; the message says what was waited for."""


def silence() -> float:
    """How many real seconds of silence say that the engine stands still; the busier the machine, the more."""
    return SILENT_SECONDS * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Program:
    """`python -m peersupport worker` or `beat`, a process group of its own that ends with this process."""

    def __init__(self, part: str, log: Path, environment: dict[str, str]) -> None:
        self.part = part
        self._log = log
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "peersupport", self.part],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self._environment},
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGKILL),  # noqa: PLW1509  # one call of C
            )

    def freeze(self) -> None:
        """Stop the program and its children where they are."""
        self._signal(signal.SIGSTOP)

    def is_alive(self) -> bool:
        return self._process is not None

    def kill(self) -> None:
        """Kill -9 of the program and its children."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


class Stage:
    """`with Stage(folder) as stage`: servers that run and a migrated database; nothing is left after it.

    What lies in `folder` afterwards are the logs.
    """

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(Path(os.environ["FAULTS_CLOCK"]))
        self.post = Post(clock=self.clock)
        self.ledger = Ledger()
        self.workers: list[Program] = []
        self.beats: list[Program] = []
        self._folder = folder
        self._servers = embedded_servers.Servers(data=folder, postgres=True, redis=True)
        self._people: list[UUID] = []
        self._until = 0.0
        self._tries = 0
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._stack.callback(embedded_servers.leave, self._servers)
        self._stack.callback(connections.close_all)
        self._stack.callback(self.stop_all)
        self.start_servers()
        call_command("migrate", verbosity=0)
        self._people = self._make_people()
        self._stack.enter_context(SinkServer(self.post))
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    # The parts.

    def begin(self, at: datetime, *, seconds: float, workers: int = 1, beats: int = 1) -> None:
        """At the moment `at`: no reminders, everybody well, and so many real `seconds` to be done in, on a
        machine that has nothing else to do.
        """
        self._until = time.monotonic() + PATIENCE * seconds
        self.start_servers()
        self.redis().flushall()
        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE notifications_reminder, notifications_notice, notifications_mail, "
                "notifications_heartbeat CASCADE"
            )
        self.post.forget()
        self.ledger = Ledger()
        self.clock.set(at)
        self._have(self.workers, "worker", workers)
        self._have(self.beats, "beat", beats)
        self.await_workers()

    def start_servers(self) -> None:
        """PostgreSQL and Redis, where they do not run."""
        embedded_servers.start_missing(self._servers)

    def stop_all(self) -> None:
        """Workers and beats, by force."""
        for program in (*self.workers, *self.beats):
            program.kill()

    def start_all(self) -> None:
        """Workers and beats that were stopped."""
        for program in (*self.workers, *self.beats):
            program.start()

    def stop_servers(self) -> None:
        """PostgreSQL and Redis, in good order."""
        connections.close_all()
        embedded_servers.leave(self._servers)

    def end_postgres_immediately(self) -> None:
        """As `pg_ctl stop -m immediate`: no session is ended in good order, no checkpoint is made."""
        pid = (self._folder / "embedded" / "postgres" / "postmaster.pid").read_text().split()[0]
        self._end(int(pid), signal.SIGQUIT)
        connections.close_all()

    def end_redis(self) -> None:
        """Kill -9 of Redis."""
        self._end(int(self.redis().info("server")["process_id"]), signal.SIGKILL)

    def redis(self) -> Redis:
        return Redis.from_url(redis_client(settings.REDIS_URL))

    def await_workers(self) -> None:
        """Until each worker answers."""
        self.wait(self._answered, "workers that answer")

    # Reminders, and what becomes of them.

    @property
    def people(self) -> list[UUID]:
        return self._people

    def remind(
        self,
        count: int,
        *,
        due_at: datetime | None = None,
        mail_at: datetime | None = None,
        kind: str = REMINDER,
    ) -> None:
        """Write `count` reminders, due now or at `due_at`, whose mails may leave then or from `mail_at`."""
        due_at = due_at or self.clock.now()
        people = User.objects.in_bulk(self._people)
        wanted = [
            reminder(
                key=f"{kind}:{uuid4()}",
                kind=kind,
                recipient=people[self._people[number % PEOPLE]],
                subject_id=uuid4(),
                url="/notices/",
                due_at=due_at,
            )
            for number in range(count)
        ]
        with transaction.atomic():
            remind(wanted)
        if kind == REMINDER:
            self.ledger.expect((row.subject_id for row in wanted), due_at, mail_at or due_at)

    def look(self) -> bool:
        """Take down what is to be seen by now; whether anything went on since the last look."""
        try:
            rows = list(Notice.objects.filter(kind=REMINDER).values_list("id", "subject_id", "digest_id"))
            tries = self.tries()
        except DatabaseError:  # it is being restarted
            connections.close_all()
            return False
        is_new = self.ledger.take_down(rows, self.post.arrivals, self.clock.now())
        tries, self._tries = self._tries, tries
        return is_new or tries != self._tries

    def tries(self) -> int:
        """How often a mail failed, all together."""
        return sum(Mail.objects.values_list("attempts", flat=True))

    def settle(self, done: Callable[[], bool] | None = None, *, step: timedelta = STEP) -> None:
        """Until everything expected was seen, or `done`; the clock runs ahead while nothing happens."""
        changed = time.monotonic()
        while not (done or self.ledger.is_complete)():
            if self.look():
                changed = time.monotonic()
            if time.monotonic() - changed > (QUIET_SECONDS if self._keeps_up(step) else silence()):
                self.clock.move(step)
                changed = time.monotonic()
            self._breathe("every reminder seen and mailed")
        self.look()

    def _keeps_up(self, step: timedelta) -> bool:
        """Whether the last sweep was as short ago as it can be, by a clock that moves in steps."""
        beat = Heartbeat.objects.filter(name=Heartbeat.SWEEP).first()
        sweeps = timedelta(seconds=settings.SWEEP_SECONDS)
        return beat is not None and abs(self.clock.now() - beat.at) < max(sweeps, step) + step / 2

    def await_rest(self) -> None:
        """Until nothing has gone on for a real second."""
        changed = time.monotonic()
        while time.monotonic() - changed < 1:
            if self.look():
                changed = time.monotonic()
            self._breathe("rest")

    def watch(self, seconds: float) -> None:
        """So many real seconds, with an eye on what appears."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look()
            self._breathe("time to pass")

    def wait(self, holds: Callable[[], object], what: str) -> None:
        """Until `holds()`, by the machine's clock."""
        while not holds():
            self._breathe(what)

    def _breathe(self, what: str) -> None:
        if time.monotonic() > self._until:
            raise TooLong(f"waited too long for {what}")
        time.sleep(0.05)

    def _answered(self) -> bool:
        try:
            return len(current_app.control.ping(timeout=0.4) or ()) >= len(self.workers)
        except RedisError:  # the connection was to a Redis that is no more
            return False

    def _have(self, programs: list[Program], part: str, count: int) -> None:
        for program in programs[count:]:
            program.kill()
        del programs[count:]
        while len(programs) < count:
            log = self._folder / f"{part}-{len(programs) + 1}.log"
            environment = {"EMAIL_URL": f"smtp://127.0.0.1:{self.post.port}", "LOG_LEVEL": "INFO"}
            programs.append(Program(part, log, environment))
            programs[-1].start()

    def _end(self, pid: int, number: signal.Signals) -> None:
        process = psutil.Process(pid)
        process.send_signal(number)
        process.wait(timeout=20)

    def _make_people(self) -> list[UUID]:
        people = User.objects.bulk_create(
            User(username=f"colleague-{number}", name="Somebody", email=f"colleague{number}@hospital.example")
            for number in range(PEOPLE)
        )
        for person, role in zip(people, (Role.COORDINATOR, Role.ADMIN), strict=False):
            person.groups.add(Group.objects.get(name=role))
        return [person.pk for person in people]
