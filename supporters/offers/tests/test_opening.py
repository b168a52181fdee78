"""Offers of support, made in the transaction of the report."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from hospital.clock import AMSTERDAM
from hospital.models import COVER_DAYS, WorkingHours
from incidents.enums import Step
from incidents.reports.report_as_seen import promised
from incidents.tests.factories import IncidentFactory, InvolvementFactory, MilestoneFactory
from notifications.models import Reminder
from notifications.reminders import kinds
from notifications.reminders.reconcile import reconcile
from supporters.enums import CountedIn, Outcome, Waiting
from supporters.models import Offer, SupportPolicy
from supporters.offers.opening import close_offer, open_offers, reopen_offer
from supporters.offers.reminders import ASSIGNMENT_LATE, SOMEBODY_WAITS

#: A Tuesday, 10:00 in Amsterdam.
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
pytestmark = pytest.mark.clock(NOW)
HALF = timedelta(hours=4, minutes=30)  # of a day of cover


@pytest.mark.django_db
def test_open_offers_sets_both_terms_from_the_policy():
    SupportPolicy.objects.create(id=1, first_contact_hours=48)
    involvement = InvolvementFactory()
    open_offers([involvement], NOW)
    offer = Offer.objects.get()
    assert (offer.involvement, offer.incident, offer.waiting_for) == (
        involvement,
        involvement.incident,
        Waiting.ASSIGNMENT,
    )
    assert offer.first_contact_due_at == NOW + timedelta(hours=48)
    assert promised(NOW).by == offer.first_contact_due_at  # what whoever reports is told
    assert offer.due_at == NOW + timedelta(hours=24)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reported", "assign_by", "call_by"),
    [
        ("2026-11-24T10:00", "2026-11-24T14:30", "2026-11-25T10:00"),
        ("2026-11-27T12:00", "2026-11-27T16:30", "2026-11-30T12:00"),
        ("2026-11-27T23:00", "2026-11-30T12:30", "2026-11-30T17:00"),
        ("2026-11-29T04:38", "2026-11-30T12:30", "2026-11-30T17:00"),
        ("2026-04-02T16:00", "2026-04-07T11:30", "2026-04-07T16:00"),  # before Good Friday
        ("2026-12-24T18:00", "2026-12-28T12:30", "2026-12-28T17:00"),
    ],
)
def test_the_call_is_due_in_cover_and_what_is_promised_is_what_is_stored(reported, assign_by, call_by):
    open_offers([InvolvementFactory()], local(reported))
    offer = Offer.objects.get()
    assert (offer.due_at, offer.first_contact_due_at) == (local(assign_by), local(call_by))
    assert promised(local(reported)).by == offer.first_contact_due_at
    assert Reminder.objects.get(kind=ASSIGNMENT_LATE).due_at == offer.due_at
    # Offering it is another clock: that of the calamity.
    assert offer.norm_due_at == local(reported) + timedelta(days=1)


@pytest.mark.django_db
def test_a_hospital_that_calls_every_evening_may_count_what_passes():
    every_day = {day: [time(8), time(20)] for day in COVER_DAYS}
    WorkingHours.objects.create(cover_is_office=False, **every_day)
    SupportPolicy.objects.create(first_contact_counted_in=CountedIn.ELAPSED)
    open_offers([InvolvementFactory()], local("2026-11-28T15:00"))
    offer = Offer.objects.get()
    assert offer.first_contact_due_at == local("2026-11-29T15:00")
    assert offer.due_at == local("2026-11-28T20:00")  # not in the night that follows
    assert promised(local("2026-11-28T23:00")).seen_from == local("2026-11-29T08:00")


@pytest.mark.django_db
def test_open_offers_tells_the_coordinators_once_for_an_event_and_later_for_each_person():
    incident = IncidentFactory()
    open_offers(InvolvementFactory.create_batch(3, incident=incident), NOW)
    reminders = Reminder.objects.filter(role=Role.COORDINATOR).order_by("due_at", "id")
    assert [(each.kind, each.role, each.due_at) for each in reminders] == [
        (SOMEBODY_WAITS, Role.COORDINATOR, NOW),
        *[(ASSIGNMENT_LATE, Role.COORDINATOR, NOW + HALF)] * 3,
    ]
    assert reminders[0].url == f"/support/{incident.reference}/"


@pytest.mark.django_db
def test_one_person_is_told_with_the_page_to_choose_on():
    involvement = InvolvementFactory()
    open_offers([involvement], NOW)
    news = Reminder.objects.get(kind=SOMEBODY_WAITS)
    assert news.url == f"/support/involved/{involvement.id}/match/"


@pytest.mark.django_db
def test_open_offers_asks_as_few_queries_for_many(django_assert_num_queries):
    SupportPolicy.current()
    WorkingHours.current()
    for people in (1, 30):
        milestone = MilestoneFactory(step=Step.SUPPORT)
        involvements = InvolvementFactory.create_batch(people, incident=milestone.incident)
        with transaction.atomic(), django_assert_num_queries(11):
            open_offers(involvements, NOW)
        milestone.refresh_from_db()
        assert (milestone.offered, milestone.involved) == (0, people)


@pytest.mark.django_db
def test_reminder_concerns_coordinators_while_somebody_waits():
    involvement = InvolvementFactory()
    open_offers([involvement], NOW)
    coordinator, colleague = UserFactory(roles=[Role.COORDINATOR]), UserFactory()
    offer = Offer.objects.get()
    for code, subject in ((SOMEBODY_WAITS, offer.incident_id), (ASSIGNMENT_LATE, offer.id)):
        concerns = kinds.get(code).concerns
        assert concerns(coordinator, subject)
        assert not concerns(colleague, subject)
    Offer.objects.update(waiting_for=Waiting.ACCEPTANCE)
    assert not kinds.get(SOMEBODY_WAITS).concerns(coordinator, offer.incident_id)
    assert not kinds.get(ASSIGNMENT_LATE).concerns(coordinator, offer.id)


@pytest.mark.django_db
def test_an_offer_taken_up_again_is_late_when_nobody_was_asked_in_the_new_term():
    open_offers([InvolvementFactory()], NOW)
    offer, by = Offer.objects.get(), UserFactory(roles=[Role.COORDINATOR])
    close_offer(offer=offer, outcome=Outcome.DECLINED, by=by, at=NOW + timedelta(hours=1))
    assert not Reminder.objects.filter(kind=ASSIGNMENT_LATE, cancelled_at=None).exists()
    reopen_offer(offer=offer, by=by, at=NOW + timedelta(hours=2))
    late = Reminder.objects.get(kind=ASSIGNMENT_LATE, cancelled_at=None)
    assert late.due_at == NOW + timedelta(hours=2) + HALF
    assert reconcile(at=NOW + timedelta(hours=2)) == 0
