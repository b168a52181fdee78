from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from hospital.clock import local_day
from notifications.delivery import forgetting
from notifications.models import Absence, Mail, Notice, Reminder
from notifications.reminders import reconcile, schedule
from notifications.tests.factories import (
    KIND,
    AbsenceFactory,
    MailFactory,
    NoticeFactory,
    ReminderFactory,
)

NOW = datetime(2026, 9, 14, 9, tzinfo=UTC)
OLD = NOW - forgetting.KEPT
NEW = OLD + timedelta(seconds=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def test_what_reminded_one_person_of_a_thing_goes_and_nothing_else():
    user, other, subject = UserFactory(), UserFactory(), uuid4()
    mine = NoticeFactory(user=user, reminder__subject_id=subject)
    MailFactory(user=user, subject_id=subject)
    theirs = NoticeFactory(user=other, reminder__subject_id=subject)
    about_else = NoticeFactory(user=user)
    mail = MailFactory(user=other, subject_id=subject)
    of_a_role = ReminderFactory(role=Role.COORDINATOR, recipient=None, subject_id=subject)
    forgetting.forget(user=user, subjects=[subject])
    assert set(Notice.objects.all()) == {theirs, about_else}
    assert set(Mail.objects.all()) == {mail}
    assert set(Reminder.objects.all()) == {theirs.reminder, about_else.reminder, of_a_role}
    assert not Reminder.objects.filter(pk=mine.reminder_id).exists()


def test_what_is_over_goes_after_the_term_and_not_before():
    for at in (OLD, NEW):
        MailFactory(sent_at=at)
        MailFactory(dropped_at=at)
        ReminderFactory(done_at=at)
        ReminderFactory(cancelled_at=at)
        NoticeFactory(read_at=at, reminder__done_at=at)
    waiting = MailFactory(due_at=OLD), ReminderFactory(due_at=OLD)
    assert forgetting.prune(at=NOW) == 6
    assert Mail.objects.count() == 3
    assert Reminder.objects.count() == 4
    assert Notice.objects.get().read_at == NEW
    assert Mail.objects.filter(pk=waiting[0].pk).exists()
    assert Reminder.objects.filter(pk=waiting[1].pk).exists()
    assert forgetting.prune(at=NOW) == 0


def test_a_notice_that_nobody_read_stays_with_its_reminder():
    notice = NoticeFactory(reminder__done_at=OLD)
    assert forgetting.prune(at=NOW) == 0
    assert Notice.objects.get().reminder == notice.reminder


def test_what_would_be_written_anew_stays(monkeypatch):
    """A contact that runs for months wants its reminders: pruned, they would reach people a second time."""
    wanted = schedule.reminder(
        key="contact:1", kind=KIND, due_at=OLD, subject_id=uuid4(), url="/", role=Role.COORDINATOR
    )
    monkeypatch.setattr(reconcile, "expectations", [lambda at: [wanted]])
    schedule.remind([wanted])
    Reminder.objects.update(done_at=OLD)
    assert forgetting.prune(at=NOW) == 0
    assert reconcile.reconcile(at=NOW) == 0


def test_absence_goes_when_it_is_over_and_not_before():
    today = local_day(NOW)
    over = AbsenceFactory(first_day=today - timedelta(days=9), last_day=today - timedelta(days=1))
    lasts = AbsenceFactory(first_day=today, last_day=today)
    forgetting.prune(at=NOW)
    assert set(Absence.objects.values_list("user", flat=True)) == {lasts.user_id}
    assert over.user_id != lasts.user_id


def test_mail_of_the_day_goes_without_its_notices():
    notice = NoticeFactory(digest=MailFactory(sent_at=OLD))
    forgetting.prune(at=NOW)
    notice.refresh_from_db()
    assert (notice.digest, Mail.objects.exists()) == (None, False)
