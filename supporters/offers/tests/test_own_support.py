"""What employees decide about their own support, with and without a supporter at work."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.tests.factories import InvolvementFactory
from notifications.models import Reminder
from notifications.reminders.reconcile import reconcile
from supporters.contacts import flow
from supporters.contacts.flow import NotAllowed
from supporters.enums import ContactState, EventKind, NextStep, Outcome, Waiting
from supporters.models import Contact, Exclusion, Offer, Supporter
from supporters.offers import own_support
from supporters.offers.opening import open_offers
from supporters.offers.reminders import ASSIGNMENT_LATE, SOMEBODY_WAITS
from supporters.tests.factories import OfferFactory, SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)
HALF = timedelta(hours=4, minutes=30)  # of a day of cover
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


@pytest.fixture
def offer():
    return OfferFactory(opened_at=MONDAY)


def propose(offer, at=MONDAY):
    return flow.propose(
        offer=offer,
        supporter=SupporterFactory(trained=True),
        by=UserFactory(roles=[Role.COORDINATOR]),
        at=at,
    )


def open_kinds():
    return sorted(Reminder.objects.filter(cancelled_at=None, done_at=None).values_list("kind", flat=True))


def test_declining_before_somebody_was_asked_closes_the_offer(offer):
    own_support.decline(offer=offer, by=offer.involvement.employee, at=MONDAY + DAY)
    offer.refresh_from_db()
    assert (offer.waiting_for, offer.closed_at, offer.outcome) == (
        Waiting.NOTHING,
        MONDAY + DAY,
        Outcome.DECLINED,
    )


def test_a_day_chosen_before_anybody_was_asked_is_not_called_before_by_whoever_supports(offer):
    week = MONDAY + 7 * DAY + timedelta(hours=7)
    own_support.postpone(offer=offer, planned_for=week, by=offer.involvement.employee, at=MONDAY)
    offer.refresh_from_db()
    contact = propose(offer)
    assert contact.due_at < MONDAY + DAY
    contact = take(contact, EventKind.ACCEPTED)
    assert (contact.next_step, contact.due_at) == (NextStep.CALL_LATER, week)
    take(contact, EventKind.HANDED_BACK, reason="no_time")
    offer.refresh_from_db()
    assert (offer.not_before, offer.first_contact_due_at) == (week, week)
    second = take(propose(offer), EventKind.ACCEPTED)
    assert (second.next_step, second.due_at) == (NextStep.CALL_LATER, week)
    take(second, EventKind.CONVERSATION, mode="telephone")
    offer.refresh_from_db()
    assert offer.not_before is None


def test_of_a_day_that_is_past_nothing_is_left_and_who_begins_anew_wishes_no_day(offer):
    day = MONDAY + DAY
    employee = offer.involvement.employee
    own_support.postpone(offer=offer, planned_for=day, by=employee, at=MONDAY)
    offer.refresh_from_db()
    contact = take(propose(offer, at=day), EventKind.ACCEPTED, at=day)
    assert contact.next_step == NextStep.CALL
    own_support.decline(offer=offer, by=employee, at=day)
    own_support.come_back(offer=offer, by=employee, at=day)
    assert Offer.objects.get().not_before is None


def take(contact, kind, at=MONDAY, **fields):
    return flow.record(contact=contact, kind=kind, by=contact.supporter.user, at=at, **fields)


def test_declining_while_a_supporter_is_asked_ends_that_too(offer):
    contact = propose(offer)
    own_support.decline(offer=offer, by=offer.involvement.employee, at=MONDAY + DAY)
    contact.refresh_from_db()
    assert (contact.state, contact.outcome) == (ContactState.CLOSED, Outcome.DECLINED)
    assert Offer.objects.get().outcome == Outcome.DECLINED
    assert Supporter.objects.get().load == 0


def test_later_before_somebody_was_asked_moves_both_terms(offer):
    wish = datetime(2026, 11, 20, 16, tzinfo=UTC)  # a Friday, when calls end
    own_support.postpone(offer=offer, planned_for=wish, by=offer.involvement.employee, at=MONDAY)
    offer.refresh_from_db()
    assert (offer.first_contact_due_at, offer.due_at) == (wish, wish.replace(hour=7))
    assert open_kinds() == [ASSIGNMENT_LATE]


def test_later_while_a_supporter_is_at_work_is_said_to_the_supporter(offer):
    contact = propose(offer)
    supporter = contact.supporter.user
    flow.record(contact=contact, kind=EventKind.ACCEPTED, by=supporter, at=MONDAY)
    wish = MONDAY + 5 * DAY
    own_support.postpone(offer=offer, planned_for=wish, by=offer.involvement.employee, at=MONDAY)
    assert Contact.objects.get().due_at == wish


@pytest.mark.parametrize("wish", [MONDAY, MONDAY - DAY, MONDAY + 400 * DAY])
def test_later_is_a_moment_within_a_year(offer, wish):
    with pytest.raises(NotAllowed):
        own_support.postpone(offer=offer, planned_for=wish, by=offer.involvement.employee, at=MONDAY)


def test_somebody_else_waits_for_another_supporter(offer):
    contact = propose(offer)
    own_support.ask_somebody_else(offer=offer, by=offer.involvement.employee, at=MONDAY)
    assert Offer.objects.get().waiting_for == Waiting.ASSIGNMENT
    assert Exclusion.objects.filter(supporter=contact.supporter, employee=offer.involvement.employee).exists()


def test_somebody_else_than_nobody_is_refused(offer):
    with pytest.raises(NotAllowed):
        own_support.ask_somebody_else(offer=offer, by=offer.involvement.employee, at=MONDAY)


@pytest.mark.parametrize("asked_before", [True, False])
def test_coming_back_opens_the_offer_again_for_another_supporter(offer, asked_before):
    employee = offer.involvement.employee
    if asked_before:
        propose(offer)
    own_support.decline(offer=offer, by=employee, at=MONDAY)
    back = MONDAY + 21 * DAY
    own_support.come_back(offer=offer, by=employee, at=back)
    offer.refresh_from_db()
    assert (offer.waiting_for, offer.closed_at, offer.outcome) == (Waiting.ASSIGNMENT, None, "")
    assert (offer.due_at, offer.first_contact_due_at) == (back + HALF, back + DAY)
    assert {SOMEBODY_WAITS, ASSIGNMENT_LATE} <= set(open_kinds())
    assert propose(offer, at=back).state == ContactState.PROPOSED


def test_coming_back_to_an_open_offer_is_refused(offer):
    with pytest.raises(NotAllowed):
        own_support.come_back(offer=offer, by=offer.involvement.employee, at=MONDAY)


def test_wishes_change_until_somebody_is_asked(offer):
    employee = offer.involvement.employee
    own_support.change_wishes(offer=offer, other_department=False, physician=True, by=employee, at=MONDAY)
    offer.involvement.refresh_from_db()
    assert not offer.involvement.wish_other_department
    assert offer.involvement.wish_physician
    propose(offer)
    with pytest.raises(NotAllowed):
        own_support.change_wishes(offer=offer, other_department=False, physician=True, by=employee, at=MONDAY)


@pytest.mark.parametrize(
    "decide", [own_support.decline, own_support.ask_somebody_else, own_support.come_back]
)
def test_nobody_decides_for_somebody_else(offer, decide):
    for stranger in (UserFactory(), UserFactory(roles=[Role.COORDINATOR]), offer.incident.reporter):
        with pytest.raises(NotAllowed):
            decide(offer=offer, by=stranger, at=MONDAY)


@pytest.mark.parametrize(
    "how", ["opened", "postponed", "taken up again", "asked outside", "a supporter asked"]
)
def test_night_finds_nothing_missing_of_what_was_decided_and_all_that_was_lost(how):
    involvement = InvolvementFactory()
    open_offers([involvement], MONDAY)
    offer = Offer.objects.get()
    match how:
        case "postponed":
            own_support.postpone(
                offer=offer, planned_for=MONDAY + 3 * DAY, by=involvement.employee, at=MONDAY
            )
        case "taken up again":
            own_support.decline(offer=offer, by=involvement.employee, at=MONDAY)
            own_support.come_back(offer=offer, by=involvement.employee, at=MONDAY + DAY)
        case "asked outside":
            by = involvement.employee
            own_support.ask_outside(offer=offer, wanted=True, by=by, at=MONDAY + DAY)
        case "a supporter asked":
            propose(offer)
    assert reconcile(at=MONDAY) == 0
    open_reminders = Reminder.objects.waiting().exclude(kind=SOMEBODY_WAITS)
    lost = sorted(open_reminders.values_list("kind", "due_at"))
    open_reminders.delete()
    assert reconcile(at=MONDAY) == len(lost) > 0
    assert sorted(open_reminders.values_list("kind", "due_at")) == lost
    assert reconcile(at=MONDAY) == 0
