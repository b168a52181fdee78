"""Real worker processes, a real broker, a real mail server, and what goes wrong with them."""

import random
import time

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.failure import DELIVERY, TRIAL
from notifications.models import Mail, Notice, Reminder
from notifications.schedule import remind, reminder
from notifications.tests.worker import Worker, eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


@pytest.fixture
def admin():
    return UserFactory(roles=[Role.ADMIN])


def remind_of(admin, count, name="trial"):
    now = timezone.now()
    with transaction.atomic():
        remind(
            reminder(
                key=f"{name}:{number}",
                kind=TRIAL.code,
                recipient=admin,
                subject_id=DELIVERY,
                url="/settings/delivery/",
                due_at=now,
            )
            for number in range(count)
        )


def all_sent(count):
    return Mail.objects.filter(sent_at__isnull=False).count() == count


def test_worker_is_nudged_by_the_commit_without_waiting_for_beat(admin, smtp):
    with Worker(smtp_port=smtp.port, beat=False):
        remind_of(admin, 1)
        eventually(lambda: all_sent(1), seconds=15)
    assert Notice.objects.count() == len(smtp.messages) == 1


def test_worker_that_starts_catches_up_at_once(admin, smtp):
    remind_of(admin, 3)
    cache.clear()  # the nudge of that commit
    with Worker(smtp_port=smtp.port, beat=False):
        eventually(lambda: all_sent(3), seconds=15)
    assert Notice.objects.count() == len(smtp.messages) == 3


def test_killed_worker_loses_nothing_and_shows_nothing_twice(admin, smtp):
    smtp.seconds = 0.02  # so that there is a middle to be killed in
    count, kills, moments = 120, 2, random.Random(7)
    with Worker(smtp_port=smtp.port) as worker:
        remind_of(admin, count)
        for _ in range(kills):
            time.sleep(moments.uniform(0.2, 1.2))
            worker.kill()
            worker.start()
        eventually(lambda: all_sent(count), seconds=60)
    assert Notice.objects.count() == count
    assert len(set(smtp.message_ids)) == count
    # One mail may be in the server's hands at each kill.
    assert len(smtp.messages) <= count + kills


def test_flushed_redis_loses_nothing(admin, smtp):
    with Worker(smtp_port=smtp.port):
        remind_of(admin, 1, name="before")
        eventually(lambda: all_sent(1))
        cache.clear()  # FLUSHDB: the cache, the queue and what the worker holds there
        remind_of(admin, 5, name="after")
        eventually(lambda: all_sent(6))
    assert Notice.objects.count() == len(smtp.messages) == 6


def test_two_workers_with_a_beat_each_deliver_everything_once(admin, smtp):
    with Worker(smtp_port=smtp.port), Worker(smtp_port=smtp.port):
        for batch in range(4):
            remind_of(admin, 50, name=f"batch{batch}")
        eventually(lambda: all_sent(200), seconds=60)
    assert Notice.objects.count() == 200
    assert len(smtp.messages) == len(set(smtp.message_ids)) == 200


def test_mail_server_that_refuses_and_recovers_gets_each_mail_once(admin, smtp):
    smtp.answer = lambda _address: "451 later"
    with Worker(smtp_port=smtp.port):
        remind_of(admin, 5)
        eventually(lambda: Mail.objects.filter(attempts=1).count() == 5)
        smtp.answer = lambda _address: "250 OK"
        Mail.objects.update(lease_until=None)  # what the minute until the next try would do
        eventually(lambda: all_sent(5))
    assert (len(smtp.messages), Reminder.objects.waiting().count()) == (5, 0)
