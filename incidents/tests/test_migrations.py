"""The upgrade to the ladder of reminders, on a calamity that runs."""

from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.enums import Role
from hospital.clock import OfficeHours
from hospital.models import WorkingHours
from incidents.enums import EventType, IncidentKind, Step
from incidents.intake import report_incident
from incidents.models import Milestone
from notifications.models import Reminder

pytestmark = pytest.mark.django_db

LADDER = import_module("incidents.migrations.0012_drop_former_reminders").Migration.operations[0]
NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_working_hours_and_days_off_become_the_hospitals():
    executor = MigrationExecutor(connection)
    before = executor.migrate([("incidents", "0014_no_truncate")]).apps
    before.get_model("incidents", "Policy").objects.create(
        id=1, work_starts=time(7, 30), work_ends=time(16), decreed_holidays=[date(2026, 12, 31)]
    )
    call_command("migrate", verbosity=0)
    assert WorkingHours.current().office == OfficeHours(
        time(7, 30), time(16), frozenset({date(2026, 12, 31)})
    )


@pytest.fixture
def report():
    """A final report whose reminders are those of before the ladder; two waiting, one shown."""
    calamity = report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[],
        submission_key=None,
        noticed_at=NOTICED,
        at=NOTICED,
    )
    report = Milestone.objects.get(incident=calamity, step=Step.FINAL_REPORT)
    Reminder.objects.filter(subject_id=report.pk).delete()
    for key, kind, done_at in (
        ("internal:incidents.step_due", "incidents.step_due", None),
        ("statutory:incidents.step_soon:20260309T090000", "incidents.step_soon", None),
        ("internal:incidents.step_soon", "incidents.step_soon", NOTICED),
    ):
        Reminder.objects.create(
            key=f"milestone:{report.pk}:{key}",
            kind=kind,
            role=Role.CCP,
            subject_id=report.pk,
            url="/",
            due_at=NOTICED,
            done_at=done_at,
        )
    return report


def test_one_step_is_told_once(report, capsys, time_machine):
    others = Reminder.objects.waiting().exclude(subject_id=report.pk).count()
    with connection.cursor() as cursor:
        cursor.execute(LADDER.sql)
    assert not Reminder.objects.waiting().filter(subject_id=report.pk).exists()
    assert Reminder.objects.waiting().count() == others > 0
    time_machine.move_to(NOTICED + timedelta(days=1))
    call_command("reconcile")
    due = Reminder.objects.waiting().filter(subject_id=report.pk, due_at=report.internal_due_at)
    assert list(due.values_list("role", flat=True)) == [Role.CCP]
    assert not capsys.readouterr().out.endswith("written 0\n")
