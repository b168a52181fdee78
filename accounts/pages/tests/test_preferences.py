"""Language and theme, remembered on a browser and with a person.

Also covers accounts.pages.language.
"""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor():
    return User.objects.create_user("noor", name="Noor van den Berg", email="noor@example.org")


def test_language_is_remembered_on_this_browser(client):
    response = client.post(reverse("set_language"), {"language": "nl", "next": "/help/?x=1"})
    assert response.headers["Location"] == "/help/?x=1"
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "nl"


def test_language_is_kept_with_the_person(client, noor):
    client.force_login(noor)
    client.post(reverse("set_language"), {"language": "en"})
    noor.refresh_from_db()
    assert noor.language == "en"


def test_unknown_language_changes_nothing(client, noor):
    client.force_login(noor)
    response = client.post(reverse("set_language"), {"language": "xx"})
    noor.refresh_from_db()
    assert noor.language == "nl"
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_theme_is_remembered(client, theme):
    response = client.post(reverse("set_theme"), {"theme": theme, "next": "/"})
    assert response.cookies["theme"].value == theme
    assert response.cookies["theme"]["httponly"]


def test_unknown_theme_changes_nothing(client):
    assert "theme" not in client.post(reverse("set_theme"), {"theme": "<b>"}).cookies


@pytest.mark.parametrize(
    ("going_to", "arrives"),
    [
        ("/contacts/", "/contacts/"),
        ("http://testserver/contacts/", "/contacts/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("http://testserver//evil.example/", "/evil.example/"),
        ("http://testserver/\\evil.example/", "/evil.example/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_way_back_stays_on_this_site(client, going_to, arrives):
    assert (
        client.post(reverse("set_theme"), {"theme": "dark", "next": going_to}).headers["Location"] == arrives
    )


def test_way_back_is_where_one_came_from(client):
    response = client.post(
        reverse("set_theme"), {"theme": "dark"}, headers={"referer": "http://testserver/pool/"}
    )
    assert response.headers["Location"] == "/pool/"


@pytest.mark.parametrize("name", ["set_theme", "set_language"])
def test_choice_is_a_post(client, name):
    assert client.get(reverse(name)).url == "/"
