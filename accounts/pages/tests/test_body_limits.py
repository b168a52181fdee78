"""Nothing large is read, whoever sends it."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.pages.body_limits import LARGEST_FILE, LARGEST_FORM
from accounts.tests.factories import UserFactory
from accounts.tests.test_access_matrix import pages

FILES = {
    "incidents:import": Role.COORDINATOR,
    "settings:staff-import": Role.ADMIN,
    "settings:hospital": Role.ADMIN,
    "questionnaires": Role.COORDINATOR,
}


class Body:
    """So many bytes of a file in a form, which says whether anybody read them."""

    def __init__(self, length):
        self.length = length
        self.was_read = False

    def read(self, *args):
        self.was_read = True
        return b""

    readline = read


def post(client, url, length, **headers):
    body = Body(length)
    response = client.generic(
        "POST",
        url,
        b"x",
        content_type="multipart/form-data; boundary=b",
        CONTENT_LENGTH=str(length),
        **{"wsgi.input": body, **headers},
    )
    return response, body


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url", ["/account/sign-in/", "/evaluation/", "/incidents/new/vim/", "/incidents/import/"]
)
def test_nobody_sends_more_than_a_form_without_signing_in(client, url):
    response, body = post(client, url, LARGEST_FORM + 1)
    assert response.status_code == 413
    assert not body.was_read
    assert "10 MB" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", FILES)
def test_a_file_is_taken_from_who_may_import_only(client, page):
    client.force_login(UserFactory(roles=[Role.SUPPORTER]))
    assert post(client, reverse(page), LARGEST_FORM + 1)[0].status_code == 413
    client.force_login(UserFactory(roles=[FILES[page]], password="correct horse battery"))
    assert post(client, reverse(page), LARGEST_FORM + 1)[0].status_code != 413
    response, body = post(client, reverse(page), LARGEST_FILE + 1)
    assert response.status_code == 413
    assert not body.was_read


def test_no_other_page_takes_a_file():
    assert {name for name, page in pages() if hasattr(page.callback, "takes_a_file")} == set(FILES)


@pytest.mark.django_db
def test_what_does_not_say_how_large_it_is_is_not_read(client):
    body = Body(0)
    environ = {"wsgi.input": body, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    response = client.generic("POST", "/account/sign-in/", b"x", **environ)
    assert response.status_code == 411
    assert not body.was_read
