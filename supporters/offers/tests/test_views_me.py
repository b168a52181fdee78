"""The involved employee's own page."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.tests.factories import UserFactory
from incidents.models import Involvement
from supporters.contacts import flow
from supporters.contacts.case_access import WorklistOpened, log_case, log_worklist
from supporters.enums import EventKind, Outcome, Waiting
from supporters.models import Exclusion, Offer
from supporters.tests.factories import OfferFactory, SupporterFactory

pytestmark = pytest.mark.django_db

ME = reverse("me")


@pytest.fixture
def offer():
    return OfferFactory(opened_at=timezone.now() - timedelta(hours=3))


@pytest.fixture
def client(offer):
    client = Client()
    client.force_login(offer.involvement.employee)
    return client


@pytest.fixture
def supporter(offer):
    return SupporterFactory(trained=True, user__name="Wouter Dijkhuizen", user__telephone="0612345678")


def propose(offer, supporter, *kinds):
    at = timezone.now() - timedelta(hours=2)
    by = UserFactory(roles=[Role.COORDINATOR])
    contact = flow.propose(offer=offer, supporter=supporter, by=by, at=at)
    for kind in kinds:
        contact = flow.record(contact=contact, kind=EventKind(kind), by=supporter.user, at=at)
    return contact


def decide(client, offer, decision, **fields):
    address = reverse("me-decide", args=[offer.pk])
    return client.post(address, {"decision": decision, **fields}, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_nobody_is_named_before_somebody_said_yes(client, offer, supporter):
    assert "We are looking for a colleague for you" in client.get(ME).text
    contact = propose(offer, supporter)
    text = client.get(ME).text
    assert "A colleague has been asked to call you" in text
    assert "Wouter Dijkhuizen" not in text
    flow.record(contact=contact, kind=EventKind.ACCEPTED, by=supporter.user, at=timezone.now())
    text = client.get(ME).text
    assert "Wouter Dijkhuizen is there for you" in text
    assert "tel:+31612345678" in text


def test_an_event_that_nobody_named_is_not_something_else(client, supporter):
    offer = OfferFactory(involvement__incident__for_self=True)
    client.force_login(offer.involvement.employee)
    contact = propose(offer, supporter)
    own = client.get(ME).text
    client.force_login(supporter.user)
    for text in (
        own,
        client.get(reverse("contacts:list")).text,
        client.get(reverse("contacts:detail", args=[contact.pk])).text,
    ):
        assert "An event that was not named" in text
    assert "Something else" not in own


def test_somebody_who_was_never_involved_finds_the_way_to_ask():
    client = Client()
    client.force_login(UserFactory())
    text = client.get(ME).text
    assert "No support is waiting for you" in text
    assert reverse("incidents:report", args=["self"]) in text


@pytest.mark.parametrize("offers", [1, 4])
def test_the_page_takes_as_many_queries_for_one_offer_as_for_many(
    client, offer, supporter, offers, django_assert_num_queries
):
    employee = offer.involvement.employee
    propose(offer, supporter, "accepted")
    OfferFactory.create_batch(offers - 1, involvement__employee=employee)
    # session, user; notices and offers that are read by it; the policy, offers, their contacts; the hours of
    # cover; the access log, of the case and of the worklist; what comes after; the frame's roles and unread
    # notices
    with django_assert_num_queries(11):
        client.get(ME)


def test_declining_and_coming_back(client, offer, supporter):
    propose(offer, supporter, "accepted")
    response = decide(client, offer, "decline")
    assert Offer.objects.get().outcome == Outcome.DECLINED
    assert "You said no thanks" in response.text
    response = decide(client, offer, "come_back")
    assert Offer.objects.get().waiting_for == Waiting.ASSIGNMENT
    assert said(response) == ["Good that you said so. The coordinator will look for a colleague for you."]


def test_a_second_tap_is_told_kindly(client, offer):
    decide(client, offer, "decline")
    assert said(decide(client, offer, "decline")) == ["That isn’t possible right now."]


def test_somebody_else_is_one_tap_without_a_reason(client, offer, supporter):
    propose(offer, supporter, "accepted")
    decide(client, offer, "somebody_else")
    assert Exclusion.objects.filter(supporter=supporter, employee=offer.involvement.employee).exists()
    assert "We are looking for a colleague for you" in client.get(ME).text


@pytest.mark.clock(datetime(2026, 11, 24, 9, tzinfo=UTC))
@pytest.mark.parametrize("field", [{"days": 7}, {"on": "2026-12-01"}])
def test_later_is_a_button_or_a_date(client, offer, field):
    decide(client, offer, "later", **field)
    due = timezone.localtime(Offer.objects.get().first_contact_due_at)
    assert (due.date(), due.hour) == (date(2026, 12, 1), 17)


ON_MONDAY = "Noted. You’ll be called Monday 7 December."


@pytest.mark.clock(datetime(2026, 11, 28, 9, tzinfo=UTC))
@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ({"days": 7}, ON_MONDAY),
        ({"on": "2026-12-07"}, ON_MONDAY),
        (
            {"on": "2026-12-05"},
            f"Nobody calls Saturday 5 December, so it is the next day on which we do. {ON_MONDAY}",
        ),
    ],
)
def test_a_day_on_which_nobody_calls_is_the_next_one_and_that_is_said(client, offer, field, answer):
    assert said(decide(client, offer, "later", **field)) == [answer]
    assert timezone.localtime(Offer.objects.get().first_contact_due_at).date() == date(2026, 12, 7)


@pytest.mark.parametrize("fields", [{}, {"on": "ooit"}, {"on": "2001-01-01"}])
def test_later_without_a_day_changes_nothing(client, offer, fields):
    assert said(decide(client, offer, "later", **fields))
    assert Offer.objects.get().first_contact_due_at == offer.first_contact_due_at


def test_wishes_are_kept_until_somebody_is_asked(client, offer, supporter):
    assert "My wishes" in client.get(ME).text
    decide(client, offer, "wishes", physician="on")
    offer.involvement.refresh_from_db()
    assert offer.involvement.wish_physician
    assert offer.involvement.wish_other_department
    decide(client, offer, "wishes", same_department="on")
    offer.involvement.refresh_from_db()
    assert not offer.involvement.wish_other_department
    propose(offer, supporter)
    assert "My wishes" not in client.get(ME).text


def test_an_unknown_decision_is_none(client, offer):
    assert said(decide(client, offer, "dance"))
    assert Offer.objects.get().closed_at is None


@pytest.mark.parametrize("name", ["me-decide", "me-erase"])
def test_somebody_elses_offer_does_not_exist(offer, name):
    for stranger in (UserFactory(), UserFactory(roles=[Role.COORDINATOR]), offer.incident.reporter):
        client = Client()
        client.force_login(stranger)
        address = reverse(name, args=[offer.pk])
        assert client.post(address, {"decision": "decline"}).status_code == 404


def test_erasing_asks_first_and_only_once_closed(client, offer):
    address = reverse("me-erase", args=[offer.pk])
    assert client.get(address).status_code == 404
    decide(client, offer, "decline")
    assert "Erase my name now?" in client.get(address).text
    # For a day whoever named them sees the names they gave.
    page = client.post(address, follow=True).text
    assert "You asked to have your name erased. That happens in the night after" in page
    assert address not in page
    Involvement.objects.update(added_at=timezone.now() - timedelta(days=2))
    response = client.post(address, follow=True)
    assert "No support is waiting for you" in response.text
    offer.involvement.refresh_from_db()
    assert offer.involvement.employee is None


def test_the_receipt_says_who_opened_the_case_and_not_oneself(client, offer):
    coordinator = UserFactory(name="Marleen Postma", roles=[Role.COORDINATOR])
    for user, record in [
        (coordinator, offer.involvement_id),
        (offer.involvement.employee, offer.involvement_id),
        (UserFactory(name="Andere Lezer"), OfferFactory().involvement_id),
    ]:
        audit.record(
            action=AccessAction.VIEW,
            user=user,
            role=Role.COORDINATOR,
            access_point="support:match",
            object_kind="support",
            object_ref=offer.incident.reference,
            basis="coordinator of the case",
            at=timezone.now(),
            record=record,
        )
    opened = client.get(ME).context["opened"]
    assert [line.name for line in opened] == ["Marleen Postma"]


@pytest.mark.clock(datetime(2026, 11, 27, 15, tzinfo=UTC))
def test_the_receipt_counts_what_one_person_did_on_one_day(client, offer):
    marleen, noor = (UserFactory(name=name, roles=[Role.COORDINATOR]) for name in ("Marleen", "Noor"))
    views = [(marleen, AccessAction.VIEW, hours) for hours in (1, 2, 3, 30)]
    for user, action, hours in [*views, (marleen, AccessAction.CHANGE, 1), (noor, AccessAction.VIEW, 4)]:
        log_case(
            offer=offer,
            action=action,
            page="support:match",
            by=user,
            at=timezone.now() - timedelta(hours=hours),
        )
    page = client.get(ME)
    assert [(line.name, line.action, line.times) for line in page.context["opened"]] == [
        ("Marleen", "changed", 1),
        ("Marleen", "viewed", 3),
        ("Noor", "viewed", 1),
        ("Marleen", "viewed", 1),
    ]
    assert "3×, last" in page.text


def test_how_often_the_worklist_was_opened_is_said(client, offer):
    """On days, by others, while the own case was open."""
    assert "worklist" not in client.get(ME).text
    for days in (-1, 0, 0, 2, 3):
        log_worklist(
            by=UserFactory(roles=[Role.COORDINATOR]), at=offer.opened_at + timedelta(days=days, seconds=1)
        )
    log_worklist(by=offer.involvement.employee, at=offer.opened_at + timedelta(days=1))
    closed_at = offer.opened_at + timedelta(days=2, hours=1)
    Offer.objects.update(closed_at=closed_at, outcome=Outcome.DECLINED, waiting_for="nothing")
    page = client.get(ME)
    assert page.context["worklist"] == WorklistOpened(2, offer.opened_at + timedelta(days=2, seconds=1))
    assert "They opened it on 2 days, last" in page.text


def test_when_the_name_is_erased_is_said_once_closed(client, offer):
    decide(client, offer, "decline")
    assert "Your name is erased by itself on" in client.get(ME).text
