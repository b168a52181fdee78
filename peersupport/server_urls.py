"""What the addresses of the servers in the environment mean to Django and to Celery."""

from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env


def postgres(url: str) -> dict[str, Any]:
    """`url` as an entry of ``DATABASES``. Raises ImproperlyConfigured when it is not PostgreSQL.

    A socket's folder stands in the path (``postgres:////run/postgresql/name``) or in ``?host=``.
    """
    scheme = urlsplit(url).scheme
    if scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL must start with postgres://, not {scheme or 'nothing'}://: "
            "Peersupport runs on PostgreSQL only."
        )
    return {**Env.db_url_config(url), "ENGINE": "django.db.backends.postgresql", "ATOMIC_REQUESTS": False}


def redis_database(url: str, number: int) -> str:
    """The same Redis server as `url` (redis, rediss or redis+socket), its database `number`."""
    parts = urlsplit(url)
    if parts.scheme == "redis+socket":
        return urlunsplit(parts._replace(query=f"virtual_host={number}"))
    if parts.scheme in {"redis", "rediss"}:
        return urlunsplit(parts._replace(path=f"/{number}"))
    raise ImproperlyConfigured(
        f"REDIS_URL must start with redis://, rediss:// or redis+socket://, not {parts.scheme or 'nothing'}://."
    )


def redis_number(url: str) -> int:
    """The number of the database that `url` names; 0 when it names none."""
    parts = urlsplit(url)
    if parts.scheme == "redis+socket":
        return int(parse_qs(parts.query).get("virtual_host", ["0"])[0])
    return int(parts.path.strip("/") or 0)


def redis_client(url: str) -> str:
    """`url` as redis-py and Django's cache write it: ``unix://`` for what is ``redis+socket://`` to Celery."""
    parts = urlsplit(redis_database(url, redis_number(url)))
    if parts.scheme == "redis+socket":
        return urlunsplit(parts._replace(scheme="unix", query=f"db={redis_number(url)}"))
    return urlunsplit(parts)
