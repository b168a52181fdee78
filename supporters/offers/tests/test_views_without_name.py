"""Somebody asks for support without saying who they are."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from incidents.enums import IncidentKind
from incidents.models import Incident, Involvement, name_of
from supporters.contacts import own_link
from supporters.models import Offer, ReachMe

pytestmark = pytest.mark.django_db
FIELDS = {"telephone": "06 12345678", "parts_of_day": ["evening"]}


@pytest.fixture
def nurse():
    return UserFactory(name="Fatima el Idrissi", email="fatima@ziekenhuis.example", telephone="+31687654321")


@pytest.fixture
def client(nurse):
    client = Client(headers={"accept-language": "en"})
    client.force_login(nurse)
    return client


def ask(client, **fields):
    return client.post(reverse("without-name"), {**FIELDS, **fields})


def test_a_number_is_enough_and_leads_to_a_page_of_ones_own(client):
    answer = ask(client)
    person = Involvement.objects.get()
    assert answer.url == own_link.address(person.pk)
    assert "be called by" in Client(headers={"accept-language": "en"}).get(answer.url).text
    text = " ".join(Client(headers={"accept-language": "en"}).get(answer.url).text.split())
    assert "You asked for support without your name" in text
    assert "You were there when" not in text
    assert "Is this a shared computer?" in text
    assert (person.name, person.telephone, person.email) == ("Somebody", "+31612345678", "")
    assert ReachMe.objects.get().parts_of_day == ["evening"]
    assert Offer.objects.get().waiting_for == "assignment"


def test_they_are_called_somebody_in_the_language_of_whoever_reads_it(client):
    ask(client)
    for language, word in (("nl", "Iemand"), ("en", "Somebody")):
        with override(language):
            assert Involvement.objects.get().name == word
            assert Offer.objects.values_list(name_of("involvement"), flat=True).get() == word
    assert Involvement.objects.get().typed_name == "Somebody"


def test_nothing_is_kept_of_who_asked(client, nurse):
    before = dict(client.session)
    ask(client)
    incident = Incident.objects.get()
    assert (incident.kind, incident.reporter) == (IncidentKind.SELF, None)
    assert not AccessEvent.objects.filter(user=nurse).exists()
    assert not AccessEvent.objects.filter(object_ref=incident.reference).exists()
    assert not nurse.reminders.exists()
    assert dict(client.session) == before
    for page in ("incidents:list", "me", "home", "notices"):
        text = client.get(reverse(page)).text
        assert incident.reference not in text
        assert "will call you" not in text


def test_the_way_to_it_stands_beside_asking_with_a_name(client):
    assert reverse("without-name") in client.get(reverse("incidents:report", args=["self"])).text
    assert reverse("without-name") not in client.get(reverse("incidents:report", args=["vim"])).text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"telephone": ""}, "Give a telephone number or an e-mail address."),
        ({"telephone": "mijn zus"}, "Give a telephone number, such as 06 12345678."),
        ({"email": "geen adres"}, "Enter a valid email address."),
        ({"parts_of_day": ["midnight"]}, "midnight is not one of the available choices"),
    ],
)
def test_what_cannot_be_comes_back(client, fields, message):
    answer = ask(client, **fields)
    assert message in answer.text
    assert not Incident.objects.exists()


def test_sent_twice_it_is_one(client):
    page = client.get(reverse("without-name"))
    ticket = page.context["csrf_token"] and page.text.split('name="ticket" value="')[1].split('"')[0]
    for _ in range(2):
        ask(client, ticket=ticket)
    assert Incident.objects.count() == 1
