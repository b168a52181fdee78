"""The pages about coverage.

Also covers training.coverage.views.coverage and training.coverage.views.simulation.
"""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from supporters.tests.factories import OfferFactory, SupporterFactory
from training import tasks
from training.models import Simulation

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]
PAGE, SIMULATION = reverse("training:coverage"), reverse("training:simulation")


@pytest.fixture
def coordinator(client):
    client.force_login(UserFactory(roles=[Role.COORDINATOR], office=True))


def test_an_empty_hospital_is_told_what_comes_here(client, coordinator):
    assert "No employees yet" in client.get(PAGE).text


def test_now_in_a_year_and_where_most_are_short(client, coordinator):
    short = DepartmentFactory(name="Waar het knelt")
    UserFactory.create_batch(12, department=short)
    SupporterFactory(trained=True, user__department=DepartmentFactory(name="Waar genoeg is"))
    page = client.get(PAGE)
    [(nurses, in_a_year)] = page.context["groups"]
    assert (nurses.employees, nurses.supporters, nurses.wanted, in_a_year) == (13, 1, 2, 0)
    assert [str(each.of) for each in page.context["departments"]] == ["Waar het knelt", "Waar genoeg is"]
    assert page.text.index("Waar het knelt") < page.text.index("Waar genoeg is")
    assert "November 2026" in page.text
    assert "October 2027" in page.text


def test_many_places_cost_no_more_queries_than_few(client, coordinator, django_assert_num_queries):
    for _few_then_many in range(2):
        SupporterFactory.create_batch(4, trained=True)
        client.get(PAGE)
        with django_assert_num_queries(9):
            client.get(PAGE)


def test_a_simulation_is_begun_followed_and_read(client, coordinator):
    gone = SupporterFactory(trained=True, user__name="Hanneke Jansma")
    OfferFactory()
    page = client.post(SIMULATION, {"q": "hanneke"}, follow=True)
    assert "Hanneke Jansma" in page.text
    assert f"first={gone.user.pk}" in page.text
    chosen = client.get(SIMULATION, {"first": gone.user.pk, "second": gone.user.pk, "third": "x"})
    assert [one for _name, one in chosen.context["leaving"]] == [gone.user]
    begun = client.post(reverse("training:simulate"), {"first": gone.user.pk}, follow=True)
    assert "Waiting for the worker" in begun.text
    assert "One is running already" in client.post(reverse("training:simulate"), follow=True).text
    tasks.simulate()
    read = client.get(SIMULATION)
    assert (read.context["all"].requests, read.context["all"].today) == (1, 0)
    assert read.context["all"].chosen == 1
    assert "Who those three are is kept nowhere" in read.text


def test_nothing_to_try_and_what_did_not_end_are_said(client, coordinator):
    client.post(reverse("training:simulate"))
    tasks.simulate()
    assert "No requests yet" in client.get(SIMULATION).text
    Simulation.objects.update(result={})
    assert "It did not come to an end." in client.get(SIMULATION).text
