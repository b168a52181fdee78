"""Nobody opens a page that does not say who may: asked through the whole stack, by everybody there is."""

import pytest
from django.http import HttpResponse
from django.urls import include, path

from accounts.enums import Role
from accounts.pages.access import allow, allow_public, allow_signed_in
from accounts.tests.factories import UserFactory


def silent(request):
    return HttpResponse("shown")


urlpatterns = [
    path("silent/", silent),
    path("public/", allow_public(lambda request: HttpResponse("shown"))),
    path("own/", allow_signed_in(lambda request: HttpResponse("shown"))),
    path("board/", allow(Role.BOARD)(lambda request: HttpResponse("shown"))),
    path("", include("peersupport.urls")),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.mark.parametrize("roles", [None, [], *([role] for role in Role)])
def test_a_view_that_declares_nothing_is_shown_to_nobody(client, roles):
    if roles is not None:
        client.force_login(UserFactory(roles=roles))
    for ask in (client.get, client.post):
        answer = ask("/silent/")
        assert answer.status_code == 403
        assert b"shown" not in answer.content


@pytest.mark.parametrize(
    ("page", "nobody", "employee", "board"),
    [("/public/", 200, 200, 200), ("/own/", 302, 200, 200), ("/board/", 302, 403, 200)],
)
def test_a_view_is_shown_to_whom_it_names(client, page, nobody, employee, board):
    assert client.get(page).status_code == nobody
    for roles, status in (([], employee), ([Role.BOARD], board)):
        client.force_login(UserFactory(roles=roles))
        assert client.get(page).status_code == status


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client):
    page = {"hx-request": "true", "hx-current-url": "http://testserver/board/"}
    answer = client.get("/own/", headers=page)
    assert answer.status_code == 200
    assert b"shown" not in answer.content
    assert answer.headers["HX-Redirect"].endswith("?next=/board/")
