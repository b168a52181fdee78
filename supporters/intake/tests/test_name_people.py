"""The reporter, once asked, says who was involved: on the own report alone."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.pages.kept_forms import Ticket
from accounts.tests.factories import UserFactory
from supporters.enums import IntakeState
from supporters.models import Offer, UnnamedReport
from supporters.tests.factories import UnnamedReportFactory

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def row(client):
    asked = UnnamedReportFactory(asked=True)
    client.force_login(asked.incident.reporter)
    return asked


def url(row):
    return reverse("support:name-people", args=[row.incident.reference])


def send(client, row, **data):
    form = {"ticket": str(Ticket.new(row.incident.reporter)), "send": "1", **data}
    return client.post(url(row), form, follow=True)


def test_asks_who_was_involved(client, row):
    page = client.get(url(row)).text
    assert "Who was involved?" in page
    assert "Nobody was affected" in page


def test_whoever_is_named_is_offered_support(client, row):
    colleague = UserFactory()
    page = send(client, row, person=[str(colleague.pk)]).text
    assert "Thank you. 1 person is added." in page
    assert Offer.objects.get().involvement.employee == colleague
    assert UnnamedReport.objects.get(pk=row.pk).state == IntakeState.NAMED


def test_stands_in_the_access_log_as_the_reporter(client, row):
    send(client, row, person=[str(UserFactory().pk)])
    line = AccessEvent.objects.get(access_point="support:name-people")
    assert (line.user, line.basis) == (row.incident.reporter, "reporter")


def test_who_names_themselves_is_not_named_beside_their_record(client, row):
    send(client, row, person=[str(row.incident.reporter.pk)])
    line = AccessEvent.objects.get(access_point="support:name-people")
    assert (line.user, line.basis) == (None, "own record")


def test_nobody_chosen_is_said(client, row):
    assert "Choose somebody to add." in send(client, row).text


def test_the_buttons_of_the_people_give_their_part(client, row):
    found = client.post(url(row), {"add": "hand"}, headers={"hx-request": "true"})
    assert "hand-1" in found.text
    assert "Choose somebody to add." not in found.text


def test_nobody_was_affected_is_told_to_the_coordinator(client, row):
    page = send(client, row, nobody="1").text
    assert "Thank you. The coordinator reads that nobody was affected." in page
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    assert "The reporter says: nobody" in client.get(reverse("support:intake")).text


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_settled_meanwhile_is_said(client, row, method):
    UnnamedReport.objects.update(state=IntakeState.NAMED, closed_at=NOW)
    answer = client.get(url(row), follow=True) if method == "get" else send(client, row, nobody="1")
    assert "the coordinator does not need it any more" in answer.text


def test_is_not_there_before_one_is_asked(client):
    row = UnnamedReportFactory()
    client.force_login(row.incident.reporter)
    assert client.get(url(row)).status_code == 404


def test_is_not_there_for_the_coordinator_who_has_another_way(client, row):
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    assert client.get(url(row)).status_code == 404
