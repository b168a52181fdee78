"""Start-up that ends in one clear line on stderr, never in a traceback, when something is missing."""

import os
import socket

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections
from redis import Redis
from redis.exceptions import RedisError

from peersupport.server_urls import redis_client


class CannotStart(SystemExit):
    """Ends the process with exit code 1 and one line on stderr."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"peersupport: {' '.join(reason.split())}")


def read_settings() -> None:
    """Have Django read its settings. Raises CannotStart with what is missing there."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peersupport.settings")
    try:
        settings.DEBUG  # noqa: B018  # the first access reads them
    except ImproperlyConfigured as error:
        raise CannotStart(str(error)) from None


def prepare() -> None:
    """Read the settings, and have the embedded servers run if those want them. Raises CannotStart."""
    read_settings()
    if not settings.IN_DEVELOPMENT:
        return
    from development import embedded_servers  # noqa: PLC0415  # no part of an installation

    try:
        embedded_servers.start_missing(settings.EMBEDDED_SERVERS)
    except embedded_servers.NotStartedError as error:
        raise CannotStart(str(error)) from None


def require_servers() -> None:
    """Refuse to start without PostgreSQL and Redis. Raises CannotStart."""
    try:
        # Not by way of Django: gunicorn forks later, and a pool of connections must not be inherited.
        psycopg.connect(settings.DATABASE_URL, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        raise database_unreachable(error) from None
    try:
        with Redis.from_url(redis_client(settings.REDIS_URL), socket_connect_timeout=5) as client:
            client.ping()
    except RedisError as error:
        raise CannotStart(f"Redis cannot be reached (REDIS_URL): {error}") from None


def require_port() -> None:
    """Refuse to start when another program listens where the web should. Raises CannotStart."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            raise CannotStart(
                f"Port {settings.PORT} cannot be used: {error.strerror}. Set PORT to another one."
            ) from None


def database_unreachable(error: Exception) -> CannotStart:
    """What to tell when no connection could be made."""
    return CannotStart(f"The database cannot be reached (DATABASE_URL): {str(error).partition(chr(10))[0]}")


def never_connected() -> bool:
    """Whether the OperationalError in hand is about reaching the server, not about a statement."""
    return connections["default"].connection is None


def run_command(arguments: list[str]) -> None:
    """Django's command line, `arguments` as in ``sys.argv``. Raises CannotStart."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415  # needs the settings

    prepare()
    try:
        execute_from_command_line(arguments)
    except OperationalError as error:
        if never_connected():
            raise database_unreachable(error) from None
        raise
