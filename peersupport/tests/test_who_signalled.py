"""Whoever signals, reports or was there too ("your name is not mentioned") is seen by the person concerned on
no page, in no row and in no mail, whatever that person's role.

A signal, a report and a calamity are played, each by somebody else, with a witness; coordinator and supporter
do their work. Then the person opens every page of the site, with every reference and id that belongs to the
cases.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.core import serializers
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent, User
from accounts.tests.factories import DepartmentFactory, UserFactory
from accounts.tests.test_access_matrix import PAGES, SIGNED_IN, parameters
from incidents.enums import EventType, IncidentKind
from incidents.models import Incident
from incidents.reports.report_writer import Involved, report_incident
from notifications.calendar import entries
from notifications.delivery import sweep
from notifications.models import Mail, Notice
from supporters.contacts.flow import record
from supporters.enums import EventKind
from supporters.matching.assignment import assign
from supporters.models import Contact, Offer
from supporters.tests.factories import SupporterFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return DepartmentFactory()


@pytest.fixture
def hidden(ward):
    """Who must not be seen: a team leader who signals, a colleague who reports, a committee member who leads
    the department and reports its calamity, and a witness.
    """
    return [
        UserFactory(
            username="saskia-uniek", name="Saskia Signaleert-Uniek", roles=[Role.TEAM_LEADER], department=ward
        ),
        UserFactory(username="rolf-uniek", name="Rolf Rapporteert-Uniek"),
        UserFactory(
            username="carla-uniek",
            name="Carla Commissie-Uniek",
            roles=[Role.CCP, Role.TEAM_LEADER],
            department=ward,
        ),
        UserFactory(username="wim-uniek", name="Wim Getuige-Uniek"),
    ]


def play(person: User, hidden: list[User], ward: Any) -> list[Incident]:
    """Three cases of `person`; everybody who may looks at what they may see of them."""
    signaller, reporter, committee, witness = hidden
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    now = timezone.now()
    played = [
        (signaller, IncidentKind.COLLEAGUE, EventType.OTHER, [person]),
        (reporter, IncidentKind.EVENT, EventType.AGGRESSION, [person, witness]),
        (committee, IncidentKind.CALAMITY, EventType.SAFETY, [person, witness]),
    ]
    cases = []
    for by, kind, event_type, people in played:
        case = report_incident(
            reporter=by,
            kind=kind,
            event_type=event_type,
            involved=[Involved(employee=one) for one in people],
            submission_key=None,
            noticed_at=now - timedelta(hours=1) if kind == IncidentKind.CALAMITY else None,
            department=ward,
            at=now,
        )
        look(by, "incidents:detail", case.reference)
        look(by, "incidents:received", case.reference)
        look(coordinator, "incidents:detail", case.reference)
        look(coordinator, "support:roll-call", case.reference)
        cases.append(case)
    look(coordinator, "support:worklist")
    look(committee, "calamities:detail", cases[2].reference)
    look(witness, "me")
    for offer in Offer.objects.filter(involvement__employee__in=[person, witness]):
        offer.refresh_from_db()
        if offer.continues_id or offer.contacts.exists():
            continue  # asked for with another event of the same person
        contact = assign(
            offer=offer, supporter=SupporterFactory(trained=True), by=coordinator, at=timezone.now()
        )
        for step in (EventKind.ACCEPTED, EventKind.REACHED):
            contact = record(contact=contact, kind=step, by=contact.supporter.user, at=timezone.now())
    sweep.sweep(at=now + timedelta(hours=3))
    return cases


def look(user: User, name: str, *args: str) -> None:
    client = Client()
    client.force_login(user)
    assert client.get(reverse(name, args=args)).status_code == 200


def found_in(text: str, people: list[User]) -> set[str]:
    """What in `text` tells who they are."""
    return {
        mark
        for one in people
        for mark in (one.name, one.username, one.email, one.telephone, one.employee_number, str(one.pk))
        if mark in text
    }


def opened(client: Client, urls: list[str], people: list[User]) -> Iterator[tuple[str, str, set[str]]]:
    """Those of `urls` that can be opened, where each led, and what it says of `people`."""
    for url in urls:
        found = client.get(url, follow=True)
        if found.status_code == 200:
            yield url, found.request["PATH_INFO"], found_in(found.content.decode(), people)


def addresses(person: User, cases: list[Incident]) -> list[str]:
    """Every page that `person` may open at all, with every reference of the cases, and the ids of the report
    that has a witness.
    """
    offers = Offer.objects.filter(incident__in=cases[1:2])
    keys: dict[str, list[Any]] = {
        "reference": [case.reference for case in cases],
        "pk": [
            *offers.values_list("pk", flat=True),
            *offers.values_list("involvement", flat=True),
            *Contact.objects.filter(offer__in=offers).values_list("pk", flat=True),
            *Notice.objects.filter(user=person).values_list("pk", flat=True)[:2],
        ],
    }
    found = []
    for name, who in PAGES.items():
        asked = parameters(name)
        # The other pages are refused, or about nobody (test_access_matrix.py).
        is_open = who == SIGNED_IN or (not isinstance(who, str) and bool(who & person.roles))
        if not is_open or not asked.keys() <= keys.keys():
            continue
        if asked.get("pk") not in {None, "uuid"}:
            continue
        every = product(*(keys[key] for key in asked))
        found += [reverse(name, kwargs=dict(zip(asked, values, strict=True))) for values in every]
    return found


@pytest.mark.parametrize("role", [None, *Role])
def test_the_person_concerned_sees_nobody_of_them(smtp, hidden, ward, role):
    person = UserFactory(roles=[role] if role else [], department=ward, profession=hidden[0].profession)
    client = Client()
    client.force_login(person)
    # Lists of colleagues, of who has the same role: whom they name, they named before anything happened.
    before = {path: said for _url, path, said in opened(client, addresses(person, []), hidden)}
    cases = play(person, hidden, ward)
    after = list(opened(client, addresses(person, cases), hidden))
    assert len(after) > 10
    assert [(url, new) for url, path, said in after if (new := said - before.get(path, set()))] == []
    rows = serializers.serialize(
        "json",
        [
            *Notice.objects.filter(user=person),
            *Mail.objects.filter(user=person),
            *Offer.objects.filter(involvement__employee=person),
            *Contact.objects.filter(offer__involvement__employee=person),
        ],
    )
    mailed = "".join(str(each) for each in smtp.messages if person.email in str(each["To"]))
    for text in (rows, mailed, entries.of(person, at=timezone.now()).decode()):
        assert found_in(text, hidden) == set()


def test_looks_of_who_reported_are_in_the_log_for_the_privacy_officer(hidden, ward):
    """They are written down, and left out of the page of who was named alone."""
    person = UserFactory(department=ward)
    play(person, hidden, ward)
    own = AccessEvent.objects.filter(record__in=person.involvements.values("pk"))
    looked = {line.user for line in own.filter(access_point="incidents:detail")}
    # Of who signals worry no names are shown.
    assert {hidden[1], hidden[2]} <= looked
    client = Client()
    client.force_login(person)
    page = client.get(reverse("me")).content.decode()
    assert "Who opened my case" in page
    coordinator = User.objects.get(groups__name=Role.COORDINATOR)
    assert coordinator.name in page


def test_lines_from_before_that_named_the_reporter_are_left_out_too(hidden, ward):
    """Written as a team leader's look at the case, before the basis said that it was the own report."""
    person = UserFactory(department=ward)
    play(person, [*hidden], ward)
    leader = UserFactory(name="Oud Regel-Uniek", roles=[Role.TEAM_LEADER])
    involvement = person.involvements.first()
    AccessEvent.objects.create(
        at=timezone.now(),
        action="view",
        user=leader,
        responsible=Role.TEAM_LEADER,
        access_point="incidents:detail",
        object_kind="incident",
        object_ref=involvement.incident.reference,
        record=involvement.pk,
        basis="team_leader of the case",
    )
    client = Client()
    client.force_login(person)
    assert leader.name not in client.get(reverse("me")).content.decode()
