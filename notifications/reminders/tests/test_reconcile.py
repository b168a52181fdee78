from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import Heartbeat, Mail, Reminder
from notifications.reminders import reconcile
from notifications.tests.factories import MailFactory, ReminderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def expected(monkeypatch):
    reminders: list[Reminder] = []
    monkeypatch.setattr(reconcile, "expectations", [lambda _at: iter(reminders)])
    monkeypatch.setattr(reconcile, "expected_mails", [])
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


def test_many_are_written_by_the_thousand_and_then_only_looked_for(expected, django_assert_num_queries):
    expected += ReminderFactory.build_batch(2500, recipient=ReminderFactory().recipient, future=True)
    with django_assert_num_queries(6):  # three times: which are missing, write them
        assert reconcile.reconcile(at=timezone.now()) == 2500
    with django_assert_num_queries(3):
        assert reconcile.reconcile(at=timezone.now()) == 0


def test_what_was_cancelled_and_is_expected_is_missing(expected):
    now = timezone.now()
    cancelled = ReminderFactory(future=True, cancelled_at=now)
    expected.append(cancelled)
    assert reconcile.reconcile(at=now) == 1
    assert Reminder.objects.get(key=cancelled.key).cancelled_at is None


def test_missing_mails_are_written_and_counted(expected, monkeypatch):
    sent, missing = MailFactory(sent=True), MailFactory.build(user=None)
    monkeypatch.setattr(reconcile, "expected_mails", [lambda _at: iter([sent, missing])])
    assert reconcile.reconcile(at=timezone.now()) == 1
    assert set(Mail.objects.values_list("key", flat=True)) == {sent.key, missing.key}
    assert reconcile.reconcile(at=timezone.now()) == 0
