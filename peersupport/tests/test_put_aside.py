"""Nobody decides about themselves: whoever is involved in an event sees of it what any employee sees of their
own, in whatever role, on every page about an event and on every list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import DepartmentFactory, UserFactory
from accounts.tests.test_access_matrix import PAGES, PUBLIC, address, parameters
from incidents.enums import EventType, IncidentKind, Step
from incidents.models import Alignment, Incident, Involvement
from incidents.reports.report_writer import Involved, add_involved, report_incident
from incidents.tests.factories import on_team
from notifications.calendar import entries
from notifications.delivery import sweep
from notifications.models import Notice
from supporters.contacts.announcing import ANNOUNCED
from supporters.matching.assignment import assign
from supporters.models import Contact, HeadQuestion, Offer, UnnamedReport
from supporters.tests.factories import HeadQuestionFactory, SupporterFactory, UnnamedReportFactory

pytestmark = pytest.mark.django_db

COLLEAGUE = "Noor Bos-Uniek"
DECIDES = (Role.COORDINATOR, Role.CCP, Role.DIRECTOR, Role.ANALYST, Role.TEAM_LEADER)


@dataclass(frozen=True)
class House:
    """A calamity in which somebody with every role is involved, beside a colleague who waits for support."""

    event: Incident
    involved: User
    others: Mapping[Role, User]
    contact: Contact

    def kwargs(self, page: str) -> dict[str, object]:
        given = {"reference": self.event.reference, "step": Step.IGJ, "what": "patient"}
        return {name: self._pk(page) if name == "pk" else given[name] for name in parameters(page)}

    def _pk(self, page: str) -> object:
        if page.startswith("calamities:align"):
            return Alignment.objects.get(incident=self.event).pk
        if page == "support:head-settle":
            return HeadQuestion.objects.get(incident=self.event).pk
        if page.startswith("support:intake"):
            row = UnnamedReport.objects.filter(incident=self.event).first()
            return (row or UnnamedReportFactory(incident=self.event, by_rule=True)).pk
        if page == "calamities:team-end":
            return self.event.team.get().pk
        if address(page).startswith("/support/contact/"):
            return self.contact.pk
        return self.contact.offer.involvement_id


@pytest.fixture
def house() -> House:
    now = timezone.now()
    ward = DepartmentFactory()
    involved = UserFactory(name="Iris Zelf", roles=DECIDES, department=ward)
    others = {role: UserFactory(roles=[role], department=ward) for role in DECIDES}
    event = report_incident(
        reporter=UserFactory(),
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[Involved(employee=involved), Involved(employee=UserFactory(name=COLLEAGUE))],
        submission_key=None,
        noticed_at=now - timedelta(hours=1),
        department=ward,
        description="Wat er gebeurde.",
        at=now,
    )
    HeadQuestionFactory(incident=event, department=ward)
    Alignment.objects.create(incident=event, department=DepartmentFactory(), named_at=now)
    on_team(event, others[Role.ANALYST])
    contact = assign(
        offer=Offer.objects.get(involvement__employee__name=COLLEAGUE),
        supporter=SupporterFactory(trained=True),
        by=others[Role.COORDINATOR],
        at=now,
    )
    return House(event, involved, others, contact)


ABOUT_EVENTS = sorted(
    name
    for name, who in PAGES.items()
    if who != PUBLIC
    and name.startswith(("support:", "calamities:", "incidents:"))
    and parameters(name)
    # A kind of report, one's own upload, one's own report, a supporter: tested apart.
    and not name.startswith(
        (
            *("incidents:report", "incidents:import", "incidents:received", "incidents:withdraw"),
            "support:name-people",
            "support:replace",
        )
    )
)

#: Not found for anybody without what their forms name: an analyst, a supporter, a change of a term.
NAMES_MORE = {
    "calamities:team-assign",
    "calamities:term-answer",
    "calamities:term-take-back",
    "support:assign",
    "support:refer",
    "support:filter-forget",
}


def answer(user: User, page_name: str, house: House) -> int:
    client = Client()
    client.force_login(user)
    url = reverse(page_name, kwargs=house.kwargs(page_name))
    found = client.post(url)
    return (client.get(url) if found.status_code == 405 else found).status_code


@pytest.mark.parametrize("page_name", ABOUT_EVENTS)
def test_no_page_about_the_event_is_there_for_who_is_involved(house, page_name):
    assert answer(house.involved, page_name, house) == 404
    if page_name in NAMES_MORE:
        return
    who = PAGES[page_name]
    able = [house.others[role] for role in DECIDES if isinstance(who, str) or role in who]
    assert any(answer(user, page_name, house) != 404 for user in able)


@pytest.mark.parametrize("page_name", ABOUT_EVENTS)
def test_no_address_leads_who_is_involved_to_the_event(house, page_name):
    """An address that only takes POST leads somewhere when it is opened: not there."""
    client = Client()
    client.force_login(house.involved)
    found = client.get(reverse(page_name, kwargs=house.kwargs(page_name)), follow=True)
    text = found.content.decode()
    assert found.status_code == 404 or (house.event.reference not in text and COLLEAGUE not in text)


LISTS = [
    "home",
    "support:worklist",
    "support:intake",
    "figures:operations",
    "incidents:list",
    "calamities:list",
    "calamities:analyses",
    "calamity-duty",
    "contacts:list",
    "pool:list",
    "notices",
    "delivery",
    "me",
]


def read(user: User, page: str) -> str:
    client = Client()
    client.force_login(user)
    found = client.get(reverse(page), follow=True)
    assert found.status_code in {200, 403}
    return found.content.decode()


@pytest.mark.parametrize("page_name", LISTS)
def test_no_list_has_the_event_for_who_is_involved(house, page_name):
    text = read(house.involved, page_name)
    assert house.event.reference not in text
    assert COLLEAGUE not in text


def test_the_lists_have_it_for_the_others_of_the_same_role(house):
    assert COLLEAGUE in read(house.others[Role.COORDINATOR], "support:worklist")
    for page, role in (
        ("incidents:list", Role.COORDINATOR),
        ("calamities:list", Role.CCP),
        ("calamities:list", Role.DIRECTOR),
        ("calamities:list", Role.TEAM_LEADER),
        ("calamities:analyses", Role.ANALYST),
    ):
        assert house.event.reference in read(house.others[role], page)


def test_searching_does_not_find_it(house, client):
    client.force_login(house.involved)
    for page in ("support:worklist", "incidents:list"):
        found = client.post(reverse(page), {"q": house.event.reference}, follow=True)
        assert house.event.reference not in found.redirect_chain[-1][0]
        assert COLLEAGUE not in found.content.decode()


def test_calendar_has_no_term_of_it(house):
    now = timezone.now()
    assert b"BEGIN:VEVENT" not in entries.of(house.involved, at=now)
    assert b"BEGIN:VEVENT" in entries.of(house.others[Role.CCP], at=now)


def by_role(user):
    """What `user` was told, but for the support that is offered to themselves."""
    return Notice.objects.filter(user=user).exclude(kind=ANNOUNCED)


def test_who_is_involved_is_told_nothing_and_the_others_all(house):
    sweep.sweep(at=timezone.now() + timedelta(days=60))
    assert not by_role(house.involved).exists()
    for role in DECIDES:
        assert Notice.objects.filter(user=house.others[role]).exists(), role


def test_own_report_is_seen_as_any_employee_sees_it(client):
    """She reported it herself: her report is there, without names, description or anything to decide."""
    reporter = UserFactory(roles=DECIDES)
    event = report_incident(
        reporter=reporter,
        kind=IncidentKind.EVENT,
        event_type=EventType.AGGRESSION,
        involved=[Involved(employee=reporter), Involved(employee=UserFactory(name=COLLEAGUE))],
        submission_key=None,
        department=reporter.department,
        description="Wat er gebeurde.",
        at=timezone.now(),
    )
    client.force_login(reporter)
    page = client.get(reverse("incidents:detail", args=[event.reference]))
    text = page.content.decode()
    assert page.status_code == 200
    assert event.reference in text
    for hidden in (COLLEAGUE, "Wat er gebeurde.", reverse("incidents:add-people", args=[event.reference])):
        assert hidden not in text
    assert client.post(reverse("incidents:add-people", args=[event.reference])).status_code == 404
    assert client.get(reverse("calamities:classify", args=[event.reference])).status_code == 404


def test_reporter_with_a_role_who_is_not_involved_goes_on(client):
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    event = report_incident(
        reporter=coordinator,
        kind=IncidentKind.COLLEAGUE,
        event_type=EventType.OTHER,
        involved=[Involved(employee=UserFactory(name=COLLEAGUE))],
        submission_key=None,
        at=timezone.now(),
    )
    client.force_login(coordinator)
    assert COLLEAGUE in client.get(reverse("incidents:detail", args=[event.reference])).content.decode()
    assert COLLEAGUE in client.get(reverse("support:roll-call", args=[event.reference])).content.decode()


def test_added_later_is_put_aside_from_then_on_and_no_longer_when_taken_back(house):
    later = house.others[Role.CCP]
    now = timezone.now()
    sweep.sweep(at=now)
    assert answer(later, "calamities:detail", house) == 200
    assert Notice.objects.filter(user=later).exists()
    (added,) = add_involved(
        incident=house.event,
        involved=[Involved(employee=later)],
        by=house.others[Role.COORDINATOR],
        at=now + timedelta(hours=1),
    )
    assert answer(later, "calamities:detail", house) == 404
    # What she was told by her role is gone, unread or not.
    assert not by_role(later).exists()
    sweep.sweep(at=now + timedelta(days=60))
    assert not by_role(later).exists()
    Offer.objects.filter(involvement=added).delete()
    Involvement.objects.filter(pk=added.pk).delete()
    assert answer(later, "calamities:detail", house) == 200
