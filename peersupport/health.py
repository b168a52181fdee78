"""Is the site alive, and is it ready? For the container engine, a load balancer, and whoever is on call.

Nothing said here is secret: each check is one word.
"""

from collections.abc import Callable
from functools import cache as once
from typing import Literal

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.pages.access import allow_public
from notifications.models import Heartbeat
from peersupport import VERSION

# Three sweeps may fail before somebody is called; never sooner than the three minutes of the default pace.
LATE_SECONDS = max(180.0, 3 * settings.SWEEP_SECONDS)

Verdict = Literal["ok", "unreachable", "unapplied", "never", "late"]


@allow_public
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers: a restart would not help what /healthz/ready complains of."""
    return JsonResponse({"status": "ok"})


@allow_public
def ready(request: HttpRequest) -> JsonResponse:
    """200 when people can work, 503 with the failing check otherwise."""
    checks = check_all()
    is_ready = all(verdict == "ok" for verdict in checks.values())
    return JsonResponse(
        {"status": "ok" if is_ready else "not ready", "version": VERSION, "checks": checks},
        status=200 if is_ready else 503,
    )


def check_all() -> dict[str, Verdict]:
    """Each check with its verdict; "ok" is the only good one."""
    checks: dict[str, Callable[[], Verdict]] = {
        "database": database,
        "redis": redis,
        "migrations": migrations,
        "heartbeat": heartbeat,
    }
    return {name: check() for name, check in checks.items()}


def database() -> Verdict:
    """PostgreSQL answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def redis() -> Verdict:
    """Redis answers."""
    try:
        cache.get("health")
    except RedisError:
        return "unreachable"
    return "ok"


def migrations() -> Verdict:
    """Every migration of this version is applied."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except DatabaseError:
        return "unreachable"
    return "ok" if _migrations_on_disk() <= applied.keys() else "unapplied"


def heartbeat() -> Verdict:
    """Beat, the queue and a worker together have swept a short while ago."""
    try:
        last = Heartbeat.objects.filter(name=Heartbeat.SWEEP).values_list("at", flat=True).first()
    except DatabaseError:
        return "unreachable"
    if last is None:
        return "never"
    # A sweep that lies ahead was made before the clock was put back: it says nothing about now.
    return "ok" if abs((timezone.now() - last).total_seconds()) <= LATE_SECONDS else "late"


@once
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations or {})
