"""Who does not answer: several honest attempts, the coordinator's decision, and one gentle offer more.

Also covers supporters.contacts.mailed_only.
"""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import UserFactory
from hospital.models import WorkingHours
from incidents.tests.factories import InvolvementFactory
from notifications.delivery import sweep
from notifications.models import Notice, Reminder
from supporters.contacts import flow, own_link, reminders
from supporters.contacts.announcing import STILL_OPEN, TRIED
from supporters.enums import ContactState, EventKind, NextStep, Outcome, Waiting
from supporters.matching import assignment
from supporters.models import Contact, Offer, SupportPolicy
from supporters.offers import own_support, retention
from supporters.offers.opening import NotTried, close_offer, open_offers
from supporters.tests.factories import SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRIES = (MONDAY + HOUR, MONDAY + 5 * HOUR, MONDAY + DAY)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def contact(coordinator):
    return accepted(InvolvementFactory(), coordinator)


def accepted(involvement, coordinator):
    open_offers([involvement], MONDAY)
    supporter = SupporterFactory(trained=True)
    contact = assignment.assign(
        offer=involvement.offer, supporter=supporter, by=coordinator, at=MONDAY, beyond_rules=True
    )
    return take(contact, EventKind.ACCEPTED, MONDAY)


def take(contact, kind, at, by=None, **fields):
    return flow.record(contact=contact, kind=kind, by=by or contact.supporter.user, at=at, **fields)


def in_vain(contact):
    for at in TRIES:
        contact = take(contact, EventKind.ATTEMPT_FAILED, at)
    return contact


def close(contact, coordinator, at=TRIES[-1] + HOUR):
    return take(contact, EventKind.CLOSED, at, by=coordinator, outcome=Outcome.UNREACHABLE)


def fresh():
    return Offer.objects.get()


def page(user, name, *args):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client.get(reverse(name, args=args)).text


def test_after_enough_attempts_the_coordinator_decides(contact, coordinator):
    contact = in_vain(contact)
    assert (contact.state, contact.next_step) == (ContactState.ACCEPTED, NextStep.WAIT)
    assert (fresh().waiting_for, fresh().due_at) == (Waiting.UNREACHED, TRIES[-1] + HOUR)
    due = Reminder.objects.get(kind=reminders.UNREACHED, cancelled_at=None)
    assert (due.role, due.due_at) == (Role.COORDINATOR, TRIES[-1])
    text = page(coordinator, "support:match", contact.offer.involvement_id)
    assert ("Remind<" in text, text.count("Ask somebody else")) == (False, 1)
    for word in ("could not be reached", "Keep trying", "Ask somebody else", "Close: not reached"):
        assert word in text


def test_after_the_decisive_attempt_nothing_more_is_asked(contact, time_machine):
    client = Client(headers={"accept-language": "en"})
    bars = []
    for at in TRIES:
        time_machine.move_to(at)
        client.force_login(contact.supporter.user)
        log = reverse("contacts:log", args=[contact.pk])
        step = {"kind": "attempt_failed", "seen": contact.events.latest("id").pk}
        bars.append(client.post(log, step, follow=True).text)
    assert ["Try again later." in bar for bar in bars] == [True, True, False]
    assert "you tried as often as agreed. The coordinator decides" in bars[-1]


def test_found_at_night_it_is_due_on_list_and_page_as_calls_begin_again(contact, coordinator):
    for at in (*TRIES[:2], TRIES[2].replace(hour=22)):
        contact = take(contact, EventKind.ATTEMPT_FAILED, at)
    opens = WorkingHours.current().cover.opens_from(TRIES[2].replace(hour=22))
    assert fresh().waiting_for == Waiting.UNREACHED
    assert fresh().due_at == opens + HOUR
    client = Client()
    client.force_login(coordinator)
    found = client.get(reverse("support:match", args=[contact.offer.involvement_id])).context
    assert found["due_at"] == opens + HOUR


def test_before_that_nobody_closes_as_not_reached(contact, coordinator):
    for by in (contact.supporter.user, coordinator):
        with pytest.raises(flow.NotAllowed):
            take(contact, EventKind.CLOSED, MONDAY + HOUR, by=by, outcome=Outcome.UNREACHABLE)
    contact = take(contact, EventKind.HANDED_BACK, MONDAY + HOUR, reason="no_time")
    with pytest.raises(NotTried):
        close_offer(offer=fresh(), outcome=Outcome.UNREACHABLE, by=coordinator, at=MONDAY + HOUR)


