"""Several of one kind for one person in one pass: one notice and one mail."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from accounts.tests.factories import UserFactory
from notifications.conftest import BUNDLED
from notifications.delivery import sweep
from notifications.delivery.tests.test_sweep import MORNING, due
from notifications.models import Mail, Notice, Reminder
from notifications.notices import listing
from notifications.notices.listing import NoticeOpened
from notifications.reminders import kinds
from notifications.tests.factories import ReminderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge", "smtp"), pytest.mark.clock(MORNING)]


@pytest.fixture
def user():
    return UserFactory()


def several(user, number, **fields):
    return [due(recipient=user, kind=BUNDLED, **fields) for _ in range(number)]


def lines(user):
    return [line.text for line in listing.page(user=user, at=MORNING).lines]


def test_fifty_reports_are_one_notice_and_one_mail(user, smtp):
    several(user, 50)
    sweep.sweep(at=MORNING)
    assert (lines(user), len(smtp.messages)) == (["All 50."], 1)
    assert Notice.objects.get().url == "/notices/"
    assert not Reminder.objects.waiting().exists()


def test_one_alone_is_itself(user, smtp):
    (reminder,) = several(user, 1)
    sweep.sweep(at=MORNING)
    assert (lines(user), Notice.objects.get().subject_id) == (["One."], reminder.subject_id)


def test_each_reader_has_a_bundle_of_their_own(user, smtp):
    other = UserFactory()
    several(user, 2)
    several(other, 3)
    sweep.sweep(at=MORNING)
    assert (lines(user), lines(other), len(smtp.messages)) == (["All 2."], ["All 3."], 2)


def test_more_of_it_is_counted_in_the_one_that_nobody_read_and_mailed_again(user, smtp):
    several(user, 2)
    sweep.sweep(at=MORNING)
    several(user, 3)
    later = MORNING + timedelta(hours=1)
    sweep.sweep(at=later)
    assert (lines(user), Notice.objects.get().created_at, len(smtp.messages)) == (["All 5."], later, 2)


def test_what_was_read_is_left_alone(user, smtp):
    several(user, 2)
    sweep.sweep(at=MORNING)
    listing.mark_read(user=user, at=MORNING)
    several(user, 3)
    sweep.sweep(at=MORNING + timedelta(hours=1))
    assert lines(user) == ["All 3.", "All 2."]


def test_more_than_a_batch_is_still_one_notice_and_one_mail(user, smtp):
    Reminder.objects.bulk_create(
        ReminderFactory.build(key=f"k{n}", recipient=user, kind=BUNDLED, due_at=MORNING) for n in range(1200)
    )
    sweep.sweep(at=MORNING)
    assert (lines(user), len(smtp.messages)) == (["All 1200."], 1)


def test_what_may_be_shown_again_is_never_counted_twice(judge, user):
    """One that could not be judged comes again later: it stands alone then."""
    broken, *_others = several(user, 3)
    judge.broken.add(broken.subject_id)
    sweep.sweep(at=MORNING)
    judge.broken.clear()
    more = several(user, 2)
    sweep.sweep(at=MORNING + timedelta(minutes=1))
    assert sorted(lines(user)) == ["All 4.", "One."]
    assert len(more) == 2


def test_bundle_is_opened_and_mailed_while_one_of_its_things_is_left(judge, user, smtp):
    several(user, 2)
    sweep.show_batch(at=MORNING)
    judge.refused.add(kinds.MANY)
    sweep.sweep(at=MORNING)
    assert (smtp.messages, Mail.objects.get().dropped_at) == ([], MORNING)
    notice = Notice.objects.get()
    assert listing.open_notice(notice=notice, user=user, at=MORNING) is NoticeOpened.NO_LONGER_YOURS


@pytest.mark.django_db(transaction=True)
def test_two_passes_at_once_count_everything_once(user):
    Reminder.objects.bulk_create(
        ReminderFactory.build(key=f"k{n}", recipient=user, kind=BUNDLED, due_at=MORNING) for n in range(2000)
    )
    start = threading.Barrier(2)

    def run():
        try:
            start.wait()
            while sweep.show_batch(at=MORNING):
                pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Notice.objects.get().count == 2000
    assert Mail.objects.count() == 1
