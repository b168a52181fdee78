"""A coordinator involved in an event has nothing of it in her work; erasing waits while it would end that.

Also covers supporters.visible_rows.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.enums import Step
from incidents.models import Milestone
from incidents.reports.report_writer import Involved, add_involved
from incidents.tests.factories import IncidentFactory, MilestoneFactory
from notifications.models import Notice
from notifications.reminders import still_concerns
from notifications.reminders.kinds import MANY
from notifications.reminders.schedule import reminder
from supporters.models import Contact, Offer
from supporters.offers import retention, worklist
from supporters.offers.reminders import SOMEBODY_WAITS
from supporters.tests.factories import ContactFactory, OfferFactory, UnnamedReportFactory

NOW = datetime(2026, 9, 14, 9, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]
DAY = timedelta(days=1)


@pytest.fixture
def coordinator():
    return UserFactory(name="Iris Zelf-Uniek", roles=[Role.COORDINATOR], telephone="0101112233")


@pytest.fixture
def event(coordinator):
    """Her own offer and a colleague's, in one event."""
    incident = IncidentFactory()
    for person in (coordinator, UserFactory(name="Noor Bos-Uniek")):
        OfferFactory(involvement__incident=incident, involvement__employee=person)
    return incident


def test_counts_and_next_moment_are_of_what_the_list_shows(client, coordinator, event):
    other = OfferFactory()
    UnnamedReportFactory()
    UnnamedReportFactory(incident=event)
    client.force_login(coordinator)
    page = client.get(reverse("support:worklist")).context
    assert [(count.label, count.count) for count in page["filters"]] == [
        ("Nobody named", "1"),
        ("All", "1"),
        ("To assign", "1"),
    ]
    assert [row.name for _group, rows in page["page"].groups for row in rows] == [other.involvement.name]
    mine, only = Offer.objects.visible_to(coordinator), Offer.objects.filter(pk=other.pk)
    assert worklist.next_due(mine) == worklist.next_due(only)


def test_own_offer_is_on_the_own_page_all_the_same(client, coordinator, event):
    client.force_login(coordinator)
    text = client.get(reverse("me")).content.decode()
    assert "We are looking for a colleague for you" in text
    assert "Noor Bos-Uniek" not in text


def test_worklist_costs_one_statement_to_find_out(client, coordinator, django_assert_num_queries):
    """And no more for who is involved in many events than in none."""
    client.force_login(coordinator)
    client.get(reverse("support:worklist"))
    with django_assert_num_queries(8) as few:
        client.get(reverse("support:worklist"))
    for _ in range(3):
        OfferFactory(involvement__employee=coordinator)
    with django_assert_num_queries(len(few)):
        client.get(reverse("support:worklist"))


def test_bundle_is_hers_only_for_other_events(coordinator, event):
    question = (SOMEBODY_WAITS, coordinator, MANY)
    assert still_concerns.ask([question]) == [False]
    OfferFactory()
    assert still_concerns.ask([question]) == [True]


def test_supporter_is_given_the_number_of_who_can_act_in_the_case(client, coordinator, event):
    other = UserFactory(name="Marleen Postma", roles=[Role.COORDINATOR], telephone="0104445566")
    contact = ContactFactory(
        in_contact=True, offer=Offer.objects.get(involvement__employee__name="Noor Bos-Uniek")
    )
    client.force_login(contact.supporter.user)
    text = client.get(reverse("contacts:detail", args=[contact.pk])).content.decode()
    assert other.name in text
    assert coordinator.name not in text


def test_notices_about_the_case_go_when_she_turns_out_to_be_involved(coordinator):
    contact = ContactFactory(in_contact=True)
    for subject, kind in (
        (contact.offer.incident_id, SOMEBODY_WAITS),
        (contact.offer_id, "support.assignment_late"),
        (contact.pk, "contact.not_called"),
        (contact.pk, "contact.call_late"),
    ):
        told = reminder(
            key=f"{kind}:{subject}",
            kind=kind,
            due_at=NOW,
            subject_id=subject,
            url="/",
            role=Role.COORDINATOR,
        )
        told.save()
        told.notices.create(user=coordinator, kind=kind, subject_id=subject, url="/", created_at=NOW)
    add_involved(
        incident=contact.offer.incident,
        involved=[Involved(employee=coordinator)],
        by=None,
        at=timezone.now(),
    )
    # What is one's own, as a supporter, is not the coordinator's.
    assert list(Notice.objects.filter(user=coordinator).values_list("kind", flat=True)) == [
        "contact.call_late"
    ]


class TestErasingWaits:
    def closed(self, incident, *roles):
        return OfferFactory(
            involvement__incident=incident,
            involvement__employee=UserFactory(roles=roles),
            closed=True,
            opened_at=NOW - 60 * DAY,
        )

    @pytest.mark.parametrize(
        "role", [Role.COORDINATOR, Role.CCP, Role.DIRECTOR, Role.ANALYST, Role.TEAM_LEADER]
    )
    def test_for_who_has_a_role_while_a_clock_runs(self, role):
        step = MilestoneFactory(step=Step.FINAL_REPORT, incident__calamity=True)
        offer = self.closed(step.incident, role)
        assert retention.due(at=NOW) == 0
        with pytest.raises(retention.Held):
            retention.erase_own(offer=offer, by=offer.involvement.employee, at=NOW)
        Milestone.objects.update(done_at=NOW, done_by=UserFactory())
        assert retention.due(at=NOW) == 1

    @pytest.mark.parametrize("role", [None, Role.SUPPORTER, Role.BOARD])
    def test_for_nobody_else(self, role):
        step = MilestoneFactory(step=Step.FINAL_REPORT, incident__calamity=True)
        self.closed(step.incident, *([role] if role else []))
        assert retention.due(at=NOW) == 1

    def test_for_a_coordinator_until_the_others_of_the_event_can_be_erased_too(self):
        incident = IncidentFactory()
        self.closed(incident, Role.COORDINATOR)
        self.closed(incident, Role.TEAM_LEADER)
        other = OfferFactory(involvement__incident=incident)
        assert retention.due(at=NOW) == 1
        declined = {"closed_at": NOW - DAY, "outcome": "declined", "waiting_for": "nothing"}
        Offer.objects.filter(pk=other.pk).update(**declined)
        assert retention.due(at=NOW) == 1
        assert retention.due(at=NOW + 30 * DAY) == 3

    def test_own_request_for_support_waits_for_nothing(self):
        self.closed(IncidentFactory(for_self=True), Role.COORDINATOR)
        assert retention.due(at=NOW) == 1

    def test_own_page_says_so(self, client):
        step = MilestoneFactory(step=Step.FINAL_REPORT, incident__calamity=True)
        offer = self.closed(step.incident, Role.CCP)
        client.force_login(offer.involvement.employee)
        text = client.get(reverse("me")).content.decode()
        assert "Your name is erased by itself once this event is over." in text
        assert reverse("me-erase", args=[offer.pk]) not in text
        answer = client.post(reverse("me-erase", args=[offer.pk]), follow=True).content.decode()
        assert "Not yet: you have a role in this event, and it is not over." in answer
        offer.involvement.refresh_from_db()
        assert offer.involvement.erased_at is None


def test_contact_of_the_own_event_is_not_found(client, coordinator, event):
    contact = ContactFactory(in_contact=True, offer__involvement__incident=event)
    client.force_login(coordinator)
    assert not Contact.objects.visible_to(coordinator).filter(pk=contact.pk).exists()
    assert client.post(reverse("support:close", args=[contact.pk])).status_code == 404
