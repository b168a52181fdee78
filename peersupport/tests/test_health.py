from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse
from django.utils import timezone

from notifications.models import Heartbeat
from peersupport import VERSION, health


def swept(seconds_ago: float) -> None:
    Heartbeat.objects.update_or_create(
        name=Heartbeat.SWEEP, defaults={"at": timezone.now() - timedelta(seconds=seconds_ago)}
    )


def ready(client):
    response = client.get(reverse("ready"))
    return response.status_code, response.json()


def test_live_needs_no_database(client, django_db_blocker):
    response = client.get("/healthz/live")
    assert (response.status_code, response.json()) == (HTTPStatus.OK, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_all_is_well(client):
    swept(seconds_ago=30)
    assert ready(client) == (
        HTTPStatus.OK,
        {
            "status": "ok",
            "version": VERSION,
            "checks": {"database": "ok", "redis": "ok", "migrations": "ok", "heartbeat": "ok"},
        },
    )


@pytest.mark.django_db
def test_ready_is_asked_without_signing_in_and_sets_no_cookie(client):
    response = client.get("/healthz/ready")
    assert response.cookies == {}
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_not_ready_before_the_first_sweep(client):
    status, answer = ready(client)
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer["checks"]["heartbeat"] == "never"


@pytest.mark.django_db
def test_not_ready_when_beat_or_worker_stopped(client):
    swept(seconds_ago=0)
    with time_machine.travel(timezone.now() + timedelta(seconds=health.LATE_SECONDS + 1), tick=False):
        status, answer = ready(client)
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer == {
        "status": "not ready",
        "version": VERSION,
        "checks": {"database": "ok", "redis": "ok", "migrations": "ok", "heartbeat": "late"},
    }


@pytest.mark.django_db
def test_sweep_before_the_clock_was_put_back_is_no_sign_of_life(client):
    swept(seconds_ago=-24 * 60 * 60)
    assert ready(client)[1]["checks"]["heartbeat"] == "late"


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client):
    swept(seconds_ago=0)
    MigrationRecorder(connection).record_unapplied("notifications", "0001_initial")
    assert ready(client)[1]["checks"]["migrations"] == "unapplied"


@pytest.mark.django_db
def test_not_ready_without_redis(client, settings):
    swept(seconds_ago=0)
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock?db=0"}
    }
    assert ready(client)[1]["checks"]["redis"] == "unreachable"


def test_not_ready_without_database(client, monkeypatch):
    def down():
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", down)
    monkeypatch.setattr(connection, "connect", down)
    status, answer = ready(client)
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer["checks"] == {
        "database": "unreachable",
        "redis": "ok",
        "migrations": "unreachable",
        "heartbeat": "unreachable",
    }
