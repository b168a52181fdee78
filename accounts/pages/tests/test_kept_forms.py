from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from accounts.pages import kept_forms
from accounts.pages.access import AccessMiddleware, allow_signed_in
from accounts.pages.kept_forms import Ticket
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@allow_signed_in
def page(request):
    return HttpResponse()


def asked(user, session, data=None, **headers):
    """A request for the page by `user`, a POST when there is `data`, and what the middleware answers."""
    path = "/incidents/new/vim/"
    request = RequestFactory().post(path, data, **headers) if data else RequestFactory().get(path, **headers)
    request.user, request.session = user, session
    HtmxMiddleware(lambda _: HttpResponse())(request)
    answer = AccessMiddleware(lambda _: HttpResponse()).process_view(request, page, (), {})
    return request, answer


@pytest.fixture(autouse=True)
def _sign_in_page(settings):
    settings.LOGIN_URL = "/sign-in/"


@pytest.fixture
def session():
    return SessionStore()


def test_comes_back_to_the_same_person_once(session):
    nurse = UserFactory()
    sent = {"ticket": str(Ticket.new(nurse)), "description": "De pomp viel uit", "person": ["a", "b"]}
    _, answer = asked(AnonymousUser(), session, sent)
    assert (answer.status_code, answer.url) == (302, "/sign-in/?next=/incidents/new/vim/")
    assert "pomp" not in str(dict(session))

    request, answer = asked(nurse, session)
    assert answer is None
    back = kept_forms.take_back(request)
    assert back is not None
    assert back["description"] == "De pomp viel uit"
    assert back.getlist("person") == ["a", "b"]
    assert kept_forms.take_back(request) is None


def test_is_dropped_when_somebody_else_signs_in(session):
    asked(AnonymousUser(), session, {"ticket": str(Ticket.new(UserFactory())), "description": "De pomp"})
    _, _ = asked(UserFactory(), session)
    # Let go of by the very request, not only when somebody asks for it.
    assert "unsent" not in session


def test_who_begins_at_home_is_led_to_it_once(client):
    nurse, page = UserFactory(), "/incidents/new/vim/"
    client.post(page, {"ticket": str(Ticket.new(nurse)), "description": "De pomp viel uit"})
    client.force_login(nurse)
    assert client.get("/").url == page
    # Not there, for whatever reason: home is home again, and it waits where it was typed.
    assert client.get("/").status_code == 200
    assert "De pomp viel uit" in client.get(page).text


def test_nobody_else_is_led_to_it(client):
    client.post("/incidents/new/vim/", {"ticket": str(Ticket.new(UserFactory())), "description": "De pomp"})
    client.force_login(UserFactory())
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("ticket", ["", "made-up", "eyJhIjoxfQ:1abc:def"])
def test_without_a_ticket_of_ours_nothing_is_kept(session, ticket):
    asked(AnonymousUser(), session, {"ticket": ticket, "description": "De pomp"})
    assert "unsent" not in session


def test_something_very_large_is_not_kept(session):
    asked(AnonymousUser(), session, {"ticket": str(Ticket.new(UserFactory())), "description": "x" * 300_000})
    assert "unsent" not in session


def test_goes_after_an_hour(session, time_machine):
    nurse = UserFactory()
    time_machine.move_to("2026-03-10T09:00:00Z", tick=False)
    asked(AnonymousUser(), session, {"ticket": str(Ticket.new(nurse)), "description": "De pomp"})
    time_machine.shift(timedelta(minutes=61))
    request, _ = asked(nurse, session)
    assert kept_forms.take_back(request) is None
    assert "unsent" not in session


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(session):
    headers = {
        "HTTP_HX_REQUEST": "true",
        "HTTP_HX_CURRENT_URL": "http://testserver/incidents/new/vim/",
    }
    _, answer = asked(AnonymousUser(), session, **headers)
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/incidents/new/vim/"
