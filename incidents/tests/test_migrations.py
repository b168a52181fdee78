"""Upgrades, on a database with calamities that run."""

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
from incidents.models import Incident, Milestone, Policy, TrackEvent
from incidents.reports.intake import report_incident
from notifications.models import Reminder

LADDER = import_module("incidents.migrations.0012_drop_former_reminders").Migration.operations[0]
NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
BEFORE = NOTICED - timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOTICED)]


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


@pytest.fixture
def out_of_order():
    """Calamities as an import could leave them: what happened lies after what followed it. By reference."""
    executor = MigrationExecutor(connection)
    executor.migrate([("incidents", "0016_reason_of_correction")])
    old = executor.loader.project_state([("incidents", "0016_reason_of_correction")]).apps
    day = timedelta(days=1)
    common: dict[str, object] = {"kind": "calamity", "event_type": "safety", "reported_at": NOTICED}
    rows: dict[str, dict[str, object]] = {
        "2026-0001": {"occurred_at": NOTICED + day, "noticed_at": NOTICED, "tracked_since": NOTICED},
        "2026-0002": {
            "occurred_at": NOTICED + 3 * day,
            "noticed_at": NOTICED + 2 * day,
            "established_at": NOTICED + day,
            "tracked_since": NOTICED,
        },
        "2026-0003": {"occurred_at": NOTICED - day, "noticed_at": NOTICED, "tracked_since": NOTICED},
        "2026-0004": {"kind": "vim", "occurred_at": NOTICED + day, "noticed_at": NOTICED},
        "2026-0005": {"kind": "vim", "occurred_at": NOTICED},
    }
    for reference, more in rows.items():
        old.get_model("incidents", "Incident").objects.create(reference=reference, **{**common, **more})
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_moments_out_of_order_take_the_earlier_one_and_the_log_says_so(out_of_order):
    call_command("migrate", verbosity=0)
    day = timedelta(days=1)
    found = Incident.objects.order_by("reference").values_list("occurred_at", "noticed_at", "established_at")
    assert list(found) == [
        (NOTICED, NOTICED, None),
        (NOTICED + day, NOTICED + day, NOTICED + day),
        (NOTICED - day, NOTICED, None),
        (NOTICED, NOTICED, None),
        (NOTICED, None, None),
    ]
    lines = TrackEvent.objects.order_by("incident__reference", "kind")
    assert list(lines.values_list("incident__reference", "kind", "moment", "previous", "reason")) == [
        ("2026-0001", "occurred_corrected", NOTICED, NOTICED + day, "update"),
        ("2026-0002", "noticed_corrected", NOTICED + day, NOTICED + 2 * day, "update"),
        ("2026-0002", "occurred_corrected", NOTICED + day, NOTICED + 3 * day, "update"),
    ]


@pytest.fixture
def before_it_was_asked():
    """Calamities and a policy of before it was recorded whether the inspectorate asks for a report."""
    state = [("incidents", "0021_involvement_email_lower")]
    executor = MigrationExecutor(connection)
    executor.migrate(state)
    old = executor.loader.project_state(state).apps
    common = {"kind": "calamity", "event_type": "safety", "reported_at": NOTICED, "tracked_since": NOTICED}
    person = old.get_model("accounts", "User").objects.create(username="wieke", name="Wieke")
    for reference, established in (("2026-0001", None), ("2026-0002", NOTICED), ("2026-0003", NOTICED)):
        incident = old.get_model("incidents", "Incident").objects.create(
            reference=reference, noticed_at=NOTICED, established_at=established, **common
        )
        for step in ("igj", "final_report"):
            row = old.get_model("incidents", "Milestone").objects.create(
                incident=incident, step=step, internal_due_at=NOTICED, statutory_due_at=NOTICED
            )
    old.get_model("incidents", "TermChange").objects.create(
        milestone=row,
        kind="letter",
        answer="granted",
        moment=NOTICED,
        until=NOTICED.date(),
        recorded_at=NOTICED,
        recorded_by=person,
    )
    old.get_model("accounts", "PolicyChange").objects.create(
        policy="calamities", field="alignment_starts", old="established", new="noticed", by=person, at=NOTICED
    )
    old.get_model("incidents", "Policy").objects.create(
        id=1,
        analysis_days=40,
        feedback_days=35,
        final_report_days=42,
        director_starts="noticed",
        alignment_starts="noticed",
    )
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_no_term_is_taken_for_the_laws_that_is_not(before_it_was_asked):
    call_command("migrate", verbosity=0)
    rows = Milestone.objects.order_by("incident__reference", "step")
    found = rows.values_list("incident__reference", "step", "statutory_due_at", "statutory_expected")
    assert list(found) == [
        ("2026-0001", "final_report", None, False),
        ("2026-0001", "igj", datetime(2026, 4, 23, 21, 59, 59, tzinfo=UTC), False),
        ("2026-0002", "final_report", NOTICED, True),
        ("2026-0002", "igj", NOTICED, False),
        ("2026-0003", "final_report", NOTICED, False),
        ("2026-0003", "igj", NOTICED, False),
    ]
    policy = Policy.current()
    assert (policy.analysis_days, policy.feedback_days, policy.final_report_days) == (40, 40, 42)
    # Chosen by an administrator it stays.
    assert (policy.director_starts, policy.alignment_starts) == ("reported", "noticed")


