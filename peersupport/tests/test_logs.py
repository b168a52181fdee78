"""What production writes to its log, and above all what it does not."""

import io
import json
import logging
import smtplib
import sys
from typing import Any

import pytest
import structlog
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from notifications.calendar import address
from peersupport.logs import logging_config

NAME = "Jan de Vries"


def written(name: str, message: str, *args: object, exc_info: Any = None, extra: dict | None = None):
    """The line that production writes for a record of the standard library."""
    formatter = logging_config(json=True, level="INFO")["formatters"]["line"]
    kind = formatter["()"]
    handler = logging.Handler()
    handler.setFormatter(kind(**{key: value for key, value in formatter.items() if key != "()"}))
    record = logging.getLogger(name).makeRecord(
        name, logging.ERROR, __file__, 1, message, args, exc_info, extra=extra
    )
    return json.loads(handler.format(record))


def test_a_library_message_is_written_without_its_values():
    line = written("some.library", "No account for %s", NAME)
    assert line["event"] == "No account for %s"
    assert NAME not in json.dumps(line)


def test_a_request_is_its_route_and_status():
    request = RequestFactory().get(reverse("live"), {"naam": NAME})
    request.resolver_match = resolve(reverse("live"))
    line = written(
        "django.request",
        "%s: %s",
        "Service Unavailable",
        request.get_full_path(),
        extra={"status_code": 503, "request": request},
    )
    assert (line["event"], line["route"], line["status"]) == ("Service Unavailable", "healthz/live", 503)
    assert NAME not in json.dumps(line)


def test_a_task_is_its_name_and_duration():
    data = {
        "name": "notifications.tasks.sweep",
        "id": "7",
        "runtime": 0.1,
        "return_value": NAME,
        "args": NAME,
    }
    line = written(
        "celery.app.trace", "Task %(name)s succeeded: %(return_value)s", data, extra={"data": data}
    )
    assert (line["name"], line["runtime"]) == ("notifications.tasks.sweep", 0.1)
    assert NAME not in json.dumps(line)


def raised(error: Exception):
    try:
        secret = NAME  # a local variable of the failing frame
        raise error
    except type(error):
        assert secret
        return sys.exc_info()


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"no such person: {NAME}"),
        smtplib.SMTPRecipientsRefused({NAME: (550, b"unknown")}),
        smtplib.SMTPServerDisconnected(NAME),
    ],
)
def test_an_exception_is_its_type_and_place(error):
    line = written("x", "failed", exc_info=raised(error))
    (only,) = line["exceptions"]
    assert only["type"] == f"{type(error).__module__}.{type(error).__qualname__}"
    assert "test_logs.py" in only["at"][0]
    assert NAME not in json.dumps(line)


def test_an_exception_about_a_server_says_what_is_wrong():
    line = written("x", "failed", exc_info=raised(ConnectionRefusedError("nobody listens on db:5432")))
    assert line["exceptions"][0]["text"] == "nobody listens on db:5432"


def test_the_cause_of_an_exception_is_written_too():
    error = RuntimeError(NAME)
    error.__cause__ = KeyError(NAME)
    line = written("x", "failed", exc_info=raised(error))
    assert [entry["type"] for entry in line["exceptions"]] == ["builtins.RuntimeError", "builtins.KeyError"]
    assert NAME not in json.dumps(line)


def test_gunicorn_says_where_it_listens_but_not_what_was_asked_for():
    assert written("gunicorn.error", "Listening at: %s", "http://[::]:8000")["event"].endswith(":8000")
    line = written("gunicorn.error", "Error handling request %s", f"/?naam={NAME}")
    assert NAME not in json.dumps(line)


def test_our_own_events_are_json_with_their_values(settings):
    entries = structlog.testing.CapturingLogger()
    structlog.wrap_logger(entries, processors=[structlog.processors.JSONRenderer()]).info("swept", notices=3)
    assert json.loads(entries.calls[0].args[0]) == {"notices": 3, "event": "swept"}


@pytest.mark.django_db
def test_the_secret_of_a_calendar_is_in_no_line(client):
    lines = io.StringIO()
    formatter = logging_config(json=True, level="DEBUG")["formatters"]["line"]
    handler = logging.StreamHandler(lines)
    handler.setFormatter(formatter["()"](**{key: value for key, value in formatter.items() if key != "()"}))
    known, unknown = address.make(user=UserFactory(), at=timezone.now()), "unknown" * 7
    logging.getLogger().addHandler(handler)
    try:
        for secret in (known, unknown):
            client.get(reverse("calendar-feed", args=[secret]))
    finally:
        logging.getLogger().removeHandler(handler)
    assert known not in lines.getvalue()
    assert unknown not in lines.getvalue()
    routes = {json.loads(line).get("route") for line in lines.getvalue().splitlines()}
    assert "calendar/<slug:secret>.ics" in routes
