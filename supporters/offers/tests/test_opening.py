"""Offers of support, made in the transaction of the report."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.enums import Step
from incidents.reports.report_as_seen import within_hours
from incidents.tests.factories import IncidentFactory, InvolvementFactory, MilestoneFactory
from notifications.models import Reminder
from notifications.reminders import kinds
from notifications.reminders.reconcile import reconcile
from supporters.enums import Outcome, Waiting
from supporters.models import Offer, SupportPolicy
from supporters.offers.opening import close_offer, open_offers, reopen_offer
from supporters.offers.reminders import ASSIGNMENT_LATE, SOMEBODY_WAITS

NOW = timezone.now()
pytestmark = pytest.mark.clock(NOW)


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
    assert within_hours() == 48  # what whoever reports is told
    assert offer.due_at == NOW + timedelta(hours=24)


@pytest.mark.django_db
def test_open_offers_tells_the_coordinators_once_for_an_event_and_later_for_each_person():
    incident = IncidentFactory()
    open_offers(InvolvementFactory.create_batch(3, incident=incident), NOW)
    reminders = Reminder.objects.filter(role=Role.COORDINATOR).order_by("due_at", "id")
    assert [(each.kind, each.role, each.due_at) for each in reminders] == [
        (SOMEBODY_WAITS, Role.COORDINATOR, NOW),
        *[(ASSIGNMENT_LATE, Role.COORDINATOR, NOW + timedelta(hours=12))] * 3,
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
    for people in (1, 30):
        milestone = MilestoneFactory(step=Step.SUPPORT)
        involvements = InvolvementFactory.create_batch(people, incident=milestone.incident)
        with transaction.atomic(), django_assert_num_queries(10):
            open_offers(involvements, NOW)
        milestone.refresh_from_db()
        assert (milestone.offered, milestone.involved) == (people, people)


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
    assert late.due_at == NOW + timedelta(hours=14)
    assert reconcile(at=NOW + timedelta(hours=2)) == 0
