"""A kind of reminder whose answers a test decides."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest

from accounts.models import User
from notifications.enums import Group
from notifications.reminders import kinds
from notifications.reminders.kinds import Bundle, Kind, Outside
from notifications.tests.factories import KIND

URGENT = "test.urgent"
DEADLINE = "test.deadline"
LEGAL = "test.legal"
NEWS = "test.news"
BUNDLED = "test.bundled"
QUIET = "test.in-app"
OUTSIDE = "test.outside"


@dataclass
class Judge:
    """Everything concerns everybody, but for what a test puts in here: things, and people with them."""

    refused: set[UUID] = field(default_factory=set)
    broken: set[UUID] = field(default_factory=set)
    strangers: set[UUID] = field(default_factory=set)

    def concerns(self, user: User, subject: UUID) -> bool:
        if subject in self.broken:
            raise RuntimeError("Jan Jansen of the intensive care")
        return subject not in self.refused and user.pk not in self.strangers

    def knows_many(self, user: User) -> bool:
        return kinds.MANY not in self.refused and user.pk not in self.strangers

    def outside(self, subject: UUID) -> Outside | None:
        if subject in self.broken:
            raise RuntimeError("jan@outside.example")
        if subject in self.refused:
            return None
        return Outside("someone@outside.example", "nl", "Er is iets voor je.", "https://x.test/#a")


@pytest.fixture
def judge(monkeypatch):
    judge = Judge()
    for kind in (
        Kind(KIND, "Look at this.", judge.concerns),
        Kind(URGENT, "Look at this now.", judge.concerns, urgent=True),
        Kind(QUIET, "By the way.", judge.concerns, by_mail=False),
        Kind(DEADLINE, "Soon.", judge.concerns, group=Group.DEADLINES),
        Kind(LEGAL, "By law.", judge.concerns, group=Group.DEADLINES, legal=True),
        Kind(NEWS, "News.", judge.concerns, group=Group.NEWS, digest="%(count)d times news"),
        Kind(BUNDLED, "One.", judge.concerns, bundle=Bundle("All %(count)d.", "notices", judge.knows_many)),
        Kind(OUTSIDE, "", judge.concerns, outside=judge.outside),
    ):
        monkeypatch.setitem(kinds._kinds, kind.code, kind)
    return judge
