"""The hospital's name and logo, on every page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from hospital.models import LARGEST_LOGO, PNG, Hospital

PICTURE = PNG + b"picture"
PAGE = "/settings/hospital/"


@pytest.fixture
def admin(db, client):
    user = UserFactory(roles=[Role.ADMIN])
    client.force_login(user)
    return user


def png(content=PICTURE):
    return SimpleUploadedFile("logo.png", content, content_type="image/png")


def text(response):
    return response.content.decode()


def test_name_and_logo_stand_on_every_page_also_without_signing_in(client, admin):
    client.post(PAGE, {"name": "Merwede Ziekenhuis", "logo_file": png()})
    version = Hospital.current().logo_version
    address = reverse("hospital-logo", args=[version])
    for path in ("/me/", PAGE):
        assert "Merwede Ziekenhuis" in text(client.get(path))
        assert address in text(client.get(path))
    client.logout()
    assert "Merwede Ziekenhuis" in text(client.get(reverse("account_login")))
    picture = client.get(address)
    assert picture.content == PICTURE
    assert picture["Content-Type"] == "image/png"


def test_nothing_stands_there_until_the_hospital_has_said_so(client, admin):
    assert 'class="hospital"' not in text(client.get("/me/"))
    assert client.get(reverse("hospital-logo", args=["x"])).status_code == 404


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "Choose a PNG picture."),
        (b"GIF89a", "Choose a PNG picture."),
        (PNG + b"0" * LARGEST_LOGO, "The picture may be at most 100 KB."),
    ],
)
def test_another_file_is_refused_beside_the_field_and_the_name_stays_typed(client, admin, content, error):
    answer = text(client.post(PAGE, {"name": "Merwede", "logo_file": png(content)}))
    assert error in answer
    assert 'value="Merwede"' in answer
    assert Hospital.current().name == ""


def test_new_name_keeps_the_logo_and_a_cross_takes_it_away(client, admin):
    client.post(PAGE, {"name": "Oud", "logo_file": png()})
    client.post(PAGE, {"name": "Nieuw"})
    assert (Hospital.current().name, bytes(Hospital.current().logo)) == ("Nieuw", PICTURE)
    client.post(PAGE, {"name": "Nieuw", "without_logo": "on"})
    assert Hospital.current().logo_version == ""
    assert bytes(Hospital.current().logo) == b""
