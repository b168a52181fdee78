from datetime import timedelta
from uuid import uuid4

import pytest
from celery import Celery, current_app
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.models import Reminder
from notifications.reminders import schedule
from notifications.reminders.schedule import cancel, remind, reminder, send, settle
from notifications.tests.factories import KIND, MailFactory, ReminderFactory

pytestmark = pytest.mark.django_db


def build(**changes):
    fields = {
        "key": "contact:1",
        "kind": KIND,
        "due_at": timezone.now() + timedelta(days=1),
        "subject_id": uuid4(),
        "url": "/x/",
        "role": Role.COORDINATOR,
    }
    return reminder(**{**fields, **changes})


def test_reminders_are_written_in_one_statement(django_assert_num_queries):
    user = UserFactory()
    with django_assert_num_queries(1):
        written = remind([build(key="b"), build(key="a", recipient=user, role=None)])
    assert sorted(written) == ["a", "b"]
    assert Reminder.objects.get(key="a").recipient == user
    assert Reminder.objects.get(key="b").role == Role.COORDINATOR


def test_nothing_to_remind_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert remind([]) == []


def test_key_that_exists_is_left_as_it_is():
    first = build()
    remind([first])
    assert remind([build(due_at=timezone.now() + timedelta(days=9))]) == []
    assert Reminder.objects.get().due_at == first.due_at


def test_cancelled_reminder_counts_again_when_it_is_needed_again():
    first = build()
    remind([first])
    assert cancel(subject_id=first.subject_id, at=timezone.now()) == 1
    later = timezone.now() + timedelta(days=9)
    assert remind([build(due_at=later)]) == ["contact:1"]
    again = Reminder.objects.get()
    assert (again.cancelled_at, again.due_at) == (None, later)


def test_reminder_that_was_shown_is_not_shown_again():
    done = ReminderFactory(done=True, cancelled_at=timezone.now())
    assert remind([build(key=done.key)]) == []


def test_cancel_takes_only_the_kinds_it_is_asked_for():
    subject = uuid4()
    remind([build(key="a", subject_id=subject), build(key="b", subject_id=subject, kind="other")])
    assert cancel(subject_id=subject, at=timezone.now(), kinds=["other"]) == 1
    assert Reminder.objects.waiting().get().key == "a"


def test_settling_makes_exactly_the_wanted_reminders_open(django_assert_num_queries):
    subject, later = uuid4(), timezone.now() + timedelta(days=9)
    remind([build(key=key, subject_id=subject) for key in ("moved", "unwanted", "again", "same")])
    Reminder.objects.filter(key="again").update(cancelled_at=timezone.now())
    done = ReminderFactory(done=True, subject_id=subject, key="done")
    other = ReminderFactory(subject_id=subject, kind="other")
    same = Reminder.objects.get(key="same")
    wanted = [build(key=key, subject_id=subject, due_at=later) for key in ("moved", "again", "new", "done")]
    wanted.append(build(key="same", subject_id=subject, due_at=same.due_at))
    with django_assert_num_queries(1):
        settle(subject_id=subject, kinds=[KIND], wanted=wanted, at=timezone.now())
    waiting = dict(Reminder.objects.waiting().values_list("key", "due_at"))
    expected = {"moved": later, "again": later, "new": later, "same": same.due_at, other.key: other.due_at}
    assert waiting == expected
    done.refresh_from_db()
    assert done.due_at < later


def test_settling_on_nothing_cancels_what_is_open():
    subject, at = uuid4(), timezone.now()
    remind([build(key=key, subject_id=subject) for key in ("one", "two")])
    settle(subject_id=subject, kinds=[KIND], wanted=[], at=at)
    assert set(Reminder.objects.values_list("key", "cancelled_at")) == {("one", at), ("two", at)}


def test_worker_is_nudged_once_for_a_transaction_and_only_for_what_is_due(
    monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append(name))
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        remind([build(key="later")])
    assert sent == []
    with django_capture_on_commit_callbacks(execute=True):
        remind([build(key="a", due_at=now)])
        remind([build(key="b", due_at=now)])
        assert send([MailFactory.build(user=None, due_at=now)])
    assert sent == ["notifications.tasks.sweep"]


@pytest.mark.django_db(transaction=True)
def test_request_lives_when_the_broker_is_away(monkeypatch):
    without_broker = Celery("without-broker", broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(schedule, "current_app", without_broker)
    with transaction.atomic():
        remind([build(due_at=timezone.now())])
    assert Reminder.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_nudge_of_a_savepoint_that_was_rolled_back_is_asked_again(monkeypatch):
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append(name))
    with transaction.atomic():
        with transaction.atomic():
            remind([build(key="lost", due_at=timezone.now())])
            transaction.set_rollback(True)
        remind([build(key="kept", due_at=timezone.now())])
    assert sent == ["notifications.tasks.sweep"]
    assert not connection.run_on_commit
