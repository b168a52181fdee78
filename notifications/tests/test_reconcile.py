from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import reconcile
from notifications.models import Heartbeat, Reminder
from notifications.tests.factories import ReminderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def expected(monkeypatch):
    reminders: list[Reminder] = []
    monkeypatch.setattr(reconcile, "expectations", [lambda _at: iter(reminders)])
    return reminders


def test_missing_reminders_are_written_and_counted(expected):
    existing, missing = ReminderFactory(future=True), ReminderFactory(future=True)
    expected += [existing, missing]
    Reminder.objects.filter(pk=missing.pk).delete()
    now = timezone.now()
    assert reconcile.run(at=now) == 1
    assert Reminder.objects.filter(key=missing.key).exists()
    assert Heartbeat.objects.get(name=Heartbeat.RECONCILE).count == 1
    assert reconcile.run(at=now + timedelta(days=1)) == 0


def test_what_was_delivered_is_not_missing(expected):
    expected.append(ReminderFactory(done=True))
    assert reconcile.run(at=timezone.now()) == 0


def test_many_are_written_by_the_thousand(expected, django_assert_max_num_queries):
    expected += ReminderFactory.build_batch(2500, recipient=ReminderFactory().recipient, future=True)
    with django_assert_max_num_queries(3):
        assert reconcile.reconcile(at=timezone.now()) == 2500
