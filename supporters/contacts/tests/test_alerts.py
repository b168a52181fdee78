"""What a supporter alerted the coordinator about stands until she has answered it, whoever supports."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from notifications.models import Reminder
from notifications.reminders import kinds
from supporters.contacts import flow, hand_over, reminders
from supporters.contacts.alerts import standing
from supporters.contacts.allowed_steps import ANSWERED_WITHIN
from supporters.enums import ContactState, EventKind, Outcome, Waiting
from supporters.matching import assignment
from supporters.models import Contact, Offer
from supporters.offers import joining, morning, opening, own_support
from supporters.tests.factories import OfferFactory, SupporterFactory

#: Monday, ten in the morning in Amsterdam.
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def client(coordinator):
    client = Client(headers={"accept-language": "en"})
    client.force_login(coordinator)
    return client


@pytest.fixture
def contact(coordinator):
    """Accepted, and its supporter has alerted the coordinator."""
    offer = OfferFactory(opened_at=MONDAY - 3 * HOUR)
    supporter = SupporterFactory(trained=True)
    contact = flow.propose(offer=offer, supporter=supporter, by=coordinator, at=MONDAY - 3 * HOUR)
    contact = take(contact, "accepted", MONDAY - 2 * HOUR)
    return take(contact, "coordinator_called_in", MONDAY - HOUR)


def take(contact, kind, at=MONDAY, by=None, **fields):
    return flow.record(
        contact=contact, kind=EventKind(kind), by=by or contact.supporter.user, at=at, **fields
    )


def ask_another(contact, coordinator):
    offer = Offer.objects.get(pk=contact.offer_id)
    supporter = SupporterFactory(trained=True)
    return assignment.assign(offer=offer, supporter=supporter, by=coordinator, at=MONDAY)


def waits_for():
    return Offer.objects.get().waiting_for


def still_rings(contact, coordinator):
    return kinds.get(reminders.CALLED_IN).concerns(coordinator, contact.pk)


def case(client, contact):
    text = client.get(reverse("support:match", args=[contact.offer.involvement_id])).text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


@pytest.mark.parametrize("way", ["handed back", "ill", "replaced"])
def test_it_outlives_the_supporter_and_the_next_one_and_ends_with_her_answer(
    way, contact, coordinator, client
):
    alerted_at, name = MONDAY - HOUR, contact.supporter.user.name
    if way == "handed back":
        take(contact, "handed_back", reason="no_time")
    elif way == "ill":
        hand_over.hand_over(by=contact.supporter.user, at=MONDAY)
    else:
        supporter = SupporterFactory(trained=True)
        assignment.replace(contact=contact, supporter=supporter, by=coordinator, at=MONDAY)
    if way != "replaced":
        assert (waits_for(), Offer.objects.get().due_at) == (
            Waiting.COORDINATOR,
            alerted_at + ANSWERED_WITHIN,
        )
        assert "Choose a supporter" in case(client, contact) or "Ask" in case(client, contact)
        assert f"{name} supports this colleague no longer" in case(client, contact)
        ask_another(contact, coordinator)
    second = Contact.objects.open().get()
    second = take(second, "accepted")
    assert (waits_for(), Offer.objects.get().due_at) == (Waiting.COORDINATOR, alerted_at + ANSWERED_WITHIN)
    assert f"{name} has alerted you" in case(client, contact)
    assert "You have been alerted" in client.get(reverse("support:worklist")).text
    assert morning.waits(coordinator, MONDAY + ANSWERED_WITHIN) == ["Alerted: 1, of which 1 late"]
    assert still_rings(contact, coordinator)
    assert Reminder.objects.filter(kind=reminders.CALLED_IN).count() == 1
    client.post(reverse("support:answer", args=[second.pk]))
    assert waits_for() == Waiting.FIRST_CONTACT
    assert not still_rings(contact, coordinator)
    assert "has alerted you" not in case(client, contact)


def test_answered_while_nobody_supports_it_waits_for_a_supporter_and_nobody_is_told_twice(
    contact, coordinator, client
):
    contact = take(contact, "handed_back", reason="no_time")
    before = set(Reminder.objects.values_list("key", flat=True))
    answer = client.post(reverse("support:answer", args=[contact.pk]), follow=True)
    assert "Noted: you have answered." in answer.text
    assert waits_for() == Waiting.ASSIGNMENT
    assert set(Reminder.objects.values_list("key", flat=True)) == before
    client.post(reverse("support:undo", args=[contact.pk]))
    assert waits_for() == Waiting.COORDINATOR


def test_who_supports_next_does_not_close_before_it_is_answered(contact, coordinator):
    take(contact, "handed_back", reason="no_time")
    second = take(ask_another(contact, coordinator), "accepted")
    second = take(second, "conversation", mode="telephone")
    with pytest.raises(flow.NotAllowed):
        take(second, "closed", outcome="completed")
    take(second, "closed", by=coordinator, outcome="completed")
    assert not still_rings(contact, coordinator)


def test_of_who_was_replaced_she_answers_in_the_contact_that_runs(contact, coordinator):
    contact = take(contact, "handed_back", reason="no_time")
    second = ask_another(contact, coordinator)
    with pytest.raises(flow.NotAllowed):
        take(contact, "coordinator_answered", by=coordinator)
    take(second, "handed_back", reason="no_time")
    assert waits_for() == Waiting.COORDINATOR
    third = ask_another(contact, coordinator)
    take(third, "coordinator_answered", by=coordinator)
    assert waits_for() == Waiting.ACCEPTANCE


def test_who_handed_over_by_mistake_takes_it_back_alert_and_all(contact):
    user = contact.supporter.user
    hand_over.hand_over(by=user, at=MONDAY)
    assert hand_over.returnable(by=user, at=MONDAY).count() == 1
    assert hand_over.take_back(by=user, at=MONDAY) == 1
    assert (Contact.objects.get().state, waits_for()) == (ContactState.ACCEPTED, Waiting.COORDINATOR)


def test_who_ends_the_offer_has_answered_it(contact, coordinator):
    contact = take(contact, "handed_back", reason="no_time")
    offer = Offer.objects.get()
    opening.close_offer(offer=offer, outcome=Outcome.REFERRED, by=coordinator, at=MONDAY)
    assert not still_rings(contact, coordinator)
    assert waits_for() == Waiting.NOTHING


def test_when_the_colleague_says_no_it_is_answered_on_the_page_of_what_ended(contact, coordinator, client):
    employee = contact.offer.involvement.employee
    own_support.decline(offer=Offer.objects.get(), by=employee, at=MONDAY)
    assert still_rings(contact, coordinator)
    assert "has alerted you" in case(client, contact)
    client.post(reverse("support:answer", args=[contact.pk]))
    assert not still_rings(contact, coordinator)
    offer = Offer.objects.get()
    assert (offer.waiting_for, offer.outcome) == (Waiting.NOTHING, Outcome.DECLINED)


def test_whoever_comes_back_waits_for_her_answer_as_before(contact, coordinator):
    employee = contact.offer.involvement.employee
    own_support.decline(offer=Offer.objects.get(), by=employee, at=MONDAY)
    own_support.come_back(offer=Offer.objects.get(), by=employee, at=MONDAY)
    assert waits_for() == Waiting.COORDINATOR
    take(Contact.objects.get(), "coordinator_answered", by=coordinator)
    offer = Offer.objects.get()
    assert (offer.waiting_for, offer.closed_at) == (Waiting.ASSIGNMENT, None)


def test_of_two_reports_that_are_joined_it_stays(contact, coordinator):
    take(contact, "handed_back", reason="no_time")
    first = Offer.objects.get()
    person = first.involvement.employee
    other = InvolvementFactory(employee=person, incident=IncidentFactory(reported_at=MONDAY))
    OfferFactory(involvement=other, opened_at=MONDAY)
    joining.join(one=first.incident, other=other.incident, by=coordinator, at=MONDAY)
    offer = Offer.objects.get()
    assert offer.waiting_for == Waiting.COORDINATOR
    assert standing(offer)


def test_a_proposal_for_several_takes_along_who_has_no_supporter(contact, client):
    take(contact, "handed_back", reason="no_time")
    SupporterFactory(trained=True)
    answer = client.post(reverse("support:propose-marked"), {"offer": [contact.offer_id]}, follow=True)
    assert contact.offer.involvement.name in answer.text
