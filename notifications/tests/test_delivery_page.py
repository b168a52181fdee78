"""How delivery goes, as who keeps it going sees it and mends it.

Also covers notifications.visible_rows.
"""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from notifications.delivery import outbox, overview
from notifications.models import Heartbeat, Mail, Reminder
from notifications.reminders import reconcile
from notifications.reminders.schedule import remind
from notifications.tests.factories import MailFactory, ReminderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge")]


@pytest.fixture
def admin(client):
    admin = UserFactory(roles=[Role.ADMIN], office=True)
    client.force_login(admin)
    Heartbeat.record(Heartbeat.SWEEP, at=timezone.now(), count=0)
    return admin


@pytest.fixture
def coordinator(client):
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(coordinator)
    return coordinator


@pytest.fixture
def nudges(monkeypatch):
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append(name))
    return sent


def waiting_for(minutes):
    return {"failing": True, "retry_at": timezone.now() + timedelta(minutes=minutes)}


def test_delivery_shows_how_it_goes_without_names(client, admin):
    mail = MailFactory(failing=True, due_at=timezone.now() - timedelta(hours=1))
    reminder = ReminderFactory(failing=True)
    Heartbeat.record(Heartbeat.RECONCILE, at=timezone.now(), count=7)
    response = client.get(reverse("delivery"))
    shown = response.context["overview"]
    assert (shown.waiting, shown.late, shown.failing, shown.reconciled.count) == (2, 1, 2, 7)
    text = response.content.decode()
    assert "450 mailbox busy" in text
    assert "KeyError (contacts.py:12)" in text
    for person in (mail.user, reminder.recipient):
        assert person.name not in text
        assert person.email not in text


def test_delivery_costs_the_same_for_few_and_many(client, admin, django_assert_num_queries):
    MailFactory(failing=True)
    with django_assert_num_queries(13) as few:
        client.get(reverse("delivery"))
    for _ in range(4):
        MailFactory(failing=True)
        ReminderFactory(failing=True)
    with django_assert_num_queries(len(few)):
        client.get(reverse("delivery"))


@pytest.mark.parametrize(
    ("hours", "missing", "says"),
    [(2, 0, "none missing"), (2, 3, "written again"), (30, 0, "not looked for since")],
)
def test_search_for_missing_reminders_is_judged(client, admin, hours, missing, says):
    Heartbeat.record(Heartbeat.RECONCILE, at=timezone.now() - timedelta(hours=hours), count=missing)
    assert says in client.get(reverse("delivery")).content.decode()


def test_role_that_nobody_has_is_said_in_words(client, admin):
    ReminderFactory(failing=True, recipient=None, role=Role.CCP, last_error="NobodyToTell")
    assert "Nobody in service has the role" in client.get(reverse("delivery")).content.decode()


def test_long_list_says_that_there_is_more(client, admin):
    user = UserFactory()
    Mail.objects.bulk_create(MailFactory.build(user=user, failing=True) for _ in range(overview.SHOWN + 1))
    assert "The 20 oldest are shown" in client.get(reverse("delivery")).content.decode()


def test_resend_asks_for_a_try_now_and_is_written_down(
    client, admin, nudges, django_capture_on_commit_callbacks
):
    mail, other = MailFactory(**waiting_for(20)), MailFactory(**waiting_for(20))
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("delivery-resend", args=[mail.id]), follow=True)
    assert "1 message is tried again now." in response.content.decode()
    mail.refresh_from_db()
    assert (mail.retry_at, mail.attempts, len(nudges)) == (None, 5, 1)
    other.refresh_from_db()
    assert other.retry_at is not None
    line = AccessEvent.objects.get(object_kind="delivery")
    assert (line.user, line.responsible, line.object_ref) == (admin, Role.ADMIN, str(mail.id))


def test_reminder_that_could_not_be_shown_is_tried_again_too(client, admin, nudges):
    reminder = ReminderFactory(**waiting_for(20))
    client.post(reverse("delivery-resend", args=[reminder.id]))
    reminder.refresh_from_db()
    assert reminder.retry_at is None


