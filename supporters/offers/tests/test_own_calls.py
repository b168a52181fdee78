"""What an employee's home page says of who will call."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from supporters.tests.factories import ContactFactory, OfferFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def employee(client):
    user = UserFactory()
    client.force_login(user)
    return user


def home(client):
    return client.get("/").content.decode()


def test_home_says_that_a_colleague_will_call_and_who_once_somebody_said_yes(client, employee):
    offer = OfferFactory(involvement__employee=employee)
    assert "A colleague will call you" in home(client)
    contact = ContactFactory(proposed=True, offer=offer, supporter__user__name="Sam de Wit")
    assert "Sam de Wit" not in home(client)
    type(contact).objects.filter(pk=contact.pk).update(state="accepted", accepted_at=contact.proposed_at)
    assert "Sam de Wit will call you" in home(client)


def test_home_says_nothing_of_what_has_ended_or_is_somebody_elses(client, employee):
    OfferFactory()
    ContactFactory(closed=True, offer__involvement__employee=employee)
    assert "will call you" not in home(client)
    assert "is there for you" not in home(client)


def test_several_offers_cost_no_more_queries(client, employee):
    OfferFactory(involvement__employee=employee)
    home(client)
    with CaptureQueriesContext(connection) as few:
        home(client)
    OfferFactory.create_batch(3, involvement__employee=employee)
    with CaptureQueriesContext(connection) as many:
        assert home(client).count("A colleague will call you") == 4
    assert len(many) == len(few)


def test_whoever_has_a_desk_lands_there(client):
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    assert client.get("/").status_code == 302
