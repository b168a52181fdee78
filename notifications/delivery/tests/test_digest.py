"""The mail of the day."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import UserFactory
from hospital.clock import AMSTERDAM, is_working_day, local_day, moment_of
from hospital.models import WorkingHours
from notifications.conftest import NEWS
from notifications.delivery import digest, outbox, sweep
from notifications.delivery.tests.test_sweep import due, local
from notifications.enums import Group
from notifications.models import DeliveryPolicy, Mail, MailOff, Notice
from notifications.reminders import kinds
from notifications.reminders.kinds import Kind
from notifications.tests.factories import KIND

#: A Thursday.
NOON = local("2026-11-19T12:00")
NEXT = local("2026-11-20T08:00")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge", "smtp"), pytest.mark.clock(NOON)]


@pytest.fixture
def user():
    return UserFactory()


def news(user, *, at=NOON, number=1):
    for _ in range(number):
        due(recipient=user, kind=NEWS, due_at=at)
    engine(at=at)


def engine(*, at):
    """What the worker does at `at`: whether news is due, and a pass."""
    digest.gather(at=at)
    sweep.sweep(at=at)


def body(message):
    return message.get_body(("plain",)).get_content()


def test_news_shows_at_once_and_is_mailed_the_next_morning_as_a_count(user, smtp, settings):
    settings.SITE_URL = "https://steun.example"
    news(user, number=3)
    assert (Notice.objects.count(), smtp.messages) == (3, [])
    engine(at=NEXT - timedelta(seconds=1))
    assert smtp.messages == []
    engine(at=NEXT)
    (message,) = smtp.messages
    assert message["To"] == user.email
    assert "- 3 times news" in body(message)
    assert "https://steun.example/notices/" in body(message)
    assert "<li>3 times news</li>" in message.get_body(("html",)).get_content()
    engine(at=NEXT + timedelta(days=3))
    assert len(smtp.messages) == 1


def test_mail_of_the_day_names_nobody_and_no_thing(user, smtp):
    news(user)
    engine(at=NEXT)
    (message,) = smtp.messages
    subjects = [str(subject) for subject in Notice.objects.values_list("subject_id", flat=True)]
    for word in (user.name, "News.", *subjects):
        assert word not in message.as_string()


def test_kinds_are_counted_apart(user, smtp, monkeypatch):
    other = Kind("test.other", "", lambda *_: True, group=Group.NEWS, digest="%(count)d times other")
    monkeypatch.setitem(kinds._kinds, other.code, other)
    due(recipient=user, kind=other.code, due_at=NOON)
    news(user, number=2)
    engine(at=NEXT)
    assert {"- 2 times news", "- 1 times other"} <= set(body(smtp.messages[0]).splitlines())


def test_what_was_read_or_is_gone_is_not_counted_and_nothing_left_is_no_mail(user, smtp, judge):
    news(user, number=3)
    first, second, _third = Notice.objects.all()
    Notice.objects.filter(pk=first.pk).update(read_at=NOON)
    judge.refused.add(second.subject_id)
    other = UserFactory()
    news(other)
    Notice.objects.filter(user=other).update(read_at=NOON)
    engine(at=NEXT)
    assert [body(message).splitlines()[2] for message in smtp.messages] == ["- 1 times news"]
    assert Mail.objects.get(user=other).dropped_at == NEXT


def test_work_is_not_held_back_for_the_mail_of_the_day(user, smtp):
    due(recipient=user, kind=KIND, due_at=NOON)
    engine(at=NOON)
    assert len(smtp.messages) == 1


def test_who_wants_no_news_by_mail_gets_none(user, smtp):
    MailOff.objects.create(user=user, group=Group.NEWS)
    news(user)
    engine(at=NEXT)
    assert (Notice.objects.count(), smtp.messages) == (1, [])


@pytest.mark.parametrize(
    ("shown", "mailed"),
    [
        ("2026-11-19T07:59", "2026-11-19T08:00"),
        ("2026-11-19T08:00", "2026-11-20T08:00"),
        # Over a weekend.
        ("2026-11-20T09:00", "2026-11-23T08:00"),
        # The weekends in which the clock is changed: eight by the clock on the wall.
        ("2026-03-27T23:00", "2026-03-30T08:00"),
        ("2026-10-25T02:30", "2026-10-26T08:00"),
        # Over holidays: Easter with Good Friday, and the end of the year.
        ("2026-04-02T12:00", "2026-04-07T08:00"),
        ("2026-12-31T12:00", "2027-01-04T08:00"),
        ("2026-05-04T12:00", "2026-05-06T08:00"),
    ],
)
def test_mail_leaves_on_the_next_working_morning_by_the_local_clock(user, smtp, shown, mailed):
    news(user, at=local(shown))
    moment = local(mailed).astimezone(UTC)
    at = local(shown).astimezone(UTC)
    while (at := at + timedelta(minutes=30)) < moment:
        engine(at=at)
    assert smtp.messages == []
    engine(at=moment)
    assert len(smtp.messages) == 1


def test_mail_of_the_day_knows_the_days_off_by_decree(user, smtp):
    WorkingHours.objects.create(decreed_days=[date(2026, 11, 20)])
    news(user)
    engine(at=NEXT)
    assert smtp.messages == []
    engine(at=local("2026-11-23T08:00"))
    assert len(smtp.messages) == 1


def test_moment_is_the_hospitals_own(user, smtp):
    DeliveryPolicy.objects.create(digest_at=time(16, 30))
    news(user)
    engine(at=local("2026-11-19T16:29"))
    assert smtp.messages == []
    engine(at=local("2026-11-19T16:30"))
    assert len(smtp.messages) == 1


def test_moment_that_is_moved_makes_no_second_mail_on_one_day_and_loses_nothing(user, smtp):
    news(user)
    engine(at=NEXT)
    DeliveryPolicy.objects.create(digest_at=time(15))
    news(user, at=local("2026-11-20T10:00"), number=2)
    engine(at=local("2026-11-20T15:00"))
    assert len(smtp.messages) == 1
    engine(at=local("2026-11-23T15:00"))
    assert "- 2 times news" in body(smtp.messages[1])


def test_engine_that_stood_still_until_the_night_mails_in_the_morning_after(user, smtp):
    news(user)
    engine(at=local("2026-11-20T22:00"))
    engine(at=local("2026-11-23T07:30"))
    assert smtp.messages == []
    engine(at=local("2026-11-23T08:00"))
    assert len(smtp.messages) == 1


def test_engine_that_stood_still_over_the_weekend_mails_once_on_monday(user, smtp):
    news(user)
    engine(at=local("2026-11-21T11:00"))
    assert smtp.messages == []
    engine(at=local("2026-11-23T11:00"))
    assert len(smtp.messages) == 1


def test_refused_mail_of_the_day_keeps_its_message_id(user, smtp):
    news(user)
    smtp.answer = lambda _address: "451 later"
    engine(at=NEXT)
    mail = Mail.objects.get()
    smtp.answer = lambda _address: "250 OK"
    engine(at=NEXT + timedelta(minutes=5))
    assert smtp.message_ids[0].startswith(f"<{mail.pk}@")
    assert len(smtp.messages) == 1


def test_mails_of_the_day_cost_the_same_for_few_and_many(django_assert_num_queries):
    for _ in range(2):
        news(UserFactory(), number=2)
    with django_assert_num_queries(5) as few:  # policy, hours, and one statement in a savepoint
        assert digest.gather(at=NEXT) == 2
    for _ in range(6):
        news(UserFactory(), number=3, at=NEXT + timedelta(hours=1))
    with django_assert_num_queries(len(few)):
        assert digest.gather(at=local("2026-11-23T08:00")) == 6


def test_mails_of_the_day_are_counted_for_all_at_once_when_they_are_sent(smtp, django_assert_num_queries):
    def morning(people, at):
        for _ in range(people):
            news(UserFactory(), number=2, at=at - timedelta(hours=20))
        digest.gather(at=at)

    morning(1, NEXT)
    with django_assert_num_queries(17) as one:
        outbox.send_due(at=NEXT)
    monday = local("2026-11-23T08:00")
    morning(5, monday)
    with django_assert_num_queries(len(one) + 4):  # each is marked after the server's own answer
        outbox.send_due(at=monday)


@pytest.mark.django_db(transaction=True)
def test_worker_killed_before_the_commit_has_written_nothing_and_the_next_writes_it(user, smtp, monkeypatch):
    news(user)

    def killed():
        raise SystemExit

    with monkeypatch.context() as until_killed:
        until_killed.setattr(digest, "nudge", killed)
        with pytest.raises(SystemExit):
            digest.gather(at=NEXT)
    assert not Mail.objects.exists()
    engine(at=NEXT)
    engine(at=NEXT)
    assert len(smtp.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_two_passes_at_once_mail_once(smtp):
    for _ in range(20):
        news(UserFactory(), number=3)
    start = threading.Barrier(4)

    def run():
        try:
            start.wait()
            engine(at=NEXT)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine(at=NEXT + timedelta(minutes=10))
    assert len(smtp.messages) == len(set(smtp.addresses)) == 20
    assert all("- 3 times news" in body(message) for message in smtp.messages)


moments = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001  # bounds of aware moments
    max_value=datetime(2032, 1, 1),  # noqa: DTZ001  # bounds of aware moments
    timezones=st.just(UTC),
)


@given(moments, st.times())
def test_news_is_gathered_on_working_days_after_the_moment_only(at, digest_at):
    until = digest.news_until(at, digest_at=digest_at)
    today = local_day(at)
    if until is None:
        assert not is_working_day(today) or at < moment_of(today, digest_at)
    else:
        assert until <= at
        assert local_day(until) == today


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 60 * 40), min_size=1, max_size=8))
def test_each_piece_of_news_is_counted_in_exactly_one_mail_and_one_mail_a_day(smtp, gaps):
    Notice.objects.all().delete()
    Mail.objects.all().delete()
    smtp.messages.clear()
    user, at = UserFactory(), NOON
    for gap in [*gaps, 24 * 60, 24 * 60, 24 * 60, 24 * 60]:
        at += timedelta(minutes=gap)
        engine(at=at)
        news(user, at=at)
    noon = local(f"{at.astimezone(AMSTERDAM):%Y-%m-%d}T12:00")
    for later in range(1, 7):
        engine(at=noon + timedelta(days=later))
    counted = sum(int(body(message).splitlines()[2].split()[1]) for message in smtp.messages)
    assert counted == len(gaps) + 4
    sent = Mail.objects.values_list("sent_at", flat=True)
    mailed_on = [local_day(moment) for moment in sent if moment]
    assert len(mailed_on) == len(set(mailed_on)) == len(smtp.messages)
