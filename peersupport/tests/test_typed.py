"""What is typed in a search stands in no address.

Also covers accounts.pages.sealed_search.
"""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from supporters.tests.factories import OfferFactory

pytestmark = pytest.mark.django_db
NAME = "Zevenbergh"


EVERYWHERE = [
    (Role.ADMIN, "/settings/people/", {"q": NAME, "role": "supporter"}),
    (Role.PRIVACY_OFFICER, "/access-log/", {"person": NAME, "reference": NAME}),
    (Role.COORDINATOR, "/incidents/", {"q": NAME}),
    (Role.COORDINATOR, "/support/", {"q": NAME}),
    (Role.COORDINATOR, "/pool/", {"q": NAME, "state": "active"}),
    (Role.COORDINATOR, "/training/add/", {"q": NAME}),
    (Role.COORDINATOR, None, {"q": NAME}),
]


def test_no_form_puts_what_is_typed_in_the_address():
    templates = (Path(__file__).parents[2] / "templates").rglob("*.html")
    get = re.compile(r'method="?get', re.IGNORECASE)
    assert [each.name for each in templates if get.search(each.read_text())] == []


@pytest.mark.parametrize(("role", "address", "words"), EVERYWHERE)
def test_is_sealed_in_the_address_and_shown_to_who_typed_it_alone(client, role, address, words):
    address = address or f"/support/involved/{OfferFactory().involvement_id}/match/"
    client.force_login(UserFactory(roles=[role]))
    answer = client.post(address, words)
    assert answer.status_code == 302
    assert answer.url.startswith(f"{address}?")
    assert NAME.lower() not in unquote(answer.url).lower()
    assert f'value="{NAME}"' in client.get(answer.url).text or f"“{NAME}”" in client.get(answer.url).text
    client.force_login(UserFactory(roles=[role]))
    assert NAME not in client.get(answer.url).text


def test_does_not_open_after_the_session_and_when_changed(client, time_machine):
    user = UserFactory(roles=[Role.ADMIN])
    client.force_login(user)
    url = client.post("/settings/people/", {"q": NAME}).url
    assert NAME not in client.get(f"{url}x").text
    time_machine.move_to(timezone.now() + timedelta(hours=9))
    client.force_login(user)
    assert NAME not in client.get(url).text


@pytest.mark.parametrize("words", ["", "  ", "\0"])
def test_nothing_typed_shows_everything(client, words):
    client.force_login(UserFactory(roles=[Role.ADMIN]))
    assert client.post("/settings/people/", {"q": words}, follow=True).status_code == 200


@pytest.mark.parametrize(("role", "address", "words"), EVERYWHERE)
def test_an_overlong_word_is_searched_as_far_as_it_fits(client, role, address, words):
    """A server takes an address of some four thousand characters, and refuses a longer one unread."""
    address = address or f"/support/involved/{OfferFactory().involvement_id}/match/"
    client.force_login(UserFactory(roles=[role]))
    answer = client.post(address, dict.fromkeys(words, "\N{FACE WITH TEARS OF JOY}" * 5_000))
    assert answer.status_code == 302
    assert len(answer.url) < 4_000
    assert client.get(answer.url).status_code == 200
