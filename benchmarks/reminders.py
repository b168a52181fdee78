"""The reminder engine: claiming and showing what is due, a pass that finds nothing, and sending mail."""

import time
from collections.abc import Callable
from uuid import UUID, uuid4

from django.contrib.auth.models import Group
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.test.utils import override_settings
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from benchmarks.measure import Ratio, ratio, ratio_of
from benchmarks.report import Line
from notifications.delivery import outbox, sweep
from notifications.delivery.mails import something_for_you
from notifications.models import Mail, Reminder
from notifications.reminders.failure import DELIVERY, TRIAL
from notifications.tests.smtp_sink import Sink, SinkServer

PEOPLE = 200
DUE = 2_000
MAILS = 300


def measure(*, future: int, rounds: int) -> list[Line]:
    """With no future reminders and with `future` of them. Empties the tables, and leaves them so."""
    _empty()
    people = _people()
    lines = [_empty_pass(0)]
    _fill_future(future)
    lines.append(_empty_pass(future))
    swept = ratio_of(_timed_sweeps(people), _timed_floor(people), rounds=rounds)
    lines.append(_line(f"sweep of {DUE:,} due, {future:,} future / ORM bulk batches of 500", swept, 2))
    with SinkServer(Sink()) as sink, _mail_server(sink):
        sent = ratio_of(_timed_sending(people), _timed_reused_connection(people), rounds=rounds)
    lines.append(_line("sending / one reused connection", sent, 2))
    User.objects.filter(id__in=people).delete()
    _empty()
    return lines


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications_reminder, notifications_notice, notifications_mail CASCADE")


def _line(what: str, found: Ratio, goal: float) -> Line:
    measured = f"{found.median:.2f}× ({found.low:.2f}–{found.high:.2f}; {found.ms:.1f} ms)"
    return Line(what, measured, f"≤ {goal}×", found.low <= goal)


def _empty_pass(future: int) -> Line:
    found = ratio(lambda: sweep.sweep(at=timezone.now()), _raw_claim, rounds=9, each=100)
    return _line(f"empty pass, {future:,} future reminders / raw claim", found, 2)


def _raw_claim() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM notifications_reminder WHERE done_at IS NULL AND cancelled_at IS NULL "
            "AND due_at <= now() ORDER BY due_at LIMIT 500 FOR UPDATE SKIP LOCKED"
        )
        cursor.fetchall()


def _people() -> list[UUID]:
    people = User.objects.bulk_create(
        User(username=f"bench-{number}", name="Somebody", email=f"bench{number}@hospital.example")
        for number in range(PEOPLE)
    )
    role = Group.objects.get(name=Role.COORDINATOR)
    User.groups.through.objects.bulk_create(
        User.groups.through(user_id=person.pk, group_id=role.pk) for person in people
    )
    return [person.pk for person in people]


def _fill_future(future: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO notifications_reminder
                   (id, key, kind, role, subject_id, url, due_at, attempts, last_error)
            SELECT gen_random_uuid(), 'future:' || number, %s, 'coordinator', gen_random_uuid(), '/contacts/',
                   now() + interval '1 day' + number * interval '1 second', 0, ''
              FROM generate_series(1, %s) AS number
            """,
            [TRIAL.code, future],
        )
        cursor.execute("ANALYZE notifications_reminder")


def _due(people: list[UUID]) -> None:
    now = timezone.now()
    Reminder.objects.bulk_create(
        Reminder(
            key=str(uuid4()),
            kind=TRIAL.code,
            recipient_id=people[number % PEOPLE],
            subject_id=DELIVERY,
            url="/settings/delivery/",
            due_at=now,
        )
        for number in range(DUE)
    )


def _timed_sweeps(people: list[UUID]) -> Callable[[], float]:
    def run() -> float:
        _due(people)
        start, now = time.perf_counter(), timezone.now()
        while sweep.show_batch(at=now):
            pass
        return time.perf_counter() - start

    return run


def _timed_floor(people: list[UUID]) -> Callable[[], float]:
    """Claim, one row for the outbox each, mark: what the ORM does in bulk, without asking for rights."""

    def batch() -> int:
        with transaction.atomic():
            due = Reminder.objects.waiting().filter(due_at__lte=timezone.now()).order_by("due_at")
            claimed = list(due.select_for_update(skip_locked=True)[: sweep.BATCH])
            Mail.objects.bulk_create(
                Mail(
                    key=str(reminder.id),
                    kind=reminder.kind,
                    user_id=reminder.recipient_id,
                    subject_id=reminder.subject_id,
                    url=reminder.url,
                    due_at=reminder.due_at,
                )
                for reminder in claimed
            )
            Reminder.objects.filter(id__in=[reminder.id for reminder in claimed]).update(
                done_at=timezone.now()
            )
        return len(claimed)

    def run() -> float:
        _due(people)
        start = time.perf_counter()
        while batch():
            pass
        return time.perf_counter() - start

    return run


def _mail_server(sink: Sink) -> override_settings:
    return override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=sink.port,
    )


def _timed_sending(people: list[UUID]) -> Callable[[], float]:
    def run() -> float:
        Mail.objects.all().delete()
        now = timezone.now()
        Mail.objects.bulk_create(
            Mail(
                key=str(number),
                kind=TRIAL.code,
                user_id=people[number % PEOPLE],
                subject_id=DELIVERY,
                url="/notices/",
                due_at=now,
            )
            for number in range(MAILS)
        )
        start = time.perf_counter()
        outbox.send_due(at=now)
        return time.perf_counter() - start

    return run


def _timed_reused_connection(people: list[UUID]) -> Callable[[], float]:
    """The same messages, composed before, over one connection that Django keeps open."""

    def run() -> float:
        messages: list[EmailMultiAlternatives] = [
            something_for_you(
                mail_id=uuid4(), address="somebody@hospital.example", language="nl", url="/notices/"
            )
            for _number in range(MAILS)
        ]
        start = time.perf_counter()
        get_connection().send_messages(messages)
        return time.perf_counter() - start

    return run
