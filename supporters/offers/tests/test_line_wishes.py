"""One person, one line of support: what they wish is the same for every event, and no page loses it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import ProfessionFactory, UserFactory
from incidents.enums import EventType, IncidentKind
from incidents.reports.report_writer import Involved, report_incident
from supporters.enums import Outcome
from supporters.matching.need import need_of
from supporters.models import Offer
from supporters.offers import own_support
from supporters.offers.opening import close_offer, reopen_offer
from supporters.tests.factories import ContactFactory

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ME = reverse("me")
pytestmark = [pytest.mark.clock(LATER), pytest.mark.django_db]


@pytest.fixture
def nurse():
    return UserFactory(language="en")


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


def named(person, at=NOW, kind=IncidentKind.EVENT, **wishes):
    """The offer after a report of somebody else, or of `person` themselves."""
    own = kind == IncidentKind.SELF
    incident = report_incident(
        reporter=person if own else UserFactory(),
        kind=kind,
        event_type=EventType.AGGRESSION,
        involved=[Involved(employee=person, **wishes)],
        submission_key=None,
        department=None,
        at=at,
    )
    return Offer.objects.get(incident=incident)


def asks(person, at=LATER, **wishes):
    return named(person, at, IncidentKind.SELF, **wishes)


def fresh(offer):
    return Offer.objects.select_related("involvement", "wishes", "reach_me").get(pk=offer.pk)


def needs():
    """What each open offer asks of a supporter."""
    offers = Offer.objects.open().select_related("involvement__employee", "incident", "wishes")
    return {
        (need.wish_physician, need.wish_other_department, need.wish_profession_id)
        for need in (need_of(each, LATER) for each in offers)
    }


def page(person):
    client = Client()
    client.force_login(person)
    return client.get(ME)


def shown(person):
    """The wishes as the own page shows them, as they are sent when they are saved."""
    [own] = page(person).context["own"]
    return {name: own.wishes[name].value() for name in own.wishes.fields}


def save(person):
    """Save the own page's wishes as they stand there."""
    client = Client()
    client.force_login(person)
    [own] = client.get(ME).context["own"]
    sent = {name: "on" if value is True else value for name, value in shown(person).items() if value}
    client.post(own.decide_url, {"decision": "wishes", **sent})


class TestAskingOnceMore:
    def test_what_is_wished_is_shown_and_saved_it_stays(self, nurse):
        named(nurse)
        asks(nurse, wish_physician=True, wish_other_department=False)
        assert (shown(nurse)["physician"], shown(nurse)["same_department"]) == (True, True)
        save(nurse)
        assert needs() == {(True, False, None)}

    def test_the_first_offer_looks_for_whom_they_wish_now(self, nurse):
        first = named(nurse)
        asks(nurse, wish_physician=True)
        assert need_of(fresh(first), LATER).wish_physician

    def test_without_a_word_about_it_leaves_what_was_wished(self, nurse):
        first, profession = named(nurse), ProfessionFactory()
        own_support.change_wishes(
            offer=first, other_department=False, physician=True, profession=profession, by=nurse, at=NOW
        )
        asks(nurse)
        assert needs() == {(True, False, profession.pk)}
        assert shown(nurse)["profession"] == profession.pk

    def test_the_newest_counts(self, nurse):
        asks(nurse, NOW, wish_physician=True)
        asks(nurse, wish_other_department=False)
        assert needs() == {(False, False, None)}


class TestNamedOnceMore:
    def test_what_they_wished_themselves_counts_above_what_a_reporter_says(self, nurse):
        own_support.change_wishes(
            offer=named(nurse), other_department=False, physician=False, by=nurse, at=NOW
        )
        named(nurse, LATER, wish_physician=True)
        assert needs() == {(False, False, None)}

    def test_what_a_reporter_says_counts_where_they_said_nothing(self, nurse):
        named(nurse)
        named(nurse, LATER, wish_physician=True)
        assert needs() == {(True, True, None)}

    def test_nobody_else_has_it(self, nurse):
        asks(nurse, NOW, wish_physician=True)
        assert not need_of(named(UserFactory()), LATER).wish_physician

    def test_the_supporter_is_told_how_to_reach_them_through_whichever_event_asked(self, nurse, coordinator):
        first = named(nurse)
        wanted = {"telephone": "+31622222222", "no_voicemail": True}
        own_support.reach_me(offer=first, wanted=wanted, by=nurse, at=NOW)
        second = named(nurse, LATER)
        close_offer(offer=first, outcome=Outcome.REFERRED, by=coordinator, at=LATER)
        contact = ContactFactory(offer=fresh(second), accepted=True)
        client = Client()
        client.force_login(contact.supporter.user)
        supporters = client.get(reverse("contacts:detail", args=[contact.pk])).text
        assert "Leave no voicemail." in supporters
        assert "06 22222222" in page(nurse).text


def test_costs_a_report_as_many_statements_for_many_who_have_an_open_offer(django_assert_max_num_queries):
    people = UserFactory.create_batch(12)
    for person in people:
        named(person)
    for chosen in (people[:2], people):
        with django_assert_max_num_queries(15):
            report_incident(
                reporter=None,
                kind=IncidentKind.EVENT,
                event_type=EventType.AGGRESSION,
                involved=[Involved(employee=each) for each in chosen],
                submission_key=None,
                department=None,
                at=LATER,
            )


class TestTakenUpAgain:
    @pytest.fixture
    def ended(self, nurse):
        first = asks(nurse, NOW, wish_physician=True)
        own_support.decline(offer=first, by=nurse, at=NOW)
        return first

    def test_by_themselves_it_has_what_is_open(self, nurse, ended):
        own_support.change_wishes(
            offer=named(nurse, LATER), other_department=False, physician=False, by=nurse, at=LATER
        )
        own_support.come_back(offer=ended, by=nurse, at=LATER)
        assert needs() == {(False, False, None)}

    def test_by_the_coordinator_its_wish_is_for_what_is_open_without_one(self, nurse, coordinator, ended):
        named(nurse, LATER)
        reopen_offer(offer=ended, by=coordinator, at=LATER)
        assert needs() == {(True, True, None)}

    def test_a_new_event_meanwhile_begins_without_what_ended(self, nurse, ended):
        named(nurse, LATER)
        assert needs() == {(False, True, None)}
