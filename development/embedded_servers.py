"""A real PostgreSQL and a real Redis for development, from wheels, with their data under `DATA_DIR/embedded`.

Used when ``DATABASE_URL`` or ``REDIS_URL`` is unset in development; production never comes here.

Each server is the child of a *keeper*, a small process of its own (server_keeper.py, a script). Whoever
uses a server holds a shared lock on its `users` file, for as long as the process lives: the kernel gives it
up even after ``kill -9``. The keeper tries for the exclusive lock and so learns that nobody is left; then it
stops its server. If the keeper itself is killed, the kernel ends the server (PR_SET_PDEATHSIG). Nothing is
counted in files, so nothing can be stale.
"""

import contextlib
import fcntl
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from development.server_keeper import (
    DATABASE,
    READY,
    START_SECONDS,
    STOP_SECONDS,
    NotStartedError,
    Postgres,
    Redis,
    Server,
    socket_folder,
    try_lock,
)

__all__ = [
    "NotStartedError",
    "Servers",
    "database_url",
    "leave",
    "redis_url",
    "socket_folder",
    "start_missing",
]


@dataclass(frozen=True)
class Servers:
    """Which embedded servers an installation needs, and the folder `data` that keeps them."""

    data: Path
    postgres: bool
    redis: bool


def database_url(data: Path) -> str:
    """The address of the embedded PostgreSQL, whether it runs or not."""
    return f"postgres://postgres@/{DATABASE}?host={socket_folder(data) / 'postgres'}"


def redis_url(data: Path) -> str:
    """The address of the embedded Redis, as Celery writes it, whether it runs or not."""
    return f"redis+socket://{socket_folder(data) / 'redis' / 'redis.sock'}?virtual_host=0"


def start_missing(servers: Servers) -> None:
    """Have the servers asked for run, at least until this process ends.

    Safe to call twice, and from many processes at once. Raises NotStartedError.
    """
    wanted = _wanted(servers)
    for use in wanted:
        use.begin()
    with contextlib.ExitStack() as alone:
        for use in wanted:
            alone.enter_context(_locked(use.server.starting))
        # Twice, for a keeper that was being killed when it was asked.
        for _ in range(2):
            keepers = [(use, use.summon()) for use in wanted]
            answers = [(use, use.answer_of(keeper)) for use, keeper in keepers]
            wanted = [use for use, answer in answers if not use.is_up(answer)]
    if wanted:
        server = wanted[0].server
        raise NotStartedError(f"The embedded {server.name} does not answer: see {server.log}.")


def leave(servers: Servers) -> None:
    """Use them no more; returns when they have stopped, unless another process still uses them."""
    wanted = _wanted(servers)
    for use in wanted:
        use.end()
    for use in wanted:
        use.await_stopped()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone in the block, among all processes that lock `path`."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# The `users` files that this process holds open, shared-locked, until it ends.
_in_use: dict[Path, int] = {}


@dataclass(frozen=True)
class Use:
    """What this process does with one of the servers."""

    server: Server

    def begin(self) -> None:
        """Keep the server up until this process has ended."""
        if self.server.users not in _in_use:
            self.server.home.mkdir(parents=True, exist_ok=True)
            file = os.open(self.server.users, os.O_RDWR | os.O_CREAT)
            fcntl.flock(file, fcntl.LOCK_SH)
            _in_use[self.server.users] = file

    def end(self) -> None:
        """This process needs it no more."""
        if file := _in_use.pop(self.server.users, None):
            os.close(file)

    def summon(self) -> subprocess.Popen[str] | None:
        """Start a keeper unless there is one. Only with the lock on `starting`."""
        if self._is_kept():
            return None
        with self.server.log.open("w") as log:
            return subprocess.Popen(
                self.server.script,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self.server.home,
                # Ctrl-C at the terminal is for the users; the keeper goes when the last of them has gone.
                start_new_session=True,
            )

    def answer_of(self, keeper: subprocess.Popen[str] | None) -> str:
        """What a keeper says when its server is up, or why it is not."""
        if keeper is None:
            return READY  # it said so to who started it
        with keeper:
            assert keeper.stdout
            # Ends when the keeper proper, which has forked off, has said its one line.
            return keeper.stdout.readline().strip()

    def is_up(self, answer: str) -> bool:
        """Wait until it answers; False if it has gone. Raises NotStartedError with the keeper's `answer`."""
        if answer != READY:
            raise NotStartedError(
                answer or f"The embedded {self.server.name} did not start: {self.server.last_words()}"
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.server.answers():
            if not self._is_kept() or time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def await_stopped(self) -> None:
        """Wait until the keeper has stopped the server, or let it be when others still use it."""
        patience = time.monotonic() + 1  # the keeper looks five times a second
        deadline = time.monotonic() + STOP_SECONDS
        while self._is_kept() and time.monotonic() < deadline:
            with self.server.users.open("a") as users:
                being_stopped = not try_lock(users, fcntl.LOCK_SH)
            if not being_stopped and time.monotonic() > patience:
                return
            time.sleep(0.1)

    def _is_kept(self) -> bool:
        with self.server.keeper.open("a") as file:
            return not try_lock(file, fcntl.LOCK_SH)


def _wanted(servers: Servers) -> list[Use]:
    """Always in the same order, so that two processes never wait for each other."""
    wanted: list[Use] = []
    if servers.postgres:
        wanted.append(Use(Postgres(servers.data)))
    if servers.redis:
        wanted.append(Use(Redis(servers.data)))
    return wanted
