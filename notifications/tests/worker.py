"""Celery as a real process beside a test, on the test's database, Redis and mail server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from celery import current_app
from django.conf import settings
from django.db import connection

from development.server_keeper import die_with_parent

READY_SECONDS = 60


def database_url() -> str:
    """The database of the running test, as the environment names it to another process."""
    database: dict[str, Any] = connection.settings_dict
    host, name = database["HOST"], quote(database["NAME"])
    user = f"{database['USER']}:{quote(database['PASSWORD'])}" if database["PASSWORD"] else database["USER"]
    if host.startswith("/"):
        return f"postgres://{user}@/{name}?host={host}"
    return f"postgres://{user}@{host}:{database['PORT'] or 5432}/{name}"


class Worker:
    """`with Worker(smtp_port=…)`: `celery worker`, with a beat that sweeps every second unless asked not to.

    Needs a test whose transactions commit (`transaction=True`).
    """

    def __init__(self, *, smtp_port: int, beat: bool = True, **environment: str) -> None:
        self._command = [sys.executable, "-m", "celery", "-A", "peersupport", "worker", "-c", "1"]
        self._command += [
            "--loglevel",
            "WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
        self._command += ["-B", "-s", os.devnull] if beat else []
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "peersupport.settings_test",
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
            "SWEEP_SECONDS": "1",
            "MAIL_LEASE_SECONDS": "2",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            cwd=Path(settings.BASE_DIR),
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(signal.SIGKILL),  # noqa: PLW1509  # one call of C
        )
        eventually(lambda: current_app.control.ping(timeout=0.5), seconds=READY_SECONDS)

    def kill(self) -> None:
        """Kill -9 of the worker, its children and its beat."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


def eventually(holds: Callable[[], object], *, seconds: float = 30.0) -> None:
    """Wait until `holds()` is true; AssertionError when it is not within `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"Not within {seconds:g} seconds.")
        time.sleep(0.05)
