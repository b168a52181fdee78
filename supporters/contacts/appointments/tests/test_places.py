"""The coordinator keeps the places; what was said with one of them stays."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import PolicyChange
from accounts.tests.factories import UserFactory
from supporters.contacts.appointments import places
from supporters.contacts.appointments.forms import AppointmentForm
from supporters.models import MeetingPlace

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
PAGE = reverse("pool:places")
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def client(coordinator):
    client = Client()
    client.force_login(coordinator)
    return client


def offered():
    form = AppointmentForm(at=timezone.now(), seen=1)
    return [place.name for place in form.fields["place"].queryset]  # type: ignore[attr-defined]  # of such a field


def test_a_place_is_added_put_out_of_use_and_used_again(client):
    client.post(PAGE, {"name": "Room B2.14", "one_at_a_time": "on"})
    place = MeetingPlace.objects.get()
    assert offered() == ["Room B2.14"]
    client.post(PAGE, {"out": place.pk})
    assert offered() == []
    assert "Use again" in client.get(PAGE).text
    client.post(PAGE, {"in": place.pk})
    assert offered() == ["Room B2.14"]
    assert PolicyChange.objects.filter(policy="places", field="Room B2.14").count() == 3


def test_in_a_place_fits_one_talk_at_a_time_unless_the_coordinator_says_several(client):
    assert re.search(r'name="one_at_a_time"[^>]*checked', client.get(PAGE).text)
    client.post(PAGE, {"name": "Room B2.14", "one_at_a_time": "on"})
    client.post(PAGE, {"name": "A walk outside"})
    assert dict(MeetingPlace.objects.values_list("name", "one_at_a_time")) == {
        "Room B2.14": True,
        "A walk outside": False,
    }
    place = MeetingPlace.objects.get(name="Room B2.14")
    for word, one in (("several", False), ("several", False), ("one", True)):
        client.post(PAGE, {word: place.pk})
        place.refresh_from_db()
        assert place.one_at_a_time is one
    text = client.get(PAGE).text
    assert text.count("Room B2.14: one talk at a time") == 2
    assert PolicyChange.objects.filter(field="one:Room B2.14").count() == 2


def test_a_place_stands_there_once(client):
    for _ in range(2):
        answer = client.post(PAGE, {"name": "Room B2.14"})
    assert "This place is on the list already." in answer.text
    assert MeetingPlace.objects.count() == 1


def test_of_two_who_add_it_at_once_the_second_is_told(coordinator):
    places.add(MeetingPlace(name="Room B2.14"), by=coordinator, at=NOW)
    with pytest.raises(places.PlaceThere):
        places.add(MeetingPlace(name="Room B2.14"), by=coordinator, at=NOW)


@pytest.mark.parametrize("pk", ["", "x", "00000000-0000-0000-0000-000000000001"])
def test_what_is_no_place_changes_nothing(client, pk):
    assert client.post(PAGE, {"out": pk}).status_code == 302
    assert not PolicyChange.objects.exists()
