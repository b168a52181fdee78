"""How many were offered support, of how many, within 24 hours: exact, and the same weeks later."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.calamities.classification import classify, standing
from incidents.enums import EventType, IncidentKind, Step, Verdict
from incidents.models import Incident, Milestone, TrackEvent
from incidents.reports import report_writer
from notifications.delivery import sweep
from supporters.contacts import flow
from supporters.contacts.announcing import mark_told
from supporters.enums import Announce, EventKind, Outcome
from supporters.matching.assignment import assign
from supporters.models import Offer, SupportPolicy
from supporters.offers import own_support
from supporters.offers.opening import close_offer, reopen_offer
from supporters.tests.factories import SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


@pytest.fixture(autouse=True)
def told_when_a_supporter_is_asked():
    SupportPolicy.objects.create(announce=Announce.WHEN_ASKED)


def involve(count):
    return [report_writer.Involved(employee=UserFactory()) for _ in range(count)]


def calamity(people=1):
    return report_writer.report_incident(
        reporter=UserFactory(),
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=involve(people),
        submission_key=None,
        noticed_at=MONDAY,
        at=MONDAY,
    )


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def offer():
    calamity()
    return Offer.objects.select_related("involvement__employee").get()


def ask(offer, by, at):
    """A supporter is asked, and the mail to the person leaves."""
    contact = assign(offer=offer, supporter=SupporterFactory(trained=True), by=by, at=at, beyond_rules=True)
    sweep.sweep(at=at)
    return contact


def support_step():
    return Milestone.objects.get(step=Step.SUPPORT)


def counts():
    step = support_step()
    return step.offered, step.involved, step.done_at


class TestWhatCounts:
    def test_nobody_before_the_first_is_asked(self, offer):
        assert counts() == (0, 1, None)

    def test_a_supporter_who_is_asked_in_time(self, offer, coordinator):
        ask(offer, coordinator, MONDAY + 23 * HOUR)
        assert counts() == (1, 1, MONDAY + 23 * HOUR)

    def test_not_who_was_asked_for_too_late_though_the_step_is_done_then(self, offer, coordinator):
        ask(offer, coordinator, MONDAY + 25 * HOUR)
        assert counts() == (0, 1, MONDAY + 25 * HOUR)

    def test_who_said_no_before_a_supporter_was_asked(self, offer):
        own_support.decline(offer=offer, by=offer.involvement.employee, at=MONDAY + HOUR)
        assert counts() == (1, 1, MONDAY + HOUR)

    def test_who_asked_for_another_day_before_a_supporter_was_asked(self, offer):
        employee = offer.involvement.employee
        own_support.postpone(offer=offer, planned_for=MONDAY + 9 * DAY, by=employee, at=MONDAY + HOUR)
        assert counts() == (1, 1, MONDAY + HOUR)

    @pytest.mark.parametrize(("outcome", "offered"), [(Outcome.DECLINED, 1), (Outcome.REFERRED, 1)])
    def test_an_answer_to_the_coordinator_but_not_a_call_without_one(
        self, offer, coordinator, outcome, offered
    ):
        close_offer(offer=offer, outcome=outcome, by=coordinator, at=MONDAY + HOUR)
        assert counts() == (offered, 1, MONDAY + HOUR)

    def test_accepting_and_declining_look_the_same(self, coordinator):
        calamity(people=2)
        accepted, declined = Offer.objects.all()
        contact = ask(accepted, coordinator, MONDAY + HOUR)
        ask(declined, coordinator, MONDAY + HOUR)
        before = Milestone.objects.filter(step=Step.SUPPORT).values().get()
        flow.record(contact=contact, kind=EventKind.ACCEPTED, by=contact.supporter.user, at=MONDAY + 2 * HOUR)
        employee = declined.involvement.employee
        assert employee is not None
        own_support.decline(offer=declined, by=employee, at=MONDAY + 2 * HOUR)
        assert Milestone.objects.filter(step=Step.SUPPORT).values().get() == before


class TestOfACalamityAfterAll:
    """What was taken for violence in between is counted anew."""

    def decide(self, verdict, at):
        incident = Incident.objects.get()
        by = UserFactory(roles=[Role.CCP])
        seen = standing(incident)
        classify(incident=incident, verdict=verdict, moment=MONDAY, by=by, at=at, seen=seen)

    def test_counts_who_was_added_in_between(self, offer, coordinator):
        own_support.decline(offer=offer, by=offer.involvement.employee, at=MONDAY + HOUR)
        self.decide(Verdict.VIOLENCE, MONDAY + 2 * HOUR)
        incident = Incident.objects.get()
        report_writer.add_involved(
            incident=incident, involved=involve(1), by=coordinator, at=MONDAY + 3 * HOUR
        )
        self.decide(Verdict.CALAMITY, MONDAY + 4 * HOUR)
        assert counts() == (1, 2, None)

    def test_counts_from_the_first_day_of_what_came_in_as_an_event(self):
        report_writer.report_incident(
            reporter=UserFactory(),
            kind=IncidentKind.EVENT,
            event_type=EventType.AGGRESSION,
            involved=involve(1),
            submission_key=None,
            at=MONDAY,
        )
        self.decide(Verdict.VIOLENCE, MONDAY + HOUR)
        self.decide(Verdict.CALAMITY, MONDAY + 2 * HOUR)
        assert counts() == (0, 1, None)


class TestOnceTheNormIsOver:
    """Nothing that happens later moves the count."""

    LATER = MONDAY + 20 * DAY

    def test_not_by_coming_back_and_being_offered_it_again(self, offer, coordinator):
        employee = offer.involvement.employee
        own_support.decline(offer=offer, by=employee, at=MONDAY + HOUR)
        own_support.come_back(offer=offer, by=employee, at=self.LATER)
        assert counts() == (1, 1, MONDAY + HOUR)
        ask(offer, coordinator, self.LATER + DAY)
        assert counts() == (1, 1, MONDAY + HOUR)

    def test_not_by_postponing_the_norm_away(self, offer, coordinator):
        own_support.postpone(
            offer=offer, planned_for=self.LATER, by=offer.involvement.employee, at=MONDAY + 30 * HOUR
        )
        ask(offer, coordinator, MONDAY + 10 * DAY)
        assert counts() == (0, 1, MONDAY + 30 * HOUR)

    def test_not_by_a_slip_that_is_put_right_when_the_norm_is_over(self, offer, coordinator):
        close_offer(offer=offer, outcome=Outcome.DECLINED, by=coordinator, at=MONDAY + DAY)
        reopen_offer(offer=offer, by=coordinator, at=MONDAY + DAY + HOUR / 30)
        assert counts()[:2] == (1, 1)


def test_a_slip_of_the_coordinator_put_right_in_time_counts_for_nothing(offer, coordinator):
    close_offer(offer=offer, outcome=Outcome.DECLINED, by=coordinator, at=MONDAY + HOUR)
    reopen_offer(offer=offer, by=coordinator, at=MONDAY + HOUR * 1.1)
    assert counts() == (0, 1, None)


def test_what_the_employee_declined_was_offered_also_when_it_is_taken_up_again_at_once(offer, coordinator):
    own_support.decline(offer=offer, by=offer.involvement.employee, at=MONDAY + HOUR)
    reopen_offer(offer=offer, by=coordinator, at=MONDAY + HOUR * 1.1)
    assert counts() == (1, 1, MONDAY + HOUR)


def test_somebody_who_is_added_opens_the_step_with_a_norm_of_their_own(offer, coordinator):
    ask(offer, coordinator, MONDAY + HOUR)
    added = MONDAY + 10 * DAY
    report_writer.add_involved(incident=offer.incident, involved=involve(1), by=coordinator, at=added)
    assert counts() == (1, 2, None)
    ask(Offer.objects.exclude(pk=offer.pk).get(), coordinator, added + 23 * HOUR)
    assert counts() == (2, 2, added + 23 * HOUR)
    assert [line.by for line in TrackEvent.objects.all()] == [None, None, None]


@pytest.mark.django_db(transaction=True)
def test_adding_somebody_and_asking_for_another_at_one_moment_are_counted_one_after_the_other(coordinator):
    incident = calamity()
    offer = Offer.objects.get()
    adding = threading.Event()

    def add():
        adding.set()
        try:
            report_writer.add_involved(
                incident=incident, involved=newcomers, by=coordinator, at=MONDAY + HOUR
            )
        finally:
            connection.close()

    newcomers = involve(1)
    supporter = SupporterFactory(trained=True)
    thread = threading.Thread(target=add)
    with transaction.atomic():
        assign(offer=offer, supporter=supporter, by=coordinator, at=MONDAY + HOUR, beyond_rules=True)
        mark_told(offer.involvement_id, MONDAY + HOUR)
        thread.start()
        adding.wait()
        thread.join(timeout=1)  # it waits for the step, which is locked here
    thread.join()
    assert counts() == (1, 2, None)
