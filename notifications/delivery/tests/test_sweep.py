import threading
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import UserFactory
from hospital.clock import AMSTERDAM
from notifications.conftest import LEGAL, QUIET, URGENT
from notifications.delivery import sweep
from notifications.models import DeliveryPolicy, Heartbeat, Mail, Notice, Reminder
from notifications.reminders import kinds
from notifications.reminders.kinds import Kind
from notifications.tests.factories import KIND, ReminderFactory


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


#: An ordinary morning, so that mail is not held back.
MORNING = local("2026-11-20T10:00")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judge", "smtp"), pytest.mark.clock(MORNING)]


def due(**fields):
    return ReminderFactory(**{"due_at": MORNING - timedelta(minutes=1), **fields})


def test_due_reminder_is_shown_and_mailed_once(smtp):
    reminder = due()
    assert sweep.sweep(at=MORNING) == sweep.Swept(shown=1, sent=1)
    assert sweep.sweep(at=MORNING) == sweep.Swept()
    notice = Notice.objects.get()
    assert (notice.user, notice.url, notice.created_at) == (reminder.recipient, reminder.url, MORNING)
    assert smtp.addresses == [reminder.recipient.email]
    reminder.refresh_from_db()
    assert reminder.done_at == MORNING


def test_future_and_cancelled_reminders_wait():
    due(due_at=MORNING + timedelta(seconds=1))
    due(cancelled_at=MORNING)
    assert sweep.sweep(at=MORNING) == sweep.Swept()


def test_reminder_that_is_weeks_late_is_still_delivered(smtp):
    due(due_at=MORNING - timedelta(days=60))
    assert sweep.sweep(at=MORNING) == sweep.Swept(shown=1, sent=1)


def test_reminder_for_a_role_reaches_everybody_in_service_who_has_it(smtp):
    first, second = UserFactory(roles=[Role.COORDINATOR]), UserFactory(roles=[Role.COORDINATOR])
    UserFactory(roles=[Role.COORDINATOR], leaver=True)
    UserFactory(roles=[Role.ADMIN])
    due(recipient=None, role=Role.COORDINATOR)
    sweep.sweep(at=MORNING)
    assert {notice.user for notice in Notice.objects.all()} == {first, second}
    assert sorted(smtp.addresses) == sorted([first.email, second.email])


def test_reminder_for_a_role_that_nobody_has_waits_and_is_found_failing():
    reminder = due(recipient=None, role=Role.CCP)
    sweep.sweep(at=MORNING)
    reminder.refresh_from_db()
    assert (reminder.done_at, reminder.attempts, reminder.last_error) == (None, 1, "NobodyToTell")


def test_reminder_for_a_leaver_reaches_nobody_and_fails_nowhere():
    UserFactory(roles=[Role.COORDINATOR])
    reminder = due(recipient=UserFactory(leaver=True))
    sweep.sweep(at=MORNING)
    reminder.refresh_from_db()
    assert (Notice.objects.count(), reminder.done_at, reminder.attempts) == (0, MORNING, 0)


def test_reminder_that_no_longer_concerns_its_person_is_dropped(judge, smtp):
    reminder = due()
    judge.refused.add(reminder.subject_id)
    assert sweep.sweep(at=MORNING) == sweep.Swept(shown=1)
    assert (Notice.objects.count(), smtp.messages) == (0, [])
    reminder.refresh_from_db()
    assert reminder.done_at == MORNING


def test_roles_cost_the_kinds_no_query(monkeypatch, django_assert_num_queries):
    asked = []

    def concerns(user, _subject):
        asked.append(user.has_role(Role.COORDINATOR))
        return True

    monkeypatch.setitem(kinds._kinds, KIND, Kind(KIND, "", concerns, by_mail=False))
    due(recipient=UserFactory(roles=[Role.COORDINATOR]))
    due()
    with django_assert_num_queries(12) as few:
        sweep.show_batch(at=MORNING)
    for _ in range(6):
        due()
    with django_assert_num_queries(len(few)):
        sweep.show_batch(at=MORNING)
    assert asked.count(True) == 1


