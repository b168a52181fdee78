"""Whatever goes wrong at the form, no line names it and a moment."""

import io
import json
import logging
import logging.config

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaluations import answers, batches
from evaluations.tests.factories import InvitationFactory, ticket_of
from peersupport.logs import logging_config

pytestmark = pytest.mark.django_db

FORM, THANKS = "/evaluation/", "/evaluation/thanks/"
FORGED = {"HTTP_ORIGIN": "https://elsewhere.example", "HTTP_REFERER": "https://elsewhere.example/"}


@pytest.fixture
def log(monkeypatch):
    """What production writes."""
    config = logging_config(json=True, level="DEBUG")
    written = io.StringIO()
    config["handlers"]["stderr"]["stream"] = written
    before = {name: logging.getLogger(name) for name in ("", "django", "django.server")}
    kept = {name: (one.handlers[:], one.level, one.propagate) for name, one in before.items()}
    logging.config.dictConfig(config)
    yield written
    for name, (handlers, level, propagate) in kept.items():
        before[name].handlers, before[name].propagate = handlers, propagate
        before[name].setLevel(level)


def client(**options):
    return Client(enforce_csrf_checks=True, raise_request_exception=False, **options)


def raising(*_args, **_kwargs):
    raise RuntimeError("in the view")


ERRORS = {
    "forged origin": lambda: client(headers={}).post(FORM, {"mark": "8"}, **FORGED),
    "forged origin elsewhere": lambda: client().post(THANKS, {}, **FORGED),
    "no token": lambda: client().post(THANKS, {}),
    "broken body": lambda: client().generic("POST", FORM, b"x", "multipart/form-data; boundary="),
    "broken encoding": lambda: client().post(FORM, b"mark=\xff", "application/x-www-form-urlencoded"),
    "too large": lambda: client().generic("POST", FORM, b"x" * 300_000, "text/plain"),
    "no length": lambda: client().generic(
        "POST", FORM, b"", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH=""
    ),
    "unknown method": lambda: client().generic("BREW", FORM),
    "unknown host": lambda: client().get(FORM, HTTP_HOST="elsewhere.example"),
    "no page": lambda: client().get("/evaluation/nothing/here/"),
    "a NUL": lambda: client().get("/evaluation/?a=%00"),
    "other case": lambda: client().generic("BREW", "/EVALUATION/%23K7QF-2M0X-9TBA-5DWE"),
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_no_error_at_the_form_leaves_a_line(log, error):
    error()
    assert log.getvalue() == ""


def test_no_exception_in_the_view_leaves_a_line(log, monkeypatch):
    batches.ensure_one(at=timezone.now())
    ticket = ticket_of(InvitationFactory())
    log.truncate(0)
    monkeypatch.setattr(answers, "submit", raising)
    response = client().post(FORM, {"ticket": ticket, "mark": "8"})
    assert response.status_code == 500
    assert log.getvalue().strip("\0") == ""


def test_errors_elsewhere_are_written_as_before(log):
    client().generic("BREW", reverse("account_login"))
    client().get("/nothing/here/")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {line["event"] for line in lines if line["logger"] == "django.request"} >= {"Not Found"}
