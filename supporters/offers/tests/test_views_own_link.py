"""The own support of somebody without an account: by a link, without sign-in, and naming nobody."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import UserFactory
from hospital.clock import OfficeHours, local_day
from incidents.models import Involvement
from incidents.tests.factories import InvolvementFactory
from supporters.contacts import flow, own_link
from supporters.enums import ContactState, EventKind, Outcome, Waiting
from supporters.models import Contact, Exclusion, Offer, ReachMe
from supporters.offers import retention
from supporters.tests.factories import ContactFactory, OfferFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer():
    return OfferFactory(
        involvement=InvolvementFactory(
            employee=None,
            typed_name="Sanne de Wit",
            email="sanne@example.org",
            incident__event_type="aggression",
        )
    )


@pytest.fixture
def contact(offer):
    return ContactFactory(offer=offer, accepted=True)


@pytest.fixture
def link(offer):
    return own_link.address(offer.involvement_id)


def decide(link, decision, **fields):
    client = Client(headers={"accept-language": "en"})
    return client.post(link, {"decision": decision, **fields}, follow=True)


def page(link):
    return Client(headers={"accept-language": "en"}).get(link)


def test_it_says_who_calls_and_when_and_neither_for_whom_nor_why(link, contact):
    text = page(link).text
    assert f"{contact.supporter.user.name} is there for you" in text
    assert "get a mail by" in text
    assert "You’ll be called" not in text
    for secret in ("Sanne", "sanne@example.org", "ggress", contact.offer.incident.reference):
        assert secret not in text


def test_nobody_guesses_another_link(link, offer):
    tail = "a" if link[-2] != "a" else "b"
    for guess in (link[:-2] + tail + "/", f"/mine/{offer.involvement_id.hex}/", "/mine/x/"):
        answer = page(guess)
        assert answer.status_code == 404
        assert "This link has ended" in answer.text
        assert "113" in answer.text


def test_who_has_an_account_has_no_link():
    offer = OfferFactory()
    assert page(own_link.address(offer.involvement_id)).status_code == 404


def test_it_ends_when_the_name_is_erased(link, offer):
    now = timezone.now()
    Involvement.objects.update(added_at=now - timedelta(days=41))
    Offer.objects.update(closed_at=now - timedelta(days=40), waiting_for=Waiting.NOTHING, outcome="declined")
    assert page(link).status_code == 200
    retention.erase_due(at=now)
    assert page(link).status_code == 404


def test_no_thanks_and_coming_back(link, contact):
    assert "fine" in decide(link, "decline").text
    contact.refresh_from_db()
    assert (contact.state, contact.outcome) == (ContactState.CLOSED, Outcome.DECLINED)
    decide(link, "come_back")
    assert Offer.objects.get().waiting_for == Waiting.ASSIGNMENT


def test_who_was_reached_and_ends_it_reads_that_no_more_is_needed(link, contact):
    flow.record(contact=contact, kind=EventKind.REACHED, by=contact.supporter.user, at=timezone.now())
    said = decide(link, "decline").text
    assert "You said that you need no more support" in said
    assert "You said no thanks" not in said
    own = Client(headers={"accept-language": "en"})
    own.force_login(contact.supporter.user)
    assert "said that they need no more support" in own.get(f"/contacts/{contact.pk}/").text


def test_later_is_said_to_both(link, contact):
    day = local_day(OfficeHours().cover.close_of(timezone.localdate() + timedelta(days=9)))
    decide(link, "later", on=day.isoformat())
    contact.refresh_from_db()
    assert timezone.localdate(contact.due_at) == day
    assert str(day.day) in page(link).text


def test_somebody_else(link, contact):
    decide(link, "somebody_else")
    contact.refresh_from_db()
    assert contact.state == ContactState.HANDED_BACK
    assert not Exclusion.objects.exists()  # without an account nobody stands on a list


def test_how_to_be_reached_is_for_the_supporter_alone(link, contact):
    wanted = {"telephone": "06 87654321", "parts_of_day": ["after_night"], "no_voicemail": "on"}
    assert "Only the colleague who supports you sees it" in decide(link, "reach_me", **wanted).text
    own = Client(headers={"accept-language": "en"})
    own.force_login(contact.supporter.user)
    text = own.get(f"/contacts/{contact.pk}/").text
    assert 'href="tel:+31687654321"' in text
    assert "Leave no voicemail." in text
    assert "I work nights" in text


def test_a_wrong_number_comes_back_with_what_was_typed(link, contact):
    answer = decide(link, "reach_me", telephone="mijn moeder", email="x@example.org")
    assert "Give a telephone number" in answer.text
    assert 'value="mijn moeder"' in answer.text
    assert 'value="x@example.org"' in answer.text
    assert not ReachMe.objects.exists()


def test_it_goes_with_the_name(link, contact):
    decide(link, "reach_me", telephone="06 87654321")
    decide(link, "decline")
    retention.erase_due(at=timezone.now() + timedelta(days=31))
    assert not ReachMe.objects.exists()


def test_who_is_signed_in_elsewhere_may_use_it_too(link, contact):
    client = Client(headers={"accept-language": "en"})
    client.force_login(UserFactory())
    assert client.get(link).status_code == 200
    client.post(link, {"decision": "decline"})
    assert Contact.objects.get().outcome == Outcome.DECLINED


def test_opening_it_changes_nothing(link, contact):
    before = Offer.objects.values().get()
    for method in ("get", "head"):
        getattr(Client(), method)(link)
    assert Offer.objects.values().get() == before


def noted():
    return ReachMe.objects.values("telephone", "no_voicemail", "parts_of_day").get()


def test_what_is_left_empty_stays_as_it_was_noted_before(link, contact):
    decide(link, "reach_me", telephone="06 87654321", parts_of_day=["morning"])
    text = page(link).text
    assert "What you leave empty stays" in text
    assert "87654321" not in text
    decide(link, "reach_me", no_voicemail="on")
    number = "+31687654321"
    assert noted() == {"telephone": number, "no_voicemail": True, "parts_of_day": ["morning"]}
    assert "all stays as it was" in decide(link, "reach_me").text
    assert noted()["telephone"] == number


def test_what_was_noted_before_is_forgotten_when_asked(link, contact):
    decide(link, "reach_me", telephone="06 87654321", parts_of_day=["morning"])
    decide(link, "reach_me", forget="on", no_voicemail="on")
    assert noted() == {"telephone": "", "no_voicemail": True, "parts_of_day": []}


def test_after_no_the_title_fits_and_the_name_is_erased_when_asked_and_asked_again(link, contact):
    erase = f"{link}erase/"
    assert Client().post(erase)["Location"] == link  # not while it is open
    text = decide(link, "decline").text
    assert "A colleague is there for you" not in text
    assert f'href="{erase}"' in text
    client = Client(headers={"accept-language": "en"})
    asked = client.get(erase).text
    assert "Erase my name now?" in asked
    assert "Sanne" not in asked
    assert "That happens in the night after" in client.post(erase, follow=True).text
    Involvement.objects.update(added_at=timezone.now() - timedelta(days=2))
    over = client.post(erase, follow=True)
    assert over.status_code == 404
    assert "It is erased" in over.text
    assert "This link has ended" not in over.text
    assert "This link has ended" in client.get(link).text
    person = Involvement.objects.get()
    assert (person.typed_name, person.email) == ("", "")
    assert client.get(erase).status_code == 404
