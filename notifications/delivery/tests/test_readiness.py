from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.delivery.readiness import lacks
from notifications.models import FAILURES_BEFORE_ALARM, Heartbeat, Mail
from notifications.tests.factories import AbsenceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_smtp(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def titles():
    return [lack.title for lack in lacks(timezone.now())]


def mail(**fields):
    return Mail.objects.create(
        key=str(uuid4()), kind="x", subject_id=uuid4(), due_at=timezone.now(), **fields
    )


def test_a_new_house_has_sent_nothing_and_reminds_nobody():
    assert titles() == ["Reminders stand still", "No mail has left yet"]
    Heartbeat.record(Heartbeat.SWEEP, at=timezone.now() - timedelta(hours=1), count=0)
    assert "Reminders stand still" in titles()


def test_mail_that_never_left_is_counted():
    Heartbeat.record(Heartbeat.SWEEP, at=timezone.now(), count=0)
    mail(sent_at=timezone.now())
    assert titles() == []
    for _ in range(2):
        mail(attempts=FAILURES_BEFORE_ALARM)
    assert titles() == ["2 mails could not be delivered"]


def test_where_mail_goes_nowhere_that_is_said_elsewhere(settings):
    Heartbeat.record(Heartbeat.SWEEP, at=timezone.now(), count=0)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert titles() == []


def test_days_on_which_everybody_with_a_role_is_away_are_said(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    Heartbeat.record(Heartbeat.SWEEP, at=timezone.now(), count=0)
    one, two = UserFactory.create_batch(2, roles=[Role.COORDINATOR])
    UserFactory(roles=[Role.COORDINATOR], leaver=True)
    AbsenceFactory(user=one, substitute=two)
    assert titles() == []
    soon = timezone.localdate() + timedelta(days=3)
    AbsenceFactory(user=two, substitute=one, first_day=soon)
    assert titles() == [
        f"From {soon.day} {soon:%B} everybody with the role “Peer support coordinator” is away"
    ]
