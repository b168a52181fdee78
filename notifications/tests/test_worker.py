"""A worker beside the commits it serves. What becomes of reminders in a fault: see benchmarks/faults/."""

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.models import Mail, Notice
from notifications.reminders.failure import DELIVERY, TRIAL
from notifications.reminders.schedule import remind, reminder
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
        eventually(lambda: all_sent(1), seconds=15)
    # What leaves for one person in one pass is one mail.
    assert (Notice.objects.count(), len(smtp.messages)) == (3, 1)
