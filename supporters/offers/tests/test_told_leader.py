"""A head of department who reported it: how many were told, a card for the first hour, and never who took it
up.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.enums import EventType, IncidentKind
from incidents.reports.report_writer import Involved, report_incident
from supporters.models import Offer, SupportPolicy
from supporters.offers import own_support, retention

pytestmark = pytest.mark.django_db


def reported(reporter, *, all_by_message=False):
    return report_incident(
        reporter=reporter,
        kind=IncidentKind.EVENT,
        event_type=EventType.AGGRESSION,
        involved=[
            Involved(employee=UserFactory()),
            Involved(employee=UserFactory()),
            *([] if all_by_message else [Involved(name="Sanne de Wit", telephone="+31612345678")]),
        ],
        submission_key=None,
        department=DepartmentFactory(),
        at=timezone.now(),
    )


def pages(client, user, incident):
    client.force_login(user)
    names = ("incidents:received", "incidents:detail")
    return [client.get(reverse(name, args=[incident.reference])).text for name in names]


def test_reads_how_many_were_told_and_the_same_whatever_they_choose(client):
    leader = UserFactory(roles=[Role.TEAM_LEADER], language="en")
    incident = reported(leader)
    before = pages(client, leader, incident)
    for page in before:
        assert "2 of 3 get a message that a colleague will call; the others hear it by telephone." in page
        assert "The first hour" in page
    offer = Offer.objects.exclude(involvement__employee=None).earliest("pk")
    own_support.decline(offer=offer, by=offer.involvement.employee, at=timezone.now())
    card = [page.split("first-hour")[2] for page in before]
    assert [page.split("first-hour")[2] for page in pages(client, leader, incident)] == card


def test_a_message_that_waits_for_the_morning_counts_and_whoever_says_no_before(client):
    leader = UserFactory(roles=[Role.TEAM_LEADER], language="en")
    incident = report_incident(
        reporter=leader,
        kind=IncidentKind.EVENT,
        event_type=EventType.AGGRESSION,
        involved=[Involved(name="Sanne de Wit", email="sanne@example.org")],
        submission_key=None,
        department=DepartmentFactory(),
        at=timezone.now(),
    )
    said = "1 of 1 gets a message that a colleague will call."
    assert said in pages(client, leader, incident)[1]
    offer = Offer.objects.get(announced_at=None)
    own_support.decline(offer=offer, by=None, at=timezone.now())
    assert said in pages(client, leader, incident)[1]
    retention.erase_due(at=timezone.now() + timedelta(days=31))
    assert said in pages(client, leader, incident)[1]


@pytest.mark.parametrize(
    ("at", "leaves"),
    [("2026-11-18T09:00", "today at 10:00"), ("2026-11-18T22:30", "tomorrow at 07:00")],
)
def test_reads_from_when_on_messages_leave_whatever_somebody_chooses(client, time_machine, at, leaves):
    time_machine.move_to(datetime.fromisoformat(at).replace(tzinfo=UTC))
    leader = UserFactory(roles=[Role.TEAM_LEADER], language="en")
    incident = reported(leader)
    for chosen in (False, True):
        for offer in Offer.objects.exclude(involvement__employee=None) if chosen else ():
            own_support.decline(offer=offer, by=offer.involvement.employee, at=timezone.now())
        for page in pages(client, leader, incident):
            assert f"Messages leave from {leaves} on." in " ".join(strip_tags(page).split())


def test_where_they_are_told_when_a_supporter_is_asked_it_says_so(client):
    SupportPolicy.objects.update_or_create(id=1, defaults={"announce": "when_asked"})
    leader = UserFactory(roles=[Role.TEAM_LEADER], language="en")
    for page in pages(client, leader, reported(leader)):
        assert "Whoever was named gets a message when a colleague is asked to call them." in page
        assert "Messages leave" not in page


def test_reads_of_no_others_where_everybody_had_the_message(client):
    leader = UserFactory(roles=[Role.TEAM_LEADER], language="en")
    for page in pages(client, leader, reported(leader, all_by_message=True)):
        assert "2 of 2 get a message that a colleague will call." in page
        assert "the others" not in page


@pytest.mark.parametrize("roles", [[], [Role.SUPPORTER]])
def test_nobody_else_reads_it(client, roles):
    reporter = UserFactory(roles=roles, language="en")
    for page in pages(client, reporter, reported(reporter)):
        assert "get a message" not in page
