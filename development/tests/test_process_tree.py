"""`python -m peersupport …` with real processes: what starts, what is left, what is said when it cannot."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from development import process_tree
from development.tests.test_embedded_servers import of
from peersupport.settings import DEVELOPMENT
from peersupport.startup import CannotStart

# Four processes of Django start at once, on two busy cores.
START_SECONDS = 90
# The last three: these processes live at the moment that tools/dates.py has the tests live at.
KEPT = ["PATH", "HOME", "LANG", "PYTHONPATH", "COVERAGE_PROCESS_START"]
KEPT += ["LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment(**settings: str) -> dict[str, str]:
    """Of a developer's machine, with nothing set that a .env could not set."""
    # Empty is as unset, but comes before a .env.
    unset = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "SITE_URL"), "")
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | unset | settings


def start(*arguments: str, **settings: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "peersupport", *arguments],
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def what_it_says(*arguments: str, **settings: str) -> tuple[int, str]:
    """Exit code and everything said by a command that cannot start."""
    with start(*arguments, **settings) as process:
        said, _ = process.communicate(timeout=START_SECONDS)
    return process.returncode, said


def left_of(processes: list[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Which still run after `seconds`; a dead one that nobody has buried yet does not."""
    deadline = time.monotonic() + seconds
    while (left := [process for process in processes if is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Tree:
    """A running `make run` with data of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.process = start(
            "run",
            DATA_DIR=str(data),
            PORT=str(self.port),
            DEMO="0",
            SWEEP_SECONDS="1",
            WEB_CONCURRENCY="1",
            WORKER_CONCURRENCY="1",
        )

    def get(self, path: str) -> tuple[int, dict[str, object]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def wait_for(self, path: str) -> None:
        """Until `path` answers 200."""
        deadline = time.monotonic() + START_SECONDS
        last: object = None
        while time.monotonic() < deadline:
            with suppress(OSError):
                last = self.get(path)
                if last[0] == 200:
                    return
            assert self.process.poll() is None
            time.sleep(0.1)
        raise AssertionError(last)

    def part(self, name: str) -> psutil.Process:
        """The process that the supervisor started for `name`."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            for child in psutil.Process(self.process.pid).children():
                # One that has just been forked, or has just ended, has no command of its own.
                with suppress(psutil.Error):
                    if child.cmdline()[-1:] == [name]:
                        return child
            time.sleep(0.1)
        raise AssertionError(f"{name} was not started")

    def everything(self) -> list[psutil.Process]:
        own = psutil.Process(self.process.pid)
        servers = of(self.data)
        return [own, *own.children(recursive=True), *servers, *(p for s in servers for p in s.children())]


@contextmanager
def tree(data: Path):
    running = Tree(data)
    try:
        running.wait_for("/healthz/live")
        yield running
    finally:
        with suppress(ProcessLookupError):
            running.process.send_signal(signal.SIGTERM)
        try:
            running.process.communicate(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            # Neither the process nor its pipe is left for a later test to trip over.
            running.process.kill()
            running.process.communicate()
            raise


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


def test_a_tree_serves_mends_itself_and_leaves_nothing_at_ctrl_c(data):
    with tree(data) as running:
        # Beat queues, the worker sweeps, the database keeps the heartbeat, the web reads it.
        running.wait_for("/healthz/ready")

        killed = running.part("worker")
        orphans = killed.children()
        killed.kill()
        assert left_of([killed, *orphans], seconds=20) == []
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(StopIteration, psutil.Error):
                if running.part("worker") != killed:
                    break
            time.sleep(0.1)
        assert running.part("worker").pid != killed.pid

        everything = running.everything()
        running.process.send_signal(signal.SIGINT)
        said, _ = running.process.communicate(timeout=30)
        assert running.process.returncode == 0
        assert f"running at http://localhost:{running.port}" in said
        assert left_of(everything, seconds=1) == []


def test_a_second_run_is_quick_and_a_killed_one_leaves_nothing(data):
    started = time.monotonic()
    with tree(data) as running:
        assert time.monotonic() - started < START_SECONDS
        # The heartbeat of the run before is still there, whatever it says of its age.
        assert running.get("/healthz/ready")[1]["checks"]["heartbeat"] != "never"
        everything = running.everything()
        running.process.kill()
        running.process.wait()
        assert left_of(everything, seconds=20) == []


def one_line(said: str) -> str:
    """What is said, which must be a single line."""
    lines = said.splitlines()
    assert len(lines) == 1, said
    return lines[0]


@pytest.mark.parametrize("command", ["run", "web"])
def test_a_busy_port_is_one_clear_line(command, tmp_path, settings):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        code, said = what_it_says(
            command,
            DEBUG="1",
            PORT=port,
            DATA_DIR=str(tmp_path),
            DATABASE_URL=settings.DATABASE_URL,
            REDIS_URL=settings.REDIS_URL,
        )
    assert code == 1
    assert (
        one_line(said)
        == f"peersupport: Port {port} cannot be used: Address already in use. Set PORT to another one."
    )


@pytest.mark.parametrize("command", ["web", "worker", "beat"])
def test_missing_settings_are_named_in_one_line(command):
    code, said = what_it_says(command, DEBUG="0", SECRET_KEY="x" * 50, ALLOWED_HOSTS="peersupport.example")
    assert code == 1
    assert re.fullmatch(
        r"peersupport: Set SITE_URL, DATABASE_URL, REDIS_URL, [A-Z_, ]+: "
        r"no default outside development \(DEBUG=1\)\.",
        one_line(said),
    )


@pytest.mark.parametrize("command", ["web", "worker", "beat"])
def test_the_demo_is_refused_outside_development(command):
    code, said = what_it_says(command, DEBUG="0", DEMO="1")
    assert code == 1
    assert one_line(said).startswith("peersupport: DEMO=1 lets anybody sign in as anybody: set DEMO=0")


def test_a_guessable_secret_is_refused():
    complete = dict.fromkeys(DEVELOPMENT, "x") | {"SECRET_KEY": "secret"}
    code, said = what_it_says("web", DEBUG="0", **complete)
    assert code == 1
    assert one_line(said).startswith("peersupport: SECRET_KEY must be 50 random characters")


@pytest.mark.parametrize("keys", ["x" * 31, "x" * 40 + ",", "development-only-key-of-second-factors"])
def test_a_guessable_key_of_second_factors_is_refused(keys):
    complete = dict.fromkeys(DEVELOPMENT, "x" * 50) | {"MFA_KEYS": keys}
    code, said = what_it_says("web", DEBUG="0", **complete)
    assert code == 1
    assert one_line(said).startswith("peersupport: MFA_KEYS must be 32 random characters or more")


@pytest.mark.parametrize("proxies", ["0", "4", "yes"])
def test_how_many_proxies_are_in_front_has_to_be_said(proxies):
    complete = dict.fromkeys(DEVELOPMENT, "x" * 50) | {"TRUSTED_PROXIES": proxies}
    code, said = what_it_says("web", DEBUG="0", **complete)
    assert code == 1
    assert one_line(said).startswith("peersupport: TRUSTED_PROXIES must be how many proxies stand in front")


def test_another_database_than_postgresql_is_refused():
    code, said = what_it_says("web", DEBUG="1", DATABASE_URL="mysql://root@db/peersupport")
    assert code == 1
    assert "PostgreSQL only" in one_line(said)


@pytest.mark.parametrize("command", ["run", "worker"])
def test_an_unreachable_database_is_one_clear_line(command, tmp_path, settings):
    code, said = what_it_says(
        command,
        DEBUG="1",
        PORT=str(free_port()),
        DATA_DIR=str(tmp_path),
        DATABASE_URL=f"postgres://u:hidden@127.0.0.1:{free_port()}/peersupport",
        REDIS_URL=settings.REDIS_URL,
    )
    assert code == 1
    assert re.fullmatch(
        r"peersupport: The database cannot be reached \(DATABASE_URL\): .*Connection refused.*",
        said.removeprefix("peersupport: starting\n").strip(),
    )
    assert "hidden" not in said


def test_an_unreachable_redis_is_one_clear_line(tmp_path, settings):
    code, said = what_it_says(
        "beat",
        DEBUG="1",
        DATA_DIR=str(tmp_path),
        DATABASE_URL=settings.DATABASE_URL,
        REDIS_URL=f"redis://:hidden@127.0.0.1:{free_port()}/0",
    )
    assert code == 1
    assert one_line(said).startswith("peersupport: Redis cannot be reached (REDIS_URL): ")
    assert "hidden" not in said


def test_a_command_says_in_one_line_that_it_has_no_database(tmp_path):
    manage = Path(__file__).parents[2] / "manage.py"
    done = subprocess.run(
        [sys.executable, manage, "migrate"],
        env=environment(
            DEBUG="1",
            DATA_DIR=str(tmp_path),
            DATABASE_URL=f"postgres://u@127.0.0.1:{free_port()}/peersupport",
            REDIS_URL="redis://127.0.0.1:1/0",
        ),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert one_line(done.stderr).startswith("peersupport: The database cannot be reached (DATABASE_URL): ")


@pytest.mark.django_db
def test_a_database_of_another_version_is_left_as_it_is(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    MigrationRecorder(connection).record_applied("accounts", "0099_of_another_year")
    with pytest.raises(CannotStart, match="another version of Peersupport"):
        process_tree.build()


def development(data: Path, **given: str) -> dict[str, object]:
    """Some of the settings of a developer's machine."""
    asked = "DEBUG", "IN_DEVELOPMENT", "DEMO", "EMAIL_FILE_PATH"
    said = subprocess.run(
        [
            *(sys.executable, "-c"),
            f"import json; from peersupport.settings import *; print(json.dumps([{', '.join(asked)}]))",
        ],
        env=environment(DEBUG="1", DATA_DIR=str(data), **given),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return dict(zip(asked, json.loads(said), strict=True))


def test_the_demo_shows_the_pages_of_the_product_when_something_is_wrong(tmp_path):
    demo, plain = development(tmp_path), development(tmp_path, DEMO="0")
    assert (demo["DEMO"], demo["IN_DEVELOPMENT"], demo["DEBUG"]) == (True, True, False)
    assert (plain["DEMO"], plain["IN_DEVELOPMENT"], plain["DEBUG"]) == (False, True, True)


@pytest.mark.parametrize("folder", ["data", "with blanks, a + and a #", "50% één"])
def test_mail_lies_beside_the_other_data(tmp_path, folder):
    assert development(tmp_path / folder)["EMAIL_FILE_PATH"] == str(tmp_path / folder / "mail")