def test_kind_may_answer_for_a_whole_batch_at_once(monkeypatch):
    calls = []

    def concern(pairs):
        calls.append(len(pairs))
        return [position % 2 == 0 for position in range(len(pairs))]

    def never(_user, _subject):
        raise AssertionError

    monkeypatch.setitem(kinds._kinds, KIND, Kind(KIND, "", never, concern=concern, by_mail=False))
    for _ in range(4):
        due()
    sweep.sweep(at=MORNING)
    assert (calls, Notice.objects.count()) == ([4], 2)


def test_reminder_that_always_raises_harms_no_other(judge, caplog):
    broken, well = due(), due()
    judge.broken.add(broken.subject_id)
    sweep.sweep(at=MORNING)
    assert Notice.objects.get().reminder == well
    broken.refresh_from_db()
    assert (broken.done_at, broken.attempts) == (None, 1)
    assert broken.last_error.startswith("RuntimeError (conftest.py:")
    assert "Jansen" not in caplog.text + broken.last_error


def test_reminder_that_raised_once_is_delivered_after_its_wait(judge):
    reminder = due()
    judge.broken.add(reminder.subject_id)
    sweep.sweep(at=MORNING)
    judge.broken.clear()
    sweep.sweep(at=MORNING + timedelta(seconds=59))
    assert not Notice.objects.exists()
    sweep.sweep(at=MORNING + timedelta(seconds=60))
    assert Notice.objects.get().reminder == reminder


def test_wait_does_not_outlive_a_clock_that_was_put_back(judge):
    reminder = due()
    judge.broken.add(reminder.subject_id)
    sweep.sweep(at=MORNING + timedelta(days=1))
    judge.broken.clear()
    sweep.sweep(at=MORNING)
    assert Notice.objects.count() == 1


def test_database_error_in_one_kind_is_that_kinds_alone(monkeypatch):
    def concerns(_user, _subject):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        return True

    monkeypatch.setitem(kinds._kinds, "test.sql", Kind("test.sql", "", concerns))
    due(kind="test.sql")
    well = due()
    sweep.sweep(at=MORNING)
    assert Notice.objects.get().reminder == well


def test_fifth_failure_tells_the_administrator_and_the_coordinator_once_a_day(judge):
    admin, coordinator = UserFactory(roles=[Role.ADMIN]), UserFactory(roles=[Role.COORDINATOR])
    for _ in range(2):
        judge.broken.add(due().subject_id)
    for minutes in (0, 1, 3, 6):
        sweep.sweep(at=MORNING + timedelta(minutes=minutes))
    assert not Notice.objects.exists()
    for minutes in (10, 15, 21):
        sweep.sweep(at=MORNING + timedelta(minutes=minutes))
    assert {notice.user for notice in Notice.objects.all()} == {admin, coordinator}
    assert Notice.objects.count() == 2
    assert Reminder.objects.failing().count() == 2


def test_in_app_only_kind_is_not_mailed(smtp):
    due(kind=QUIET)
    sweep.sweep(at=MORNING)
    assert (Notice.objects.count(), smtp.messages) == (1, [])


def test_person_without_address_gets_the_notice():
    due(recipient=UserFactory(email=""))
    sweep.sweep(at=MORNING)
    assert (Notice.objects.count(), Mail.objects.count()) == (1, 0)


@pytest.mark.parametrize(("kind", "mailed_at"), [(KIND, "2026-11-21T07:00"), (URGENT, "2026-11-20T23:30")])
def test_mail_at_night_waits_for_seven_unless_urgent(smtp, kind, mailed_at):
    night = local("2026-11-20T23:30")
    due(kind=kind, due_at=night)
    sweep.sweep(at=night)
    assert Notice.objects.count() == 1
    assert Mail.objects.get().due_at == local(mailed_at)
    assert len(smtp.messages) == (kind == URGENT)
    sweep.sweep(at=local("2026-11-21T07:00"))
    assert len(smtp.messages) == 1


