"""The process tree of ``make run``: web, worker and beat, ended together however this process ends.

Ctrl-C and SIGTERM stop the children in order. ``kill -9`` of this process cannot be caught, so the kernel
ends the children (PR_SET_PDEATHSIG), and the embedded servers' keepers see that their last user is gone.
A child that dies takes its whole process group with it before it is started again: a worker's orphans
would otherwise go on working beside the new ones.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from types import FrameType
from typing import IO

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from development import embedded_servers
from development.messages import compile_catalogs
from development.server_keeper import die_with_parent
from peersupport.startup import CannotStart, prepare, read_settings, require_port, require_servers

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Each part, with what ends it at once together with its own children, should this process be killed. A
# worker's children die with it (celery.py); asked by SIGQUIT while it starts, it may not listen.
PARTS = {"web": signal.SIGQUIT, "worker": signal.SIGKILL, "beat": signal.SIGKILL}
STOP_SECONDS = 10
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a child is started again
STABLE_SECONDS = 60.0  # a child that lasted this long starts with the first pause again


@dataclass
class Child:
    """One part of the installation, as a process group of its own."""

    part: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    start_again_at: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "peersupport", self.part],
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=lambda: die_with_parent(PARTS[self.part]),  # noqa: PLW1509  # one thread
        )

    def look_after(self) -> None:
        """Start the child if it does not run, after a pause that grows while it keeps dying."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_again_at:
                self.start()
        elif (code := self.process.poll()) is not None:
            self.kill_group()
            self.process = None
            if now - self.started > STABLE_SECONDS:
                self.pause = FIRST_PAUSE
            self.start_again_at = now + self.pause
            say(f"{self.part} ended with {code}; starting it again in {self.pause:.0f} s")
            self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def ask_to_stop(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait for the end until `deadline`, then end the group by force."""
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, deadline - time.monotonic()))
            self.kill_group()
            self.process.wait()

    def kill_group(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Stopping(BaseException):
    """Somebody wants the tree to end. Not an Exception: nothing on the way may swallow it."""


def run() -> None:
    """Build what is missing, start everything, and look after it until Ctrl-C. Raises CannotStart."""
    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup is respected
            signal.signal(number, _stop)
    if "MAKELEVEL" in os.environ:
        # A killed `make run` must not leave this process behind.
        die_with_parent(signal.SIGTERM)
    children = [Child(part) for part in PARTS]
    lock = None
    try:
        os.environ.setdefault("DEBUG", "1")
        read_settings()
        require_port()
        say("starting")
        prepare()
        require_servers()
        lock = _lock(fcntl.LOCK_SH)
        build()
        # The web first, and alone: people wait for it, and nobody yet for the others.
        children[0].start()
        _announce()
        _look_after(children)
    except Stopping:
        pass
    finally:
        _end(children)
        if lock:
            lock.close()


def reset() -> None:
    """Drop the development database and build the demo hospital anew. Raises CannotStart."""
    os.environ.setdefault("DEBUG", "1")
    read_settings()
    if not settings.IN_DEVELOPMENT:
        raise CannotStart("demo-reset drops the database; it works in development (DEBUG=1) only.")
    prepare()
    require_servers()
    with _lock(fcntl.LOCK_EX):
        _recreate_database()
        build()
    say("the demo hospital is built anew; `make run` serves it")
    embedded_servers.leave(settings.EMBEDDED_SERVERS)


def build() -> None:
    """Bring texts and database up to date; on an empty one, build the demo hospital."""
    compile_catalogs()
    django.setup()
    marker = settings.DATA_DIR / "demo-is-being-built"
    if marker.exists():
        # Killed in the middle last time: half a hospital is of no use.
        _recreate_database()
    from peersupport.health import migrations  # noqa: PLC0415  # needs the registry of models

    if _is_of_another_version():
        raise CannotStart(
            "the database that lies here was made by another version of Peersupport; `make demo-reset` "
            "throws it away and builds the demo hospital anew."
        )
    if migrations() != "ok":
        call_command("migrate", verbosity=0)
    if settings.DEMO and _has_nobody():
        say("building the demo hospital; this takes a minute, once")
        marker.touch()
        call_command("demo")
        marker.unlink()
    connections.close_all()


def say(what: str) -> None:
    print(f"peersupport: {what}", flush=True)


def _stop(number: int, frame: FrameType | None) -> None:
    # The next one must not interrupt the stopping.
    for other in STOP_SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise Stopping


def _lock(kind: int) -> IO[str]:
    """Shared for who serves the database, exclusive for who drops it. Raises CannotStart."""
    settings.DATA_DIR.mkdir(exist_ok=True)
    file = (settings.DATA_DIR / "run.lock").open("a")  # closed by the caller
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart("Peersupport is running from here: stop `make run` first.") from None
    return file


def _recreate_database() -> None:
    name = settings.DATABASES["default"]["NAME"]
    connections.close_all()
    with psycopg.connect(settings.DATABASE_URL, dbname="postgres", autocommit=True) as server:
        quoted = psycopg.sql.Identifier(name)
        server.execute(psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))
        server.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(quoted))
    (settings.DATA_DIR / "demo-is-being-built").unlink(missing_ok=True)


def _is_of_another_version() -> bool:
    """Whether the database went through migrations that this version does not have: a newer one's, or those
    of before 0.1.0.
    """
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415  # needs the registry of models
    from django.db.migrations.recorder import MigrationRecorder  # noqa: PLC0415  # needs the registry of models

    applied = MigrationRecorder(connections["default"]).applied_migrations()
    return not applied.keys() <= (MigrationLoader(None).disk_migrations or {}).keys()


def _has_nobody() -> bool:
    from django.contrib.auth import get_user_model  # noqa: PLC0415  # needs the registry of models

    return not get_user_model().objects.exists()


def _announce() -> None:
    """Say where the site is once it answers; a child that cannot start says why itself."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not _answers():
        time.sleep(0.1)
    say(f"running at {settings.SITE_URL}")
    if settings.DEMO:
        say(f"sign in with a click as one of the demo people: {settings.SITE_URL}/demo/")
    say("Ctrl-C stops everything")


def _answers() -> bool:
    connection = HTTPConnection("127.0.0.1", settings.PORT, timeout=5)
    try:
        connection.request("GET", "/healthz/live")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _look_after(children: list[Child]) -> None:
    while True:
        # One of them may have been killed as well.
        embedded_servers.start_missing(settings.EMBEDDED_SERVERS)
        for child in children:
            child.look_after()
        time.sleep(0.5)


def _end(children: list[Child]) -> None:
    if any(child.process for child in children):
        say("stopping")
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.stop(deadline)
    embedded_servers.leave(settings.EMBEDDED_SERVERS)
