"""Who is mailed at night, as a table: the mails of one evening, one night and one weekend."""

from datetime import datetime

import pytest

from hospital.clock import AMSTERDAM
from notifications.delivery import digest, mail_hours
from notifications.models import DeliveryPolicy
from notifications.reminders import kinds
from notifications.reminders.kinds import Kind


def kind(**facts):
    return Kind(code="test.night", line="", concerns=lambda user, subject: True, **facts)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


ORDINARY, URGENT, LEGAL = kind(), kind(urgent=True), kind(legal=True, group="deadlines")


@pytest.mark.parametrize(
    ("what", "at", "weekends", "mailed"),
    [
        (ORDINARY, "2026-11-26T15:00", False, "2026-11-26T15:00"),
        (ORDINARY, "2026-11-26T20:59", False, "2026-11-26T20:59"),
        (ORDINARY, "2026-11-26T21:00", False, "2026-11-27T07:00"),
        (ORDINARY, "2026-11-27T06:59", False, "2026-11-27T07:00"),
        (LEGAL, "2026-11-26T23:00", False, "2026-11-27T07:00"),
        (URGENT, "2026-11-26T23:00", False, "2026-11-26T23:00"),
        (digest.WAITED, "2026-11-26T23:00", False, "2026-11-27T07:00"),
        # Saturday: only where the hospital has said so.
        (ORDINARY, "2026-11-28T10:00", False, "2026-11-28T10:00"),
        (ORDINARY, "2026-11-28T10:00", True, "2026-11-30T07:00"),
        (LEGAL, "2026-11-28T10:00", True, "2026-11-28T10:00"),
        (LEGAL, "2026-11-28T23:00", True, "2026-11-29T07:00"),
        (URGENT, "2026-11-28T23:00", True, "2026-11-28T23:00"),
        (digest.WAITED, "2026-11-28T10:00", True, "2026-11-28T10:00"),
    ],
)
def test_who_is_mailed_when(what, at, weekends, mailed):
    policy = DeliveryPolicy(quiet_weekends=weekends)
    assert mail_hours.mailed_at(what, at=local(at), policy=policy) == local(mailed)


def test_what_waits_at_night_and_what_at_a_quiet_weekend():
    by_night = mail_hours.waiting(at=local("2026-11-26T23:00"), policy=DeliveryPolicy())
    by_day = mail_hours.waiting(at=local("2026-11-26T12:00"), policy=DeliveryPolicy())
    saturday = mail_hours.waiting(at=local("2026-11-28T12:00"), policy=DeliveryPolicy(quiet_weekends=True))
    every = kinds.registered()
    assert by_day == []
    assert set(by_night) == {each.code for each in every if not each.urgent}
    assert set(saturday) == set(by_night) - {each.code for each in every if each.legal} - {digest.WAITED.code}