@pytest.fixture
def without_terms():
    """Calamities as migration 0022 left them, and one that names nobody; by reference."""
    state = [("incidents", "0027_apostrophes")]
    executor = MigrationExecutor(connection)
    executor.migrate(state)
    old = executor.loader.project_state(state).apps
    person = old.get_model("accounts", "User").objects.create(username="wieke", name="Wieke")
    frozen = {"decreed_holidays": ["2026-04-21"]}
    for reference, established, policy in (
        ("2026-0001", None, {}),
        ("2026-0002", None, frozen),
        ("2026-0003", NOTICED, {}),
    ):
        incident = old.get_model("incidents", "Incident").objects.create(
            reference=reference,
            kind="calamity",
            event_type="safety",
            reported_at=NOTICED,
            tracked_since=NOTICED,
            noticed_at=NOTICED,
            established_at=established,
        )
        for step in ("igj", "support"):
            row = old.get_model("incidents", "Milestone").objects.create(
                incident=incident, step=step, internal_due_at=NOTICED, policy=policy, reminded_at=BEFORE
            )
            for kind in ("incidents.law_due", "incidents.step_due"):
                old.get_model("notifications", "Reminder").objects.create(
                    key=f"{row.pk}:{kind}", kind=kind, role="ccp", subject_id=row.pk, url="/", due_at=NOTICED
                )
    old.get_model("incidents", "Involvement").objects.create(
        incident=incident, employee=person, added_at=NOTICED
    )
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_what_was_only_reported_has_its_notice_due_and_support_of_nobody_is_not(without_terms):
    call_command("migrate", verbosity=0)
    rows = Milestone.objects.order_by("incident__reference", "step")
    # Noticed Monday 9 March; six weeks later is 20 April, and three working days after it.
    notice, later = (datetime(2026, 4, day, 21, 59, 59, tzinfo=UTC) for day in (23, 24))
    found = rows.values_list("incident__reference", "step", "internal_due_at", "statutory_due_at")
    assert list(found) == [
        ("2026-0001", "igj", NOTICED, notice),
        ("2026-0001", "support", None, None),
        ("2026-0002", "igj", NOTICED, later),
        ("2026-0002", "support", None, None),
        ("2026-0003", "igj", NOTICED, None),
        ("2026-0003", "support", NOTICED, None),
    ]
    waiting = Reminder.objects.waiting().filter(due_at=NOTICED, key__endswith="_due")
    told = {(row.subject_id, row.kind) for row in waiting}
    of = {(row.incident.reference, row.step): row.pk for row in rows.select_related("incident")}
    assert told == {
        (of["2026-0001", "igj"], "incidents.step_due"),
        (of["2026-0001", "support"], "incidents.law_due"),
        (of["2026-0002", "igj"], "incidents.step_due"),
        (of["2026-0002", "support"], "incidents.law_due"),
        (of["2026-0003", "igj"], "incidents.law_due"),
        (of["2026-0003", "igj"], "incidents.step_due"),
        (of["2026-0003", "support"], "incidents.law_due"),
        (of["2026-0003", "support"], "incidents.step_due"),
    }
    assert not Milestone.objects.filter(incident__reference="2026-0001", reminded_at=BEFORE).exists()
