"""What the reporter of a report without people reads, in the confirmation and on the own report's page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.reports.report_writer import Involved, add_involved
from supporters.enums import IntakeState, NotNeededReason
from supporters.intake.told_reporter import as_reporter_reads
from supporters.tests.factories import UnnamedReportFactory

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def read(row, client):
    client.force_login(row.incident.reporter)
    return client.get(reverse("incidents:detail", args=[row.incident.reference])).text


def test_two_colleagues_who_talk_are_named_only_where_somebody_is_called(client):
    row = UnnamedReportFactory()
    assert "between those two colleagues" not in read(row, client)
    add_involved(
        incident=row.incident,
        involved=[Involved(employee=UserFactory())],
        by=UserFactory(roles=[Role.COORDINATOR]),
        at=NOW,
    )
    assert "between those two colleagues" in read(row, client)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "Nobody is named on it yet. The coordinator looks at it by tomorrow at 10:00."),
        ({"late": True}, "The coordinator still has to look at it, and was reminded."),
        ({"asked": True}, "The coordinator asked you who was involved."),
        ({"asked": True, "said_nobody_at": NOW}, "You said that nobody was affected."),
        ({"closing": True}, "By the hospital’s rule for such reports it is closed Tuesday 24 March."),
        ({"by_rule": True}, "It was closed by the hospital’s rule for such reports."),
        (
            {"not_needed": True, "reason": NotNeededReason.NOBODY},
            "The coordinator looked at it: as far as is known, nobody was affected.",
        ),
        (
            {"not_needed": True, "reason": NotNeededReason.DEPARTMENT},
            "The coordinator looked at it: the department itself looks after whoever needs it.",
        ),
        (
            {"not_needed": True, "reason": NotNeededReason.ELSEWHERE},
            "The coordinator looked at it: support is in good hands elsewhere.",
        ),
        (
            {"not_needed": True, "reason": NotNeededReason.NOT_OURS},
            "The coordinator looked at it: it is not about colleagues of this hospital.",
        ),
    ],
)
def test_says_in_truth_what_happens_with_it(client, state, said):
    page = read(UnnamedReportFactory(**state), client)
    assert said in page
    assert "Whoever needs support can always ask for it, also without a report." in page
    assert "That colleague calls" not in page


def test_only_who_is_asked_is_led_to_the_form(client):
    for state, asks in (
        ({"asked": True}, True),
        ({}, False),
        ({"asked": True, "said_nobody_at": NOW}, False),
    ):
        row = UnnamedReportFactory(**state)
        form = reverse("support:name-people", args=[row.incident.reference])
        assert (form in read(row, client)) is asks


@pytest.mark.parametrize("reason", NotNeededReason)
def test_not_who_decided_nor_that_anybody_has_support(client, reason):
    row = UnnamedReportFactory(not_needed=True, reason=reason, decided_by__name="Iris Zelf")
    page = read(row, client)
    assert "Iris Zelf" not in page
    assert "supported" not in page
    assert "no support was needed" not in page


def test_once_people_are_on_it_what_is_done_with_every_report(client):
    row = UnnamedReportFactory()
    involved = [Involved(employee=UserFactory())]
    add_involved(incident=row.incident, involved=involved, by=None, at=NOW + timedelta(minutes=1))
    page = read(row, client)
    assert "That colleague calls by" in page
    assert "Nobody is named" not in page


@pytest.mark.parametrize("state", [IntakeState.NAMED, IntakeState.WITHDRAWN, IntakeState.JOINED])
def test_nothing_of_its_own_once_it_ended(state):
    row = UnnamedReportFactory(state=state, closed_at=NOW)
    assert as_reporter_reads(row.incident, row.incident.reporter) is None


def test_only_the_reporter_reads_it(client):
    row = UnnamedReportFactory()
    assert as_reporter_reads(row.incident, UserFactory()) is None
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    page = client.get(reverse("incidents:detail", args=[row.incident.reference])).text
    assert "What happens with your report" not in page


@pytest.mark.parametrize(("state", "offered"), [({}, True), ({"not_needed": True}, False)])
def test_taking_it_back_is_not_offered_once_they_read_that_it_was_looked_at(client, state, offered):
    row = UnnamedReportFactory(**state)
    way = reverse("incidents:withdraw", args=[row.incident.reference])
    assert (way in read(row, client)) == offered
    received = client.get(reverse("incidents:received", args=[row.incident.reference])).text
    assert (way in received) == offered