def test_the_supporter_never_decides_that_alone(contact):
    contact = in_vain(contact)
    with pytest.raises(flow.NotAllowed):
        take(contact, EventKind.CLOSED, TRIES[-1] + HOUR, outcome=Outcome.UNREACHABLE)
    assert "The coordinator decides how to go on" in page(
        contact.supporter.user, "contacts:detail", contact.pk
    )


def test_four_taps_in_one_minute_are_one_attempt(contact):
    for second in range(4):
        contact = take(contact, EventKind.ATTEMPT_FAILED, MONDAY + timedelta(seconds=second))
    contact = take(contact, EventKind.ATTEMPT_FAILED, MONDAY + DAY + 5 * HOUR)
    assert contact.next_step == NextStep.CALL_AGAIN


def test_the_policy_says_how_often(contact):
    SupportPolicy.objects.update(attempts=1, attempt_days=1, attempt_parts=1)
    assert take(contact, EventKind.ATTEMPT_FAILED, MONDAY + HOUR).next_step == NextStep.WAIT


def test_where_calls_are_made_in_the_morning_alone_mornings_are_enough(contact):
    mornings = [time(8), time(12)]
    WorkingHours.objects.filter(id=WorkingHours.current().id).update(
        cover_is_office=False, cover_monday=mornings, cover_tuesday=mornings, cover_wednesday=mornings
    )
    for days in range(3):
        contact = take(contact, EventKind.ATTEMPT_FAILED, MONDAY + days * DAY)
    assert contact.next_step == NextStep.WAIT


def test_the_employee_is_told_that_somebody_called_and_not_why(contact):
    in_vain(contact)
    sweep.sweep(at=TRIES[-1])
    employee = contact.offer.involvement.employee
    assert Notice.objects.filter(user=employee, kind=TRIED).count() == 1
    assert employee.email in [address for sent in mail.outbox for address in sent.to]


def test_who_has_no_account_gets_the_link_again(coordinator):
    involvement = InvolvementFactory(employee=None, typed_name="Sanne de Wit", email="sanne@example.org")
    contact = in_vain(accepted(involvement, coordinator))
    sweep.sweep(at=TRIES[-1])
    to_her = [sent.body for sent in mail.outbox if sent.to == ["sanne@example.org"]]
    assert len(to_her) == 2  # that a colleague calls, and that one tried
    assert all(own_link.address(involvement.pk) in body for body in to_her)
    close(contact, coordinator)
    sweep.sweep(at=TRIES[-1] + HOUR + 28 * DAY)
    assert len([sent for sent in mail.outbox if sent.to == ["sanne@example.org"]]) == 3


def test_keep_trying_gives_the_supporter_the_next_call(contact, coordinator):
    contact = take(in_vain(contact), EventKind.COORDINATOR_ANSWERED, TRIES[-1] + HOUR, by=coordinator)
    assert (contact.next_step, fresh().waiting_for) == (NextStep.CALL_AGAIN, Waiting.FIRST_CONTACT)
    assert contact.due_at > TRIES[-1] + HOUR
    assert take(contact, EventKind.ATTEMPT_FAILED, TRIES[-1] + DAY).next_step == NextStep.CALL_AGAIN


def test_who_calls_back_is_reached_after_all(contact):
    contact = take(in_vain(contact), EventKind.REACHED, TRIES[-1] + HOUR)
    assert (contact.state, fresh().waiting_for) == (ContactState.IN_CONTACT, Waiting.FOLLOW_UP)
    assert not Reminder.objects.filter(kind=reminders.UNREACHED, done_at=None, cancelled_at=None).exists()


def test_who_says_how_to_be_reached_is_called_again(contact):
    contact = in_vain(contact)
    employee = contact.offer.involvement.employee
    assert "tried to call you, at several moments" in page(employee, "me")
    own_support.reach_me(
        offer=contact.offer, wanted={"telephone": "+31687654321"}, by=employee, at=TRIES[-1] + HOUR
    )
    contact.refresh_from_db()
    assert (contact.next_step, fresh().waiting_for) == (NextStep.CALL_LATER, Waiting.FIRST_CONTACT)
    assert contact.due_at == datetime(2026, 11, 18, 16, tzinfo=UTC)
    assert "be called" in page(employee, "me")


@pytest.mark.parametrize("number", ["", "+31612345678"])
def test_who_has_no_number_reads_nowhere_that_somebody_called(contact, coordinator, number):
    employee, supporter = contact.offer.involvement.employee, contact.supporter.user
    type(employee).objects.filter(pk=employee.pk).update(telephone=number)
    in_vain(contact)
    sweep.sweep(at=TRIES[-1])
    own, notices = page(employee, "me"), page(employee, "notices")
    theirs = page(supporter, "contacts:detail", contact.pk)
    case = page(coordinator, "support:match", contact.offer.involvement_id)
    assert ("A colleague mailed you, several times." in own) == (not number)
    assert ("A colleague tried to call you, at several moments." in own) == bool(number)
    assert "A colleague tried to reach you." in notices
    for text in (notices, theirs, case):
        assert "somebody called" not in text
        assert "tried to call" not in text