def test_resend_of_all_takes_mails_and_reminders_and_a_second_click_nothing(client, admin, nudges):
    for _ in range(2):
        MailFactory(**waiting_for(20))
    ReminderFactory(**waiting_for(20))
    first = client.post(reverse("delivery-resend-all"), follow=True)
    second = client.post(reverse("delivery-resend-all"), follow=True)
    assert "3 messages are tried again now." in first.content.decode()
    assert "Nothing is waiting to be retried" in second.content.decode()
    assert [line.object_ref for line in AccessEvent.objects.filter(object_kind="delivery")] == ["all"]
    assert not Mail.objects.filter(retry_at__isnull=False).exists()
    assert not Reminder.objects.filter(retry_at__isnull=False).exists()


def test_resend_leaves_what_a_worker_has_in_hand(admin, nudges):
    now = timezone.now()
    MailFactory(failing=True, kind="test.urgent")
    assert len(outbox.claim(at=now)) == 1
    assert overview.resend(by=admin, at=now) == 0
    assert outbox.claim(at=now) == []


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one(nudges):
    admin = UserFactory(roles=[Role.ADMIN])
    MailFactory(**waiting_for(20))
    start, resent = threading.Barrier(2), []

    def click():
        try:
            start.wait()
            resent.append(overview.resend(by=admin, at=timezone.now()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(resent) == [0, 1]
    assert (AccessEvent.objects.filter(object_kind="delivery").count(), len(nudges)) == (1, 1)


def test_resend_of_what_arrived_meanwhile_says_so(client, admin):
    mail = MailFactory(sent=True)
    response = client.post(reverse("delivery-resend", args=[mail.id]), follow=True)
    assert "it has arrived, or is being sent" in response.content.decode()
    assert client.post(reverse("delivery-resend", args=[admin.id])).status_code == 404


def test_giving_up_ends_the_alarm_and_is_written_down_once(client, admin):
    mail = MailFactory(failing=True)
    for _ in range(2):
        client.post(reverse("delivery-stop", args=[mail.id]))
    mail.refresh_from_db()
    assert mail.dropped_at is not None
    assert AccessEvent.objects.filter(object_kind="delivery").count() == 1


def test_stopped_reminder_ends_the_alarm_for_good_and_is_written_down_once(client, admin, monkeypatch):
    reminder = ReminderFactory(role=Role.CCP, recipient=None, failing=True)
    assert reverse("delivery-stop", args=[reminder.id]) in client.get(reverse("delivery")).content.decode()
    for _ in range(2):
        client.post(reverse("delivery-stop", args=[reminder.id]))
    assert AccessEvent.objects.filter(object_kind="delivery").count() == 1
    assert overview.overview(user=UserFactory(roles=[Role.ADMIN]), at=timezone.now()).failing == 0
    again = ReminderFactory.build(key=reminder.key, role=Role.CCP, recipient=None)
    monkeypatch.setattr(reconcile, "expectations", [lambda _at: [again]])
    assert reconcile.reconcile(at=timezone.now()) == 0
    remind([again])
    assert not Reminder.objects.waiting().exists()


def test_reminder_that_did_not_fail_is_not_stopped(client, admin):
    reminder = ReminderFactory()
    client.post(reverse("delivery-stop", args=[reminder.id]))
    assert list(Reminder.objects.waiting()) == [reminder]
    assert client.post(reverse("delivery-stop", args=[uuid4()])).status_code == 404


def test_trial_is_a_reminder_to_oneself(client, admin):
    client.post(reverse("delivery-trial"))
    assert Reminder.objects.get().recipient == admin


def test_coordinator_sees_and_does_not_act(client, coordinator):
    mail = MailFactory(**waiting_for(20))
    text = client.get(reverse("delivery")).content.decode()
    assert "450 mailbox busy" in text
    assert "Try now" not in text
    assert "Try everything again" not in text
    for name, args in (
        ("delivery-resend-all", []),
        ("delivery-resend", [mail.id]),
        ("delivery-stop", [mail.id]),
    ):
        assert client.post(reverse(name, args=args)).status_code == 403


@pytest.mark.parametrize("name", ["delivery", "delivery-trial"])
def test_delivery_is_for_who_keeps_it_going(client, name):
    client.force_login(UserFactory())
    assert client.get(reverse(name)).status_code == 403


def test_reminders_and_mails_are_visible_to_who_keeps_delivery_going():
    ReminderFactory()
    MailFactory()
    for person, seen in ((UserFactory(), 0), (UserFactory(roles=[Role.ADMIN]), 1)):
        assert Reminder.objects.visible_to(person).count() == seen
        assert Mail.objects.visible_to(person).count() == seen
