"""The upgrade that brings an intake: what was reported lately and names nobody becomes somebody's work."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps

from incidents.tests.factories import IncidentFactory, InvolvementFactory
from supporters.models import UnnamedReport
from supporters.tests.factories import UnnamedReportFactory

NOW = datetime(2026, 3, 13, 15, 0, tzinfo=UTC)  # Friday, 16:00 in Amsterdam
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]
MIGRATION = "supporters.migrations.0005_intake_of_open_reports"


def upgrade():
    import_module(MIGRATION).open_rows(apps, None)


def test_gives_each_of_the_last_thirty_days_a_term_that_begins_now():
    report = IncidentFactory(reported_at=NOW - timedelta(days=29))
    calamity = IncidentFactory(calamity=True, reported_at=NOW - timedelta(days=1))
    upgrade()
    rows = {row.incident: row for row in UnnamedReport.objects.all()}
    assert {incident: row.weight for incident, row in rows.items()} == {report: 1, calamity: 4}
    monday = datetime(2026, 3, 16, 15, 0, tzinfo=UTC)
    assert {(row.due_at, row.closes_at, row.state) for row in rows.values()} == {(monday, None, "open")}
    assert rows[report].opened_at == report.reported_at


def test_leaves_alone_what_is_old_named_ended_a_question_or_has_one():
    known = UnnamedReportFactory()
    IncidentFactory(reported_at=NOW - timedelta(days=31))
    InvolvementFactory()
    IncidentFactory(withdrawn_at=NOW, description="")
    IncidentFactory(joined_into=InvolvementFactory().incident, joined_at=NOW)
    IncidentFactory(for_self=True)
    IncidentFactory(colleague=True)
    upgrade()
    assert [row.pk for row in UnnamedReport.objects.all()] == [known.pk]
