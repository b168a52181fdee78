"""One person, one line of support: however many events, one supporter, one row, one decision."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import ProfessionFactory, UserFactory
from hospital.refused import constraint_of
from incidents.enums import EventType
from incidents.models import Incident, Involvement
from incidents.tests.factories import InvolvementFactory, on_team
from notifications.models import Reminder
from supporters.contacts import analyst_conflict, flow, involved_conflict
from supporters.contacts.reminders import ANOTHER_EVENT
from supporters.enums import ContactState, EventKind, Outcome, Rule, Waiting
from supporters.matching import assignment
from supporters.matching.assignment import AlreadyAssigned, NotEligible, NothingRuns
from supporters.models import Contact, Offer, ReachMe
from supporters.offers import own_support, retention
from supporters.offers.opening import OfferClosed, close_offer, open_offers, reopen_offer
from supporters.tests.factories import OfferFactory, SupporterFactory

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def nurse():
    return UserFactory(name="Noor Bakker")


def event(nurse, event_type=EventType.RESUSCITATION):
    """Support is open for `nurse` after one more event."""
    involvement = InvolvementFactory(employee=nurse, incident__event_type=event_type)
    open_offers([involvement], timezone.now())
    return involvement.offer


def assign(offer, coordinator, supporter=None):
    supporter = supporter or SupporterFactory(trained=True, user__name="Bram Visser")
    at = timezone.now()
    return assignment.assign(offer=offer, supporter=supporter, by=coordinator, at=at, beyond_rules=True)


def take(contact, *kinds, **fields):
    for kind in kinds:
        contact = flow.record(
            contact=contact, kind=EventKind(kind), by=contact.supporter.user, at=timezone.now(), **fields
        )
    return contact


def go_on(offer, coordinator):
    return assignment.go_on(offer=offer, by=coordinator, at=timezone.now())


def fresh(offer):
    return Offer.objects.get(pk=offer.pk)


def page(user, name, *args):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client.get(reverse(name, args=args), follow=True)


def rows(coordinator):
    shown = page(coordinator, "support:worklist").context["page"]
    return [row for _group, found in shown.groups for row in found]


class TestASecondEvent:
    def test_goes_on_with_the_contact_that_runs_by_one_tap(self, coordinator, nurse):
        first = event(nurse)
        contact = take(assign(first, coordinator), "accepted", "reached")
        second = event(nurse, EventType.AGGRESSION)
        text = page(coordinator, "support:match", second.involvement_id).text
        assert "Bram Visser supports this colleague already" in text
        assert "Ask this supporter" not in text
        client = Client(headers={"accept-language": "en"})
        client.force_login(coordinator)
        said = client.post(reverse("support:go-on", args=[second.involvement_id]), follow=True).text
        assert "Bram Visser goes on, for both events." in said
        assert Contact.objects.get() == contact
        assert contact.supporter.load == 1
        found = fresh(second)
        assert (found.continues, found.waiting_for) == (first, Waiting.FOLLOW_UP)
        assert found.reached_at is not None

    def test_with_who_was_only_asked_is_not_said_to_go_on(self, coordinator, nurse):
        contact = assign(event(nurse), coordinator)
        second = event(nurse, EventType.AGGRESSION)
        text = page(coordinator, "support:match", second.involvement_id).text
        assert "Bram Visser has been asked for this colleague, and has not answered yet" in text
        assert "supports this colleague already" not in text
        assert "Ask Bram Visser for both" in text
        client = Client(headers={"accept-language": "en"})
        client.force_login(coordinator)
        said = client.post(reverse("support:go-on", args=[second.involvement_id]), follow=True).text
        assert "Bram Visser is asked for both events." in said
        assert "you support" not in page(contact.supporter.user, "notices").text

    def test_the_supporter_hears_of_it_and_sees_both(self, coordinator, nurse):
        contact = take(assign(event(nurse), coordinator), "accepted")
        go_on(event(nurse, EventType.AGGRESSION), coordinator)
        assert Reminder.objects.get(kind=ANOTHER_EVENT).recipient == contact.supporter.user
        text = page(contact.supporter.user, "contacts:detail", contact.pk).text
        assert "Resuscitation" in text
        assert "Aggression" in text

    def test_page_of_either_is_one(self, coordinator, nurse):
        first = event(nurse)
        assign(first, coordinator)
        second = event(nurse, EventType.AGGRESSION)
        go_on(second, coordinator)
        shown = page(coordinator, "support:match", second.involvement_id)
        assert shown.redirect_chain[-1][0] == reverse("support:match", args=[first.involvement_id])
        assert second.incident.reference in shown.text

    def test_is_one_row_of_the_worklist_before_and_after(self, coordinator, nurse):
        assign(event(nurse), coordinator)
        second = event(nurse)
        before = rows(coordinator)
        go_on(second, coordinator)
        for found in (before, rows(coordinator)):
            assert [row.name for row in found] == ["Noor Bakker"]
            assert "and another event" in found[0].event

    def test_that_the_supporter_was_part_of_goes_on_with_nobody(self, coordinator, nurse):
        supporter = SupporterFactory(trained=True)
        assign(event(nurse), coordinator, supporter)
        second = event(nurse)
        InvolvementFactory(incident=second.incident, employee=supporter.user)
        with pytest.raises(NotEligible) as refused:
            go_on(second, coordinator)
        assert refused.value.rules == (Rule.INVOLVED_IN_EVENT,)
        assert fresh(second).continues is None

    def test_says_where_a_physician_is_wished_and_who_supports_is_none(self, client, coordinator, nurse):
        contact = assign(event(nurse), coordinator)
        second = event(nurse)
        client.force_login(coordinator)
        page = reverse("support:match", args=[second.involvement_id])
        assert "wants a physician" not in client.get(page).text
        Involvement.objects.update(wish_physician=True)
        assert "wants a physician, and Bram Visser is none" in client.get(page).text
        profession = ProfessionFactory(physician=True)
        User.objects.filter(pk=contact.supporter.user_id).update(profession=profession)
        assert "wants a physician" not in client.get(page).text

    def test_needs_a_contact_that_runs(self, coordinator, nurse):
        event(nurse)
        second = event(nurse)
        with pytest.raises(NothingRuns):
            go_on(second, coordinator)

    def test_says_whom_somebody_else_asked_a_second_before(self, client, coordinator, nurse):
        contact = assign(event(nurse), coordinator)
        offer = contact.offer
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        address = reverse("support:assign-together", args=[offer.incident.reference])
        sent = {f"supporter-{offer.pk}": str(contact.supporter_id)}
        text = client.post(address, sent, follow=True).text
        assert "Bram Visser has just been asked." in text
        assert "has just ended" not in text

    def test_twice_is_once(self, coordinator, nurse):
        assign(event(nurse), coordinator)
        second = event(nurse)
        go_on(second, coordinator)
        with pytest.raises(OfferClosed):
            go_on(second, coordinator)
        assert Reminder.objects.filter(kind=ANOTHER_EVENT).count() == 1

    def test_asks_nobody_else_meanwhile(self, coordinator, nurse):
        contact = assign(event(nurse), coordinator)
        with pytest.raises(AlreadyAssigned) as refused:
            assign(event(nurse), coordinator)
        assert refused.value.contact == contact


@pytest.mark.parametrize("how", ["was there", "reported it", "analyses it"])
def test_who_turns_out_to_be_part_of_the_second_event_is_told_of(coordinator, nurse, how):
    contact = take(assign(event(nurse), coordinator), "accepted")
    second = event(nurse)
    go_on(second, coordinator)
    user, incident, now = contact.supporter.user, second.incident, timezone.now()
    match how:
        case "was there":
            InvolvementFactory(incident=incident, employee=user)
            involved_conflict.tell_coordinators(incident, now)
        case "reported it":
            Incident.objects.filter(pk=incident.pk).update(reporter=user)
            involved_conflict.tell_of([incident.pk], now)
        case "analyses it":
            [member] = on_team(incident, user)
            analyst_conflict.tell_coordinators(member, now)
    assert Reminder.objects.filter(
        subject_id=contact.pk, role=Role.COORDINATOR, kind__contains="supports"
    ).exists()


class TestTwoEventsThatWait:
    def test_are_one_when_a_supporter_is_asked(self, coordinator, nurse):
        first, second = event(nurse), event(nurse)
        contact = assign(second, coordinator)
        assert (contact.offer, fresh(second).continues) == (first, first)
        assert fresh(second).waiting_for == Waiting.ACCEPTANCE

    def test_keep_what_the_person_wished_on_the_first(self, coordinator, nurse):
        first = event(nurse)
        day = timezone.now() + timedelta(days=9)
        own_support.postpone(offer=first, planned_for=day, by=nurse, at=timezone.now())
        wanted = {"telephone": "+31622222222", "no_voicemail": True}
        own_support.reach_me(offer=first, wanted=wanted, by=nurse, at=timezone.now())
        contact = take(assign(event(nurse), coordinator), "accepted")
        text = page(contact.supporter.user, "contacts:detail", contact.pk).text
        assert "tel:+31622222222" in text
        assert "Leave no voicemail." in text
        assert contact.due_at == day
        assert "06 22222222" in page(nurse, "me").text

    def test_ask_nobody_who_was_part_of_either(self, coordinator, nurse):
        first, second = event(nurse), event(nurse)
        there = SupporterFactory(trained=True)
        InvolvementFactory(incident=second.incident, employee=there.user)
        choices = assignment.suggest(offer=first, at=timezone.now(), first=20)
        assert there not in [choice.supporter for choice in choices]
        with pytest.raises(NotEligible):
            assign(first, coordinator, there)

    def test_go_on_with_the_next_supporter_when_one_hands_back(self, coordinator, nurse):
        first, second = event(nurse), event(nurse)
        take(assign(first, coordinator), "handed_back", reason="no_time")
        assert fresh(second).waiting_for == Waiting.ASSIGNMENT
        contact = assign(fresh(second), coordinator, SupporterFactory(trained=True))
        assert contact.offer == first
        assert fresh(second).waiting_for == Waiting.ACCEPTANCE


class TestWhatHappensToTheOne:
    @pytest.fixture
    def offers(self, coordinator, nurse):
        first, second = event(nurse), event(nurse)
        take(assign(first, coordinator), "accepted")
        return first, second

    def test_happens_to_the_other(self, offers):
        contact = take(Contact.objects.get(), "reached")
        assert fresh(offers[1]).reached_at == fresh(offers[0]).reached_at
        take(contact, "closed", outcome=Outcome.COMPLETED)
        assert {(each.outcome, each.waiting_for) for each in Offer.objects.all()} == {
            ("completed", "nothing")
        }
        flow.undo(contact=Contact.objects.get(), by=contact.supporter.user, at=timezone.now())
        assert {each.closed_at for each in Offer.objects.all()} == {None}

    def test_names_go_together(self, offers, nurse):
        take(Contact.objects.get(), "closed", outcome=Outcome.REFERRED)
        assert retention.erase_due(at=timezone.now() + timedelta(days=31)).involvements == 2

    def test_declined_it_is_declined_for_both_and_taken_up_for_both(self, offers, nurse):
        own_support.decline(offer=offers[0], by=nurse, at=timezone.now())
        assert {each.outcome for each in Offer.objects.all()} == {Outcome.DECLINED}
        own_support.come_back(offer=fresh(offers[0]), by=nurse, at=timezone.now())
        assert {each.waiting_for for each in Offer.objects.all()} == {Waiting.ASSIGNMENT}

    def test_the_coordinator_ends_and_opens_both(self, offers, coordinator):
        take(Contact.objects.get(), "handed_back", reason="no_time")
        close_offer(offer=offers[0], outcome=Outcome.REFERRED, by=coordinator, at=timezone.now())
        assert {each.outcome for each in Offer.objects.all()} == {Outcome.REFERRED}
        reopen_offer(offer=offers[0], by=coordinator, at=timezone.now())
        assert {each.closed_at for each in Offer.objects.all()} == {None}


class TestTheEmployee:
    def test_reads_one_line_and_decides_once(self, coordinator, nurse):
        assign(event(nurse), coordinator)
        event(nurse, EventType.AGGRESSION)
        text = page(nurse, "me").text
        assert text.count('class="card own"') == 1
        assert "Resuscitation" in text
        assert "Aggression" in text
        wanted = {"telephone": "+31612345678"}
        for offer in Offer.objects.all():
            own_support.reach_me(offer=offer, wanted=wanted, by=nurse, at=timezone.now())
        assert ReachMe.objects.count() == 2
        own_support.decline(offer=Offer.objects.latest("opened_at"), by=nurse, at=timezone.now())
        assert {each.outcome for each in Offer.objects.all()} == {Outcome.DECLINED}
        assert Contact.objects.get().state == ContactState.CLOSED

    def test_asks_for_another_day_once(self, nurse):
        first, _second = event(nurse), event(nurse)
        day = timezone.now() + timedelta(days=9)
        own_support.postpone(offer=first, planned_for=day, by=nurse, at=timezone.now())
        assert {each.first_contact_due_at for each in Offer.objects.all()} == {day}


def test_the_database_refuses_a_second_open_contact_with_one_person(coordinator, nurse):
    contact = assign(event(nurse), coordinator)
    other = OfferFactory(involvement__employee=nurse)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Contact.objects.create(
            offer=other,
            open_for=nurse,
            supporter=contact.supporter,
            due_at=timezone.now(),
            proposed_at=timezone.now(),
        )
    assert constraint_of(refused.value) == "contact_one_open_per_person"


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_once_ask_one_supporter(coordinator, nurse):
    offers = [event(nurse) for _ in range(2)]
    supporters = SupporterFactory.create_batch(2, trained=True)

    def ask(number):
        try:
            assign(offers[number], coordinator, supporters[number])
        except AlreadyAssigned:
            return "told"
        finally:
            connection.close()
        return "asked"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == ["asked", "told"]
    assert Contact.objects.count() == 1
    assert Offer.objects.exclude(continues=None).count() == 1
