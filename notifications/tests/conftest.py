"""A kind of reminder whose answers a test decides."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest

from accounts.models import User
from notifications import kinds
from notifications.kinds import Kind, Outside
from notifications.tests.factories import KIND

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
