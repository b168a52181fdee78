"""One gunicorn worker with the benchmark's settings, and a client that keeps its connection."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts.models import User

CSRF = "a" * 32


@contextmanager
def serving(database_url: str) -> Iterator[int]:
    """The port of a server with one worker process; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "gunicorn", "peersupport.wsgi", "--workers=1", "--threads=2"]
    command += [f"--bind=127.0.0.1:{port}", "--keep-alive=60", "--log-level=error"]
    process = subprocess.Popen(command, env=environment)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise SystemExit("The benchmark's server ended at its start.")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The benchmark's server did not start within 20 seconds.")


class Client:
    """Somebody who is signed in, on one connection that stays open."""

    def __init__(self, port: int, username: str | None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookie = f"{settings.CSRF_COOKIE_NAME}={CSRF}"
        if username:
            self._cookie += f"; {settings.SESSION_COOKIE_NAME}={session_of(username)}"

    def get(self, path: str) -> str:
        """The body of `path`; anything but 200 ends the benchmark."""
        return self._ask("GET", path, None, 200)

    def post(self, path: str, fields: dict[str, str], expect: int = 302) -> str:
        """Post a form; anything but `expect` ends the benchmark."""
        return self._ask("POST", path, urlencode({**fields, "csrfmiddlewaretoken": CSRF}), expect)

    def _ask(self, method: str, path: str, body: str | None, expect: int) -> str:
        headers = {
            "Cookie": self._cookie,
            "Host": "localhost",
            "Accept-Language": "nl",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.status != expect:
            raise SystemExit(f"{method} {path} answered {answer.status}, not {expect}.")
        return text


def session_of(username: str) -> str:
    """The key of a new session of `username`."""
    user = User.objects.get(username=username)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    key: str = session.session_key
    return key
