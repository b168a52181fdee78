"""Help outside the hospital: asked for by the employee, found by the coordinator, and told to who needs it.

Also covers supporters.pool.outside_help and supporters.pool.views.outside_help.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from incidents.enums import EventType, IncidentKind
from incidents.reports.report_writer import Involved, report_incident
from incidents.tests.factories import InvolvementFactory
from notifications.delivery import sweep
from notifications.models import Notice
from supporters.contacts import flow, own_link
from supporters.contacts.announcing import REFERRED
from supporters.enums import ContactState, Outcome, Waiting
from supporters.models import Offer, OutsideHelp, Referral
from supporters.offers import own_support, referral, retention
from supporters.offers.opening import OfferClosed, reopen_offer
from supporters.pool import outside_help
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ME = reverse("me")
KEPT = reverse("pool:outside-help")
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def practice(coordinator):
    return outside_help.add(
        OutsideHelp(name="De Luwte", telephone="0101234567"), by=coordinator, at=timezone.now()
    )


@pytest.fixture
def offer():
    return OfferFactory(involvement__name="Noor Bos-Uniek")


def sign_in(user):
    client = Client()
    client.force_login(user)
    return client


def match(offer):
    return reverse("support:match", args=[offer.involvement_id])


def refer(client, offer, to):
    return client.post(reverse("support:refer", args=[offer.involvement_id]), {"to": to.pk}, follow=True)


def choose(client, offer, decision):
    return client.post(reverse("me-decide", args=[offer.pk]), {"decision": decision}, follow=True)


class TestAsked:
    def test_while_nobody_is_asked_it_is_a_wish(self, offer, coordinator, practice):
        page = choose(sign_in(offer.involvement.employee), offer, "outside")
        assert "How to reach it, you read here." in page.text
        desk = sign_in(coordinator).get(match(offer)).text
        assert "Wants somebody outside the hospital" in desk
        assert "De Luwte" in desk

    def test_whoever_is_asked_or_at_work_is_thanked_and_the_coordinator_told(self, coordinator):
        contact = ContactFactory(in_contact=True)
        choose(sign_in(contact.offer.involvement.employee), contact.offer, "outside")
        contact.refresh_from_db()
        contact.offer.refresh_from_db()
        assert contact.state == ContactState.HANDED_BACK
        assert contact.offer.waiting_for == Waiting.ASSIGNMENT
        sweep.sweep(at=MONDAY)
        assert Notice.objects.filter(user=coordinator, kind="contact.handed_back").exists()

    def test_the_card_and_home_say_that_somebody_outside_is_looked_for_and_promise_no_colleague(self, offer):
        client = sign_in(offer.involvement.employee)
        choose(client, offer, "outside")
        for address in ("/", ME):
            text = " ".join(client.get(address).text.split())
            assert "The coordinator looks for help outside the hospital" in text
            assert "You hear of it by" in text
            for promise in (
                "We are looking for a",
                "Another colleague",
                "colleague will call",
                "be called by",
            ):
                assert promise not in text

    def test_somebody_of_the_hospital_after_all(self, offer, coordinator):
        client = sign_in(offer.involvement.employee)
        choose(client, offer, "outside")
        assert "after all" in client.get(ME).text
        choose(client, offer, "inside")
        offer.involvement.refresh_from_db()
        assert not offer.involvement.wish_outside

    def test_behind_the_own_link_as_well(self, coordinator):
        typed_in = InvolvementFactory(employee=None, typed_name="Sanne de Wit", email="s@example.org")
        OfferFactory(involvement=typed_in)
        Client().post(own_link.address(typed_in.pk), {"decision": "outside"})
        typed_in.refresh_from_db()
        assert typed_in.wish_outside

    def test_nobody_asks_for_somebody_else(self, offer, coordinator):
        with pytest.raises(flow.NotAllowed):
            own_support.ask_outside(offer=offer, wanted=True, by=coordinator, at=MONDAY)

    def test_what_ended_is_not_asked_for(self, coordinator):
        ended = OfferFactory(closed=True)
        with pytest.raises(flow.NotAllowed):
            own_support.ask_outside(offer=ended, wanted=True, by=ended.involvement.employee, at=MONDAY)


class TestReferred:
    def test_support_here_ends_as_referred_and_counts_as_offered(self, offer, coordinator, practice):
        Offer.objects.update(offered_at=None, announced_at=None)
        page = refer(sign_in(coordinator), offer, practice)
        assert "Referred to De Luwte." in page.text
        offer.refresh_from_db()
        assert (offer.outcome, offer.closed_at, offer.offered_at) == (Outcome.REFERRED, MONDAY, MONDAY)
        line = AccessEvent.objects.get(record=offer.involvement_id, action=AccessAction.CHANGE)
        assert line.user == coordinator

    def test_contact_that_runs_ends_by_it(self, coordinator, practice):
        contact = ContactFactory(in_contact=True)
        refer(sign_in(coordinator), contact.offer, practice)
        contact.refresh_from_db()
        assert (contact.state, contact.outcome) == (ContactState.CLOSED, Outcome.REFERRED)

    def test_employee_hears_and_reads_how_to_reach_it(self, offer, coordinator, practice):
        refer(sign_in(coordinator), offer, practice)
        sweep.sweep(at=MONDAY)
        employee = offer.involvement.employee
        assert Notice.objects.filter(user=employee, kind=REFERRED).count() == 1
        page = sign_in(employee).get(ME).text
        assert "De Luwte" in page
        assert "tel:" in page
        [sent] = [each for each in mail.outbox if each.to == [employee.email]]
        assert "Luwte" not in f"{sent.subject} {sent.body}"

    def test_without_an_account_behind_the_own_link(self, coordinator, practice):
        typed_in = InvolvementFactory(employee=None, typed_name="Sanne de Wit", email="s@example.org")
        refer(sign_in(coordinator), OfferFactory(involvement=typed_in), practice)
        sweep.sweep(at=MONDAY)
        [sent] = [each for each in mail.outbox if each.to == ["s@example.org"]]
        assert own_link.address(typed_in.pk) in sent.body
        assert "De Luwte" in Client().get(own_link.address(typed_in.pk)).text

    def test_taken_up_again_nobody_is_referred(self, offer, coordinator, practice):
        referral.refer(offer=offer, to=practice, by=coordinator, at=MONDAY)
        reopen_offer(offer=offer, by=coordinator, at=MONDAY + DAY)
        later = Offer.objects.get(pk=offer.pk)
        own_support.decline(offer=later, by=later.involvement.employee, at=MONDAY + 2 * DAY)
        assert referral.help_for(Offer.objects.get(pk=offer.pk)) is None

    def test_what_ended_meanwhile_is_left(self, offer, coordinator, practice):
        own_support.decline(offer=offer, by=offer.involvement.employee, at=MONDAY)
        assert "Something has changed in the meantime." in refer(sign_in(coordinator), offer, practice).text
        assert not Referral.objects.exists()
        with pytest.raises(OfferClosed):
            referral.refer(offer=offer, to=practice, by=coordinator, at=MONDAY)

    def test_it_goes_with_the_name(self, offer, coordinator, practice):
        referral.refer(offer=offer, to=practice, by=coordinator, at=MONDAY)
        retention.erase_due(at=MONDAY + 40 * DAY)
        assert not Referral.objects.exists()

    def test_what_is_off_the_list_is_not_referred_to(self, offer, coordinator, practice):
        outside_help.take_away(practice.pk, by=coordinator, at=MONDAY)
        assert refer(sign_in(coordinator), offer, practice).status_code == 404

    def test_shown_where_nobody_is_left_and_not_before_that(self, offer, coordinator, practice):
        client = sign_in(coordinator)
        assert "De Luwte" in client.get(match(offer)).text
        SupporterFactory(trained=True)
        assert "De Luwte" not in client.get(match(offer)).text


class TestKept:
    def test_coordinator_keeps_the_list_and_each_change_is_in_the_log(self, coordinator):
        client = sign_in(coordinator)
        page = client.post(KEPT, {"name": "De Luwte", "email": "hulp@example.org"}, follow=True).text
        assert "hulp@example.org" in page
        found = OutsideHelp.objects.get()
        page = client.post(KEPT, {"remove": str(found.pk)}, follow=True).text
        assert "Taken away." in page
        assert [line.what for line in outside_help.LOG.history(QueryDict()).changes] == [
            "De Luwte",
            "De Luwte",
        ]

    def test_what_nobody_can_reach_is_refused(self, coordinator):
        page = sign_in(coordinator).post(KEPT, {"name": "De Luwte"}).text
        assert "Give a telephone number or an e-mail address." in page

    def test_twice_the_same_is_refused_also_by_the_database(self, coordinator, practice):
        page = sign_in(coordinator).post(KEPT, {"name": "De Luwte", "email": "a@example.org"})
        assert "This is on the list already." in page.text
        with pytest.raises(IntegrityError, match="outside_help_once"), transaction.atomic():
            OutsideHelp.objects.create(name="De Luwte", email="a@example.org")
        with pytest.raises(IntegrityError, match="outside_help_can_be_reached"), transaction.atomic():
            OutsideHelp.objects.create(name="Ander")


def test_nothing_of_it_for_who_said_nothing(coordinator, practice):
    """The wish for another department is what everybody gets, and not shown as if somebody had chosen it."""
    offer = OfferFactory(involvement__incident__kind=IncidentKind.SELF)
    SupporterFactory(trained=True)
    page = sign_in(coordinator).get(match(offer)).text
    assert "Other department" not in page
    assert "The same department is fine" not in page
    own = sign_in(offer.involvement.employee).get(ME).context["own"][0].wishes
    assert not any(own[name].value() for name in own.fields)


class TestTheWishIsThePersons:
    """Not of one event: a second report of the same person does not lose it."""

    @pytest.fixture
    def nurse(self):
        return UserFactory(language="en")

    def named(self, nurse, at=MONDAY, kind=IncidentKind.EVENT, **wishes):
        incident = report_incident(
            reporter=UserFactory(),
            kind=kind,
            event_type=EventType.AGGRESSION,
            involved=[Involved(employee=nurse, **wishes)],
            submission_key=None,
            department=None,
            at=at,
        )
        return Offer.objects.get(incident=incident)

    def pages(self, nurse):
        client = Client()
        client.force_login(nurse)
        return [client.get(reverse(name)).text for name in ("home", "me")]

    def test_a_second_report_keeps_it_on_every_page(self, nurse, coordinator):
        first = self.named(nurse)
        own_support.ask_outside(offer=first, wanted=True, by=nurse, at=MONDAY)
        second = self.named(nurse)
        assert second.involvement.wish_outside
        for page in self.pages(nurse):
            assert "The coordinator looks for help outside the hospital" in page
            assert "A colleague will call you" not in page
        client = Client()
        client.force_login(coordinator)
        page = client.get(reverse("support:match", args=[second.involvement_id])).text
        assert "Wants somebody outside the hospital" in page
        assert "Waiting for help outside" in client.get(reverse("support:worklist")).text

    def test_referring_is_for_all_of_it_and_a_new_case_begins_with_it(self, nurse, coordinator):
        first = self.named(nurse)
        second = self.named(nurse)
        own_support.ask_outside(offer=first, wanted=True, by=nurse, at=MONDAY)
        to = OutsideHelp.objects.create(name="De Luwte", telephone="+31301112233")
        referral.refer(offer=fresh(second), to=to, by=coordinator, at=MONDAY + HOUR)
        assert {referral.help_for(fresh(each)) for each in (first, second)} == {to}
        for page in self.pages(nurse):
            assert "A colleague will call you" not in page
        third = self.named(nurse)
        assert third.involvement.wish_outside
        assert "The coordinator looks for help outside the hospital" in self.pages(nurse)[0]

    def test_taken_back_it_is_taken_back_for_what_comes_too(self, nurse):
        first = self.named(nurse)
        own_support.ask_outside(offer=first, wanted=True, by=nurse, at=MONDAY)
        own_support.ask_outside(offer=first, wanted=False, by=nurse, at=MONDAY)
        assert not self.named(nurse).involvement.wish_outside

    def test_said_when_asking_for_support_it_is_for_what_waits_too(self, nurse):
        first = self.named(nurse)
        self.named(nurse, kind=IncidentKind.SELF, wish_outside=True)
        assert fresh(first).involvement.wish_outside

    def test_nobody_else_has_it(self, nurse):
        own_support.ask_outside(offer=self.named(nurse), wanted=True, by=nurse, at=MONDAY)
        assert not self.named(UserFactory()).involvement.wish_outside


def fresh(offer):
    return Offer.objects.select_related("involvement", "incident").get(pk=offer.pk)
