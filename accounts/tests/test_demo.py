import importlib

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, clear_url_caches, reverse

from accounts import urls
from accounts.enums import AccessAction
from accounts.models import AccessEvent
from accounts.sign_in.demo_people import DEMO_PEOPLE
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def reload_addresses():
    importlib.reload(urls)
    importlib.reload(importlib.import_module(settings.ROOT_URLCONF))
    clear_url_caches()


@pytest.fixture
def without_demo(settings):
    settings.DEMO = False
    reload_addresses()
    yield
    settings.DEMO = True
    reload_addresses()


def test_page_lists_who_is_there_with_a_button_each(client):
    for username in DEMO_PEOPLE:
        UserFactory(username=username)
    page = client.get("/demo/").content.decode()
    assert page.count('action="/demo/sign-in/"') == len(DEMO_PEOPLE) == 12


def test_page_of_an_empty_demo_says_what_to_do(client):
    assert "manage.py demo" in client.get("/demo/").content.decode()


def test_a_click_signs_in(client):
    nurse = UserFactory(username="employee")
    response = client.post("/demo/sign-in/", {"username": "employee"})
    assert (response.status_code, response.url) == (302, "/")
    assert client.get(reverse("mfa_index")).context["user"] == nurse
    assert AccessEvent.objects.get().action == AccessAction.SIGN_IN


def test_who_came_from_a_page_goes_on_to_it(client):
    UserFactory(username="employee")
    page = client.get("/account/sign-in/?next=/me/notices/").content.decode()
    assert 'href="/demo/?next=%2Fme%2Fnotices%2F"' in page
    page = client.get("/demo/?next=%2Fme%2Fnotices%2F").content.decode()
    assert '<input type="hidden" name="next" value="/me/notices/">' in page
    assert (
        client.post("/demo/sign-in/", {"username": "employee", "next": "/me/notices/"}).url == "/me/notices/"
    )


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site(client, elsewhere):
    UserFactory(username="employee")
    assert client.get("/demo/", {"next": elsewhere}).context["next"] is None
    assert client.post("/demo/sign-in/", {"username": "employee", "next": elsewhere}).url == "/"


@pytest.mark.parametrize("username", ["", "root", "iemand"])
def test_nobody_else_signs_in_with_a_click(client, username):
    UserFactory(username="iemand")
    assert client.post("/demo/sign-in/", {"username": username}).status_code == 404


def test_a_leaver_does_not_sign_in(client):
    UserFactory(username="employee", leaver=True)
    assert client.post("/demo/sign-in/", {"username": "employee"}).status_code == 404


def test_neither_address_exists_without_the_demo(client, without_demo):
    UserFactory(username="employee")
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/sign-in/", {"username": "employee"}).status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("demo")
    assert "demo" not in client.get("/account/sign-in/").content.decode()


def test_the_views_refuse_without_the_demo_wherever_they_stand(client, settings):
    UserFactory(username="employee")
    settings.DEMO = False
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/sign-in/", {"username": "employee"}).status_code == 404
