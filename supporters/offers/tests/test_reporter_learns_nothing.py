"""Whoever reported it reads the same on every page, whatever somebody whom they named chooses: also behind
supporters.offers.retention and supporters.intake.head_questions.
"""

import difflib
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.enums import EventType, IncidentKind
from incidents.reports import withdrawal
from incidents.reports.report_writer import Involved, report_incident
from supporters.contacts import own_link
from supporters.enums import Outcome
from supporters.models import Offer, SupportPolicy
from supporters.offers import opening, own_support, retention

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]

PAGES = ("home", "incidents:list", "notices", "help", "calamities:list")
PAGES_OF_REPORT = (
    *("incidents:detail", "incidents:received", "incidents:withdraw", "support:who-was-there"),
    *("calamities:detail", "calamities:evidence", "support:name-people", "incidents:add-people"),
)
#: Those of forms, another for each answer.
TOKENS = re.compile(r'"X-CSRFToken": "[^"]+"|value="[^"]{20,}"')


def erase(offer, by, at):
    own_support.decline(offer=offer, by=by, at=at)
    retention.erase_own(offer=offer, by=by, at=at)


CHOICES = {
    "no": lambda offer, by: own_support.decline(offer=offer, by=by, at=NOW),
    "no, and erased": lambda offer, by: erase(offer, by, NOW),
    "later": lambda offer, by: own_support.postpone(
        offer=offer, planned_for=NOW + timedelta(days=9), by=by, at=NOW
    ),
    "how to reach me": lambda offer, by: own_support.reach_me(
        offer=offer, wanted={"no_voicemail": True}, by=by, at=NOW
    ),
    "outside": lambda offer, by: own_support.ask_outside(offer=offer, wanted=True, by=by, at=NOW),
    "in the browser": lambda offer, by: in_the_browser(offer),
}


def in_the_browser(offer):
    client = Client()
    client.force_login(offer.involvement.employee)
    client.post(reverse("me-decide", args=[offer.pk]), {"decision": "decline"})
    client.post(reverse("me-erase", args=[offer.pk]))
    assert "erased as soon as whoever named you does not see it" in client.get(reverse("me")).text


def reported(reporter, involved, kind=IncidentKind.EVENT):
    return report_incident(
        reporter=reporter,
        kind=kind,
        event_type=EventType.AGGRESSION,
        involved=involved,
        submission_key=None,
        department=reporter.department,
        noticed_at=NOW - MINUTE if kind == IncidentKind.CALAMITY else None,
        at=NOW - MINUTE,
    )


def seen(reporter, incident):
    """Every page that a reporter or a head may ask for: what it answers, without tokens."""
    client = Client()
    client.force_login(reporter)
    addresses = [reverse(name) for name in PAGES]
    addresses += [reverse(name, args=[incident.reference]) for name in PAGES_OF_REPORT]
    answers = {}
    for address in addresses:
        answer = client.get(address)
        answers[address] = f"{answer.status_code}\n{TOKENS.sub('', answer.text)}".splitlines()
    return answers


def assert_same(now, before):
    changed = {
        address: [line for line in difflib.ndiff(before[address], now[address]) if line[0] in "+-"]
        for address in before
        if now[address] != before[address]
    }
    assert not changed


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (IncidentKind.EVENT, Role.TEAM_LEADER),
        (IncidentKind.CALAMITY, Role.TEAM_LEADER),
        (IncidentKind.COLLEAGUE, None),
    ],
)
@pytest.mark.parametrize("chosen", CHOICES)
def test_every_page_stays_as_it_was(kind, role, chosen):
    reporter = UserFactory(roles=[role] if role else [], department=DepartmentFactory(), language="en")
    count = 1 if kind == IncidentKind.COLLEAGUE else 2
    incident = reported(reporter, [Involved(employee=UserFactory(language="en")) for _ in range(count)], kind)
    before = seen(reporter, incident)
    offer = Offer.objects.earliest("pk")
    CHOICES[chosen](offer, offer.involvement.employee)
    assert_same(seen(reporter, incident), before)


@pytest.mark.parametrize("chosen", ["no", "in the browser"])
def test_nor_where_they_are_told_when_a_supporter_is_asked(chosen):
    SupportPolicy.objects.update_or_create(id=1, defaults={"announce": "when_asked"})
    reporter = UserFactory(roles=[Role.TEAM_LEADER], department=DepartmentFactory(), language="en")
    incident = reported(reporter, [Involved(employee=UserFactory(language="en")) for _ in range(2)])
    before = seen(reporter, incident)
    offer = Offer.objects.earliest("pk")
    CHOICES[chosen](offer, offer.involvement.employee)
    assert_same(seen(reporter, incident), before)


def test_the_names_stay_for_the_day_and_go_for_whoever_chose_what(client):
    """A single name, typed in: erased behind the own link, taken back all the same."""
    reporter = UserFactory(roles=[Role.TEAM_LEADER], department=DepartmentFactory(), language="en")
    incident = reported(reporter, [Involved(name="Sanne de Wit", email="sanne@example.org")])
    before = seen(reporter, incident)
    link = own_link.address(incident.involvements.get().pk)
    client.post(link, {"decision": "decline"})
    answer = client.post(f"{link}erase/", follow=True, headers={"accept-language": "en"})
    assert "erased as soon as whoever named you does not see it" in answer.text
    assert_same(seen(reporter, incident), before)
    assert "Sanne de Wit" in "".join(before[reverse("incidents:detail", args=[incident.reference])])
    withdrawal.withdraw(incident=incident, by=reporter, at=NOW + MINUTE)


def test_what_a_coordinator_does_shows_no_more():
    reporter = UserFactory(roles=[Role.TEAM_LEADER], department=DepartmentFactory(), language="en")
    incident = reported(reporter, [Involved(employee=UserFactory())])
    before = seen(reporter, incident)
    opening.close_offer(
        offer=Offer.objects.get(),
        outcome=Outcome.REFERRED,
        by=UserFactory(roles=[Role.COORDINATOR]),
        at=NOW,
    )
    assert_same(seen(reporter, incident), before)
