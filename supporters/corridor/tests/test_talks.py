"""Talks in passing: what is kept of one, and for how long.

Also covers supporters.tasks.
"""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from hospital.enums import ProfessionGroup
from incidents.enums import EventType
from supporters import tasks
from supporters.corridor import talks
from supporters.enums import TalkLength
from supporters.models import CorridorTalk
from supporters.tests.factories import CorridorTalkFactory

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # half past midnight in the hospital
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def note(key, **chosen):
    return talks.note(
        key=key,
        at=NOW,
        **{
            "day": NOW.date(),
            "profession_group": ProfessionGroup.NURSE,
            "event_type": EventType.AGGRESSION,
            "length": TalkLength.QUARTER,
            **chosen,
        },
    )


def test_a_row_holds_four_choices_and_two_days_and_points_at_nothing():
    fields = {field.name: field for field in CorridorTalk._meta.get_fields()}
    assert set(fields) == {"id", "day", "noted_on", "profession_group", "event_type", "length"}
    assert not [name for name, field in fields.items() if field.is_relation]
    assert {fields[name].get_internal_type() for name in ("day", "noted_on")} == {"DateField"}


def test_it_is_noted_on_the_day_of_the_hospital():
    note(uuid4())
    assert CorridorTalk.objects.get().noted_on == date(2026, 11, 23)


def test_one_key_is_one_talk():
    key = uuid4()
    assert [note(key), note(key)] == [True, False]
    with pytest.raises(talks.NotedDifferently):
        note(key, length=TalkLength.LONGER)
    assert CorridorTalk.objects.get().length == TalkLength.QUARTER


def test_its_maker_takes_it_back_for_ten_minutes():
    key, maker = uuid4(), UserFactory()
    note(key)
    ticket = talks.undo_ticket(key=key, by=maker, at=NOW)
    with pytest.raises(talks.TooLateToUndo):
        talks.undo(ticket, by=maker, at=NOW + timedelta(minutes=10, seconds=1))
    with pytest.raises(talks.NotYours):
        talks.undo(ticket, by=UserFactory(), at=NOW)
    for not_given in ("", "x", "é", ticket[:-4] + "AAA="):
        with pytest.raises(talks.NotYours):
            talks.undo(not_given, by=maker, at=NOW)
    assert CorridorTalk.objects.exists()
    for _again in range(2):
        talks.undo(ticket, by=maker, at=NOW + timedelta(minutes=10))
    assert not CorridorTalk.objects.exists()


def test_after_a_year_it_is_gone():
    today = timezone.localdate()
    kept = CorridorTalkFactory(day=today - timedelta(days=365))
    CorridorTalkFactory(day=today - timedelta(days=366))
    tasks.erase_due()
    assert CorridorTalk.objects.get() == kept
