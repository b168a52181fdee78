"""A whole installation to attack: PostgreSQL that keeps moments and statements, Redis, web, worker, beat and
a mail server, by a clock that can be moved; and everything that somebody could copy of it.
"""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from benchmarks.faults.clock import Clock
from benchmarks.faults.stage import Program
from benchmarks.server import CSRF
from development import embedded_servers
from development.server_keeper import binaries
from notifications.tests.smtp_sink import Sink, SinkServer

#: What the clock moves by while something is waited for.
STEP = timedelta(minutes=10)
WAIT_SECONDS = 600
_WALS = re.compile(r"[0-9A-F]{24}")

#: What is drawn anew for every page: so that no form can be forged, and none is sent twice.
_OF_THE_PAGE = re.compile(
    rb'type="hidden" name="(?:csrfmiddlewaretoken|ticket)" value="[^"]*"|"X-CSRFToken": "[^"]*"'
)


def lasting(page: bytes) -> bytes:
    """What would stand on `page` another time too."""
    return _OF_THE_PAGE.sub(b"", page)


class TooLong(Exception):
    """What was waited for did not come."""


@dataclass(frozen=True, slots=True)
class DumpedRow:
    """A row of a dump, with the columns that PostgreSQL adds: where it lies, by which transaction it was
    written and when that ended.
    """

    table: str
    place: str
    transaction: int
    at: float
    text: str


class Installation:
    """`with Installation(folder)`: it runs until the end of the block; what lies in `folder` stays."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(Path(os.environ["FAULTS_CLOCK"]))
        self.mails = Sink()
        self._folder = folder
        self._servers = embedded_servers.Servers(data=folder, postgres=True, redis=True)
        self._stack = contextlib.ExitStack()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]

    def __enter__(self) -> Self:
        self._stack.callback(embedded_servers.leave, self._servers)
        self._stack.callback(connections.close_all)
        embedded_servers.start_missing(self._servers)
        with connection.cursor() as cursor:
            for what in ("track_commit_timestamp = on", "log_statement = 'all'", "wal_keep_size = '4GB'"):
                cursor.execute(f"ALTER SYSTEM SET {what}")
        connections.close_all()
        embedded_servers.leave(self._servers)
        embedded_servers.start_missing(self._servers)
        call_command("migrate", verbosity=0)
        self._stack.enter_context(SinkServer(self.mails))
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def start(self) -> None:
        """Web, worker and beat."""
        environment = {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mails.port}",
            "LOG_LEVEL": "INFO",
            "PORT": str(self._port),
            "DATABASE_POOL": "1",
        }
        for part in ("web", "worker", "beat"):
            program = Program(part, self._folder / f"{part}.log", environment)
            self._stack.callback(program.kill)
            program.start()
        self._await(self._answers, "the web")

    def pass_until(self, holds: Callable[[], bool], what: str, *, step: timedelta = STEP) -> None:
        """Move the clock on, by `step` four times a second, until `holds`."""
        connections.close_all()

        def moved() -> bool:
            self.clock.move(step)
            time.sleep(0.25)
            return holds()

        self._await(moved, what)

    def send(self, path: str, fields: Mapping[str, str]) -> tuple[int, bytes]:
        """Send a form as a browser without a session does; the status and the body of the answer."""
        web = HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {
            "Host": "localhost",
            "Cookie": f"{settings.CSRF_COOKIE_NAME}={CSRF}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        web.request("POST", path, urlencode({**fields, "csrfmiddlewaretoken": CSRF}), headers)
        answer = web.getresponse()
        status, body = answer.status, answer.read()
        web.close()
        return status, body

    # What somebody could copy.

    def dump(self) -> list[DumpedRow]:
        """Every row of every table."""
        rows = []
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(
                    f"SELECT ctid::text, xmin::text, extract(epoch FROM pg_xact_commit_timestamp(xmin)),"
                    f' entry::text FROM "{table}" AS entry'
                )
                rows += [
                    DumpedRow(table, place, int(xmin), float(at or 0), text)
                    for place, xmin, at, text in cursor.fetchall()
                ]
        return rows

    def wal(self) -> str:
        """What the write-ahead log holds, record by record, as PostgreSQL's own tool reads it."""
        tool = binaries() / "pg_waldump"
        segments = sorted(each.name for each in self._wal_folder.iterdir() if _WALS.fullmatch(each.name))
        read = subprocess.run(
            [tool, "--path", self._wal_folder, segments[0], segments[-1]],
            capture_output=True,
            text=True,
            check=False,  # it ends with an error where the log ends
        )
        return read.stdout

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the installation by its name, the logs, the database's and Redis' own among them."""
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
        subprocess.run([sys.executable, "-c", _SAVE], check=True)
        for path in sorted(self._folder.rglob("*")):
            if path.is_file() and not path.is_socket():
                yield str(path.relative_to(self._folder)), path.read_bytes()

    @property
    def _wal_folder(self) -> Path:
        (folder,) = self._folder.rglob("pg_wal")
        return folder

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
            return False
        return True

    def _await(self, holds: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while not holds():
            if time.monotonic() > until:
                raise TooLong(f"waited too long for {what}")


_SAVE = """
import os
from redis import Redis
from peersupport.server_urls import redis_client
Redis.from_url(redis_client(os.environ["REDIS_URL"])).save()
"""
