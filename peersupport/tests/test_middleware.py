"""What holds for every address."""

import pytest
from django.contrib import messages
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from supporters.tests.factories import OfferFactory, SupporterFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    "address", ["/support/?q=%00", "/support/a%00b/", "/incidents/?q=%00", "/evaluation/?a=%00"]
)
def test_an_address_with_a_nul_is_a_bad_request(client, coordinator, address):
    assert client.get(address).status_code == 400


def test_no_title_names_a_person(client, coordinator):
    """Titles stay in the history of a workstation that others use."""
    offer, supporter = OfferFactory(), SupporterFactory(trained=True)
    pages = {
        reverse("support:match", args=[offer.involvement_id]): offer.involvement.name,
        reverse("support:roll-call", args=[offer.incident.reference]): offer.involvement.name,
        reverse("pool:supporter", args=[supporter.pk]): supporter.user.name,
    }
    for page, name in pages.items():
        text = client.get(page).content.decode()
        assert name in text
        assert name not in text.partition("<title>")[2].partition("</title>")[0]


def test_what_was_said_is_in_no_cookie(client, coordinator):
    """The next person at the workstation must not read who was asked."""
    offer, supporter = OfferFactory(), SupporterFactory(trained=True)
    response = client.post(
        reverse("support:assign", args=[offer.involvement_id]), {"supporter": supporter.pk, "beyond": "1"}
    )
    assert [str(said) for said in messages.get_messages(response.wsgi_request)]
    assert "messages" not in response.cookies
