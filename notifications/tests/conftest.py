"""A kind of reminder whose answers a test decides, and a mail server that keeps what it is sent."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest

from accounts.models import User
from notifications import kinds
from notifications.kinds import Kind, Outside
from notifications.tests.factories import KIND
from notifications.tests.smtp_sink import Sink, SinkServer

URGENT = "test.urgent"
QUIET = "test.in-app"
OUTSIDE = "test.outside"


@dataclass
class Judge:
    """Everything concerns everybody, but for what a test puts in here."""

    refused: set[UUID] = field(default_factory=set)
    broken: set[UUID] = field(default_factory=set)

    def concerns(self, user: User, subject: UUID) -> bool:
        if subject in self.broken:
            raise RuntimeError("Jan Jansen of the intensive care")
        return subject not in self.refused

    def outside(self, subject: UUID) -> Outside | None:
        if subject in self.broken:
            raise RuntimeError("jan@outside.example")
        if subject in self.refused:
            return None
        return Outside(
            "someone@outside.example", "nl", "Een vraag", "Er is iets voor je.", "https://x.test/#a"
        )


@pytest.fixture
def judge(monkeypatch):
    judge = Judge()
    for kind in (
        Kind(KIND, "Look at this.", judge.concerns),
        Kind(URGENT, "Look at this now.", judge.concerns, urgent=True),
        Kind(QUIET, "By the way.", judge.concerns, by_mail=False),
        Kind(OUTSIDE, "", judge.concerns, outside=judge.outside),
    ):
        monkeypatch.setitem(kinds._kinds, kind.code, kind)
    return judge


@pytest.fixture
def smtp(settings):
    """A real SMTP server, and Django's mail pointed at it."""
    with SinkServer(Sink()) as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield sink
