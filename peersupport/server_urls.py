"""What the addresses of the servers in the environment mean to Django and to Celery."""

from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env


def in_parts(setting: str, url: str) -> SplitResult:
    """`url` taken apart. Raises ImproperlyConfigured, with the name of the `setting` and never the address
    itself, where one program could take another part of it for the password or the port than the next.
    """
    try:
        parts = urlsplit(url)
        user_info, _, hosts = parts.netloc.rpartition("@")
        for host in hosts.split(","):
            urlsplit(f"//{host}").port  # noqa: B018  # raises
    except ValueError:
        is_clear = False
    else:
        behind = url.partition(parts.netloc)[2] if parts.netloc else ""
        is_clear = "@" not in user_info + behind and user_info.count(":") <= 1
    if not is_clear:
        raise ImproperlyConfigured(
            f"{setting} can be read in two ways: write @ : / ? # % in a user name or password as "
            "%40 %3A %2F %3F %23 %25, and a port in digits."
        )
    return parts


def postgres(url: str) -> dict[str, Any]:
    """`url` as an entry of ``DATABASES``. Raises ImproperlyConfigured when it is not PostgreSQL.

    A socket's folder stands in the path (``postgres:////run/postgresql/name``) or in ``?host=``.
    """
    scheme = in_parts("DATABASE_URL", url).scheme
    if scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL must start with postgres://, not {scheme or 'nothing'}://: "
            "Peersupport runs on PostgreSQL only."
        )
    config = dict(Env.db_url_config(url))
    config["HOST"] = config.get("OPTIONS", {}).pop("host", config["HOST"])
    return {**config, "ENGINE": "django.db.backends.postgresql"}


def email(url: str) -> dict[str, Any]:
    """The settings of the mail server at `url`. Raises ImproperlyConfigured."""
    in_parts("EMAIL_URL", url)
    return dict(Env.email_url_config(url))


def imap(url: str) -> dict[str, Any] | None:
    """The mailbox at `url` as it is opened for bounces; None without. Raises ImproperlyConfigured."""
    if not url:
        return None
    parts = in_parts("BOUNCE_IMAP_URL", url)
    ports = {"imap": 143, "imap+tls": 143, "imap+ssl": 993}
    if parts.scheme not in ports or not (parts.hostname and parts.username and parts.password):
        raise ImproperlyConfigured(
            "BOUNCE_IMAP_URL must be like imap+ssl://user:password@host:993/INBOX, or with imap+tls:// "
            "(STARTTLS) or imap://."
        )
    return {
        "tls": parts.scheme.partition("+")[2],
        "host": parts.hostname,
        "port": parts.port or ports[parts.scheme],
        "user": unquote(parts.username),
        "password": unquote(parts.password),
        "folder": unquote(parts.path.strip("/")) or "INBOX",
    }


def redis_database(url: str, number: int) -> str:
    """The same Redis server as `url` (redis, rediss or redis+socket), its database `number`."""
    parts = in_parts("REDIS_URL", url)
    if parts.scheme == "redis+socket":
        return f"redis+socket://{parts.path}?virtual_host={number}"
    if parts.scheme in {"redis", "rediss"}:
        return urlunsplit(parts._replace(path=f"/{number}"))
    raise ImproperlyConfigured(
        f"REDIS_URL must start with redis://, rediss:// or redis+socket://, not {parts.scheme or 'nothing'}://."
    )


def redis_client(url: str) -> str:
    """`url` as redis-py and Django's cache write it: what is ``redis+socket://`` to Celery is ``unix://``."""
    parts = in_parts("REDIS_URL", url)
    if parts.scheme == "redis+socket":
        return f"unix://{parts.path}?db={parse_qs(parts.query).get('virtual_host', ['0'])[0]}"
    return redis_database(url, int(parts.path.strip("/") or 0))