@pytest.mark.parametrize(
    ("kind", "at", "mailed_at"),
    [
        # 21 November 2026 is a Saturday.
        (KIND, "2026-11-21T10:00", "2026-11-23T07:00"),
        (LEGAL, "2026-11-21T10:00", "2026-11-21T10:00"),
        (LEGAL, "2026-11-21T23:00", "2026-11-22T07:00"),
        (URGENT, "2026-11-21T23:00", "2026-11-21T23:00"),
    ],
)
def test_quiet_weekend_holds_back_no_term_of_the_law(smtp, kind, at, mailed_at):
    DeliveryPolicy.objects.create(quiet_weekends=True)
    due(kind=kind, due_at=local(at))
    sweep.sweep(at=local(at))
    assert Mail.objects.get().due_at == local(mailed_at)
    assert len(smtp.messages) == (at == mailed_at)
    sweep.sweep(at=local(mailed_at))
    assert len(smtp.messages) == 1


def test_mail_that_could_not_leave_in_the_evening_does_not_leave_at_night(smtp):
    smtp.answer = lambda _address: "451 later"
    evening = local("2026-11-20T20:58")
    due(due_at=evening)
    sweep.sweep(at=evening)
    smtp.answer = lambda _address: "250 OK"
    sweep.sweep(at=local("2026-11-20T21:05"))
    assert smtp.messages == []
    sweep.sweep(at=local("2026-11-21T07:00"))
    assert len(smtp.messages) == 1


def test_empty_pass_is_one_statement(django_assert_num_queries):
    due(future=True, due_at=MORNING + timedelta(days=3))
    with django_assert_num_queries(1):
        sweep.sweep(at=MORNING)


def test_pass_leaves_a_sign_of_life():
    due(kind=QUIET)
    sweep.run(at=MORNING)
    beat = Heartbeat.objects.get(name=Heartbeat.SWEEP)
    assert (beat.at, beat.count) == (MORNING, 1)
    sweep.run(at=MORNING + timedelta(minutes=1))
    assert Heartbeat.objects.get().at == MORNING + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_two_passes_at_once_deliver_everything_once(smtp):
    people = [
        UserFactory.build(
            username=f"p{n}", email=f"p{n}@ziekenhuis.example", department=None, profession=None
        )
        for n in range(1200)
    ]
    User.objects.bulk_create(people)
    Reminder.objects.bulk_create(
        ReminderFactory.build(key=f"k{n}", recipient=one, due_at=MORNING) for n, one in enumerate(people)
    )
    start = threading.Barrier(2)

    def run():
        try:
            start.wait()
            sweep.sweep(at=MORNING)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while sweep.sweep(at=MORNING).sent:
        pass  # what two passes on a slow machine had no time for
    assert Notice.objects.count() == 1200
    assert len(smtp.messages) == len(set(smtp.message_ids)) == 1200


steps = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from(["well", "kind breaks", "server refuses"])), max_size=8
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, subjects=st.lists(st.uuids(), min_size=1, max_size=4, unique=True))
def test_whatever_fails_on_the_way_each_is_shown_once_and_mailed_once(judge, smtp, steps, subjects):
    Reminder.objects.all().delete()
    Mail.objects.all().delete()
    smtp.messages.clear()
    now = MORNING
    for subject in subjects:
        due(key=str(subject), recipient=UserFactory(), subject_id=subject)
    for minutes, state in [*steps, (40, "well"), (40, "well")]:
        now += timedelta(minutes=minutes)
        judge.broken = set(subjects[:2]) if state == "kind breaks" else set()
        refused = state == "server refuses"
        smtp.answer = lambda _address, refused=refused: "451 later" if refused else "250 OK"
        if now > local("2026-11-20T20:00"):
            now = MORNING + timedelta(days=1)
        sweep.sweep(at=now)
    assert sorted(Notice.objects.filter(kind=KIND).values_list("subject_id", flat=True)) == sorted(subjects)
    assert len(smtp.messages) == len(set(smtp.message_ids)) == len(subjects)


def test_command_runs_one_pass(capsys):
    due(kind=QUIET, due_at=timezone.now() - timedelta(minutes=1))
    call_command("sweep")
    assert capsys.readouterr().out == "shown 1, mailed 0, failed 0\n"
