import pytest

from accounts.pages.kept_forms import Ticket
from accounts.tests.counting import statements
from accounts.tests.factories import UserFactory
from incidents.tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db


def test_home_shows_the_newest_own_reports_and_nobody_elses(client):
    nurse = UserFactory()
    mine = IncidentFactory.create_batch(6, reporter=nurse)
    other = IncidentFactory(reporter=UserFactory())
    client.force_login(nurse)
    page = client.get("/").content.decode()
    assert sum(incident.reference in page for incident in mine) == 5
    assert other.reference not in page
    assert "All your reports" in page


def test_statements_do_not_grow_with_the_reports(client):
    nurse = UserFactory()
    client.force_login(nurse)
    IncidentFactory(reporter=nurse)
    few = statements(client, "/")
    IncidentFactory.create_batch(4, reporter=nurse)
    assert statements(client, "/") == few


def test_taking_one_back_that_did_not_arrive_is_asked_again_with_its_reference(client):
    nurse = UserFactory()
    incident = IncidentFactory(reporter=nurse)
    place = f"/incidents/{incident.reference}/withdraw/"
    client.post(place, {"ticket": str(Ticket.new(nurse))})
    client.force_login(nurse)
    page = client.get(place).content.decode()
    assert "Take back this report" in page
    assert f"<dd><p>{incident.reference}" in page or f"<dd>{incident.reference}</dd>" in page