def test_undoing_the_last_attempt_undoes_that_it_was_enough(contact):
    contact = in_vain(contact)
    contact = flow.undo(contact=contact, by=contact.supporter.user, at=TRIES[-1] + timedelta(minutes=1))
    assert (contact.next_step, fresh().waiting_for) == (NextStep.CALL_AGAIN, Waiting.FIRST_CONTACT)
    contact = take(contact, EventKind.ATTEMPT_FAILED, TRIES[-1] + timedelta(minutes=2))
    assert contact.next_step == NextStep.WAIT


class TestTheSecondOffer:
    @pytest.fixture
    def employee(self, contact, coordinator):
        close(in_vain(contact), coordinator)
        return contact.offer.involvement.employee

    def told(self, employee, at):
        sweep.sweep(at=at)
        return Notice.objects.filter(user=employee, kind=STILL_OPEN).count()

    def test_comes_once_after_four_weeks(self, employee):
        closed_at = fresh().closed_at
        assert self.told(employee, closed_at + 27 * DAY) == 0
        assert self.told(employee, closed_at + 28 * DAY) == 1
        assert self.told(employee, closed_at + 29 * DAY) == 1
        own_support.come_back(offer=fresh(), by=employee, at=closed_at + 29 * DAY)
        assert fresh().waiting_for == Waiting.ASSIGNMENT

    def test_does_not_come_to_who_came_back_before(self, employee):
        own_support.come_back(offer=fresh(), by=employee, at=fresh().closed_at + DAY)
        assert self.told(employee, TRIES[-1] + 40 * DAY) == 0

    def test_does_not_come_to_who_is_erased(self, employee):
        closed_at = fresh().closed_at
        retention.erase_own(offer=fresh(), by=employee, at=closed_at + DAY)
        assert self.told(employee, closed_at + 40 * DAY) == 0

    def test_leaves_two_weeks_to_answer_before_the_name_goes(self, employee):
        closed_at = fresh().closed_at
        sweep.sweep(at=closed_at + 28 * DAY)
        shown = retention.with_feedback(Offer.objects.all()).get()
        ends = retention.erases_at(shown, SupportPolicy.current())
        assert ends == closed_at + 42 * DAY
        assert retention.due(at=ends - timedelta(seconds=1)) == 0
        assert retention.due(at=ends) == 1

    def test_who_cannot_be_told_keeps_the_name_no_longer(self, contact, coordinator):
        User.objects.filter(pk=contact.offer.involvement.employee_id).update(email="")
        close(in_vain(contact), coordinator)
        assert retention.due(at=fresh().closed_at + 30 * DAY) == 1

    def test_never_comes_after_no(self, contact, coordinator):
        take(contact, EventKind.OFFER_DECLINED, MONDAY + HOUR)
        assert not Reminder.objects.filter(kind=STILL_OPEN).exists()

    def test_is_the_hospitals_to_leave_out(self, contact, coordinator):
        SupportPolicy.objects.update(second_offer_days=0)
        close(in_vain(contact), coordinator)
        assert not Reminder.objects.filter(kind=STILL_OPEN).exists()


def test_one_more_talk_is_allowed_on_the_page(contact, coordinator):
    SupportPolicy.objects.update(max_conversations=1)
    contact = take(contact, EventKind.CONVERSATION, MONDAY + HOUR, mode="telephone")
    with pytest.raises(flow.TooManyConversations):
        take(contact, EventKind.CONVERSATION, MONDAY + 2 * HOUR, mode="telephone")
    assert "Allow one more talk" in page(coordinator, "support:match", contact.offer.involvement_id)
    client = Client()
    client.force_login(coordinator)
    take(contact, EventKind.COORDINATOR_CALLED_IN, MONDAY + 2 * HOUR)
    client.post(reverse("support:grant", args=[contact.pk]))
    assert fresh().waiting_for == Waiting.FOLLOW_UP
    contact = take(Contact.objects.get(), EventKind.CONVERSATION, MONDAY + 3 * HOUR, mode="telephone")
    assert contact.conversations == 2
    with pytest.raises(flow.TooManyConversations):
        take(contact, EventKind.CONVERSATION, MONDAY + 4 * HOUR, mode="telephone")
