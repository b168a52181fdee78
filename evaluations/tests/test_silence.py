"""Whatever goes wrong at the form, no line names it and a moment. Also covers evaluations.wrong_codes."""

import io
import json
import logging
import logging.config
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaluations import answers, batches, tickets, wrong_codes
from evaluations.models import Envelope, Invitation
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


def page(ticket):
    """What comes back for a ticket, without the token that is another each time and what was typed."""
    text = client().post(FORM, {"ticket": ticket, "mark": "8"}).text
    assert "evaluation-thanks" not in text
    text = re.sub(r'value="[^"]*"', "", text)
    return re.sub(r'nonce="[^"]*"|"X-CSRFToken": "[^"]*"|hx-headers=\'[^\']*\'', "", text)


def test_wrong_tickets_of_every_sort_have_the_same_answer():
    used, expired = InvitationFactory(), InvitationFactory(version=2)
    Invitation.objects.filter(pk=used.pk).update(answered=True, person=None)
    Invitation.objects.filter(pk=expired.pk).update(invited_at=timezone.now() - timedelta(days=31))
    assert page(ticket_of(used)) == page(ticket_of(expired))
    foreign = tickets.issue(used.id, 1, b"k" * 32)
    mistyped = foreign[:-1] + ("0" if foreign[-1] != "0" else "1")
    assert page(foreign) == page(mistyped)
    assert page(foreign) != page(ticket_of(used))
    assert not Envelope.objects.exists()


def test_after_many_wrong_codes_no_more_are_judged_but_a_right_one_is_taken(monkeypatch):
    monkeypatch.setattr(wrong_codes, "MOST", 3)
    ticket = ticket_of(InvitationFactory())
    wrong = tickets.issue(InvitationFactory().id, 1, b"k" * 32)
    said = [client().post(FORM, {"ticket": wrong, "mark": "8"}).text for _ in range(4)]
    assert ["Many wrong codes" in text for text in said] == [False, False, False, True]
    assert client().post(FORM, {"ticket": ticket, "mark": "8"}).status_code == 302


def test_a_batch_that_is_full_takes_no_more(monkeypatch):
    monkeypatch.setattr(answers, "MOST_WAITING", 2)
    ticket = ticket_of(InvitationFactory())
    said = [client().post(FORM, {"ticket": ticket, "mark": "8"}).status_code for _ in range(3)]
    assert (said, Envelope.objects.count()) == ([302, 302, 200], 2)
