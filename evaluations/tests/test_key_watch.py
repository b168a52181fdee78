"""The key of the waiting answers is watched. Also covers evaluations.tasks and evaluations.keyed."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from evaluations import answers, batches, key_watch, opening
from evaluations.models import Batch, Envelope
from evaluations.tasks import watch_key
from evaluations.tests.factories import InvitationFactory, answer
from notifications.delivery.sweep import sweep
from notifications.models import Notice, Reminder
from notifications.reminders import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch():
    batches.ensure_one(at=timezone.now())
    return Batch.objects.get()


def test_a_key_that_is_ours_is_nobodys_concern(batch):
    watch_key()
    assert not Reminder.objects.exists()
    assert list(key_watch.lacks(timezone.now())) == []


def test_another_public_key_is_told_to_the_administrators_once(batch, client):
    admin, coordinator = UserFactory(roles=[Role.ADMIN]), UserFactory(roles=[Role.COORDINATOR])
    Batch.objects.update(public_key=b"k" * 32)
    for _ in range(2):
        watch_key()
    sweep(at=timezone.now())
    notice = Notice.objects.get()
    assert (notice.user, notice.kind) == (admin, "evaluation.key")
    assert kinds.get(notice.kind).concerns(admin, batch.id)
    assert not kinds.get(notice.kind).concerns(coordinator, batch.id)
    client.force_login(admin)
    assert "Evaluations cannot be taken" in client.get(reverse("settings:home")).text


def test_a_private_key_that_is_gone_is_told_too(batch):
    batches.keys().destroy(batch.id)
    assert not key_watch.watch(at=timezone.now())
    assert Reminder.objects.get().role == Role.ADMIN


@pytest.mark.parametrize("known", [None, b"m" * 32])
def test_a_public_key_that_fits_the_private_one_is_acknowledged(batch, known):
    Batch.objects.update(key_mac=known)
    batch.refresh_from_db()
    assert not batches.is_genuine(batch)
    assert key_watch.watch(at=timezone.now())
    batch.refresh_from_db()
    assert batches.is_genuine(batch)
    assert not Reminder.objects.exists()


def test_what_shows_that_a_key_is_ours_is_of_that_batch_and_of_this_installation(batch, settings):
    other = Batch(opened_at=timezone.now(), public_key=batch.public_key, key_mac=batch.key_mac)
    assert not batches.is_genuine(other)
    settings.EVALUATION_TICKET_KEY = b"another key of an installation elsewhere"
    assert not batches.is_genuine(batch)


def test_an_installation_that_never_invited_anybody_has_nothing_to_watch():
    assert key_watch.watch(at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notifications_reminder")
        assert cursor.fetchone() == (0,)


def test_one_code_sent_in_masses_keeps_nobody_from_answering(monkeypatch):
    for module in (answers, opening, key_watch):
        monkeypatch.setattr(module, "MOST_WAITING", 10)
    one, other = InvitationFactory.create_batch(2)
    for _time in range(9):
        answer(one)
    answer(other)
    with pytest.raises(answers.NoBatchError):
        answer(other)
    watch_key()
    assert Envelope.objects.count() == 2
    answer(other)
    assert not Reminder.objects.exists()


def test_that_no_more_are_taken_is_told_to_the_administrators_once(monkeypatch):
    for module in (answers, opening, key_watch):
        monkeypatch.setattr(module, "MOST_WAITING", 3)
    for invitation in InvitationFactory.create_batch(3):
        answer(invitation)
    for _ in range(2):
        watch_key()
    told = Reminder.objects.get()
    assert (told.kind, told.role) == ("evaluation.full", Role.ADMIN)
    assert Envelope.objects.count() == 3
