from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, UserFactory
from accounts.tests.markup import squeezed
from incidents.enums import IncidentKind
from incidents.models import Incident, Policy, full_reference
from incidents.tests.factories import IncidentFactory, InvolvementFactory, on_team

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LIST = reverse("incidents:list")
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def sign_in(client):
    def as_(*roles, **fields):
        user = UserFactory(roles=roles, **fields)
        client.force_login(user)
        return user

    return as_


def text(response):
    return response.content.decode()


def detail(incident):
    return reverse("incidents:detail", args=[incident.reference])


def references(response):
    return [incident.reference for incident in response.context["page"].rows]


class TestWhoSeesWhat:
    """design.md §4, row by row."""

    @pytest.fixture
    def reports(self):
        ward = DepartmentFactory()
        return {
            "vim": IncidentFactory(department=ward),
            "calamity": IncidentFactory(calamity=True, department=ward),
            "elsewhere": IncidentFactory(calamity=True),
            "self": IncidentFactory(for_self=True),
            "colleague": IncidentFactory(colleague=True),
        }

    def visible(self, user, reports):
        seen = set(Incident.objects.visible_to(user))
        return {name for name, incident in reports.items() if incident in seen}

    def tracked(self, user, reports):
        seen = set(Incident.objects.tracked_by(user))
        return {name for name, incident in reports.items() if incident in seen}

    @pytest.mark.parametrize(
        ("role", "seen", "followed"),
        [
            (
                Role.COORDINATOR,
                {"vim", "calamity", "elsewhere", "self", "colleague"},
                {"calamity", "elsewhere"},
            ),
            (Role.CCP, {"calamity", "elsewhere"}, {"calamity", "elsewhere"}),
            (Role.DIRECTOR, {"calamity", "elsewhere"}, {"calamity", "elsewhere"}),
            (Role.TEAM_LEADER, {"calamity"}, {"calamity"}),
            (Role.ANALYST, set(), set()),
            (Role.SUPPORTER, set(), set()),
            (Role.BOARD, set(), set()),
            (Role.ADMIN, set(), set()),
            (Role.PRIVACY_OFFICER, set(), set()),
        ],
    )
    def test_by_role(self, reports, role, seen, followed):
        user = UserFactory(roles=[role], department=reports["vim"].department)
        assert self.visible(user, reports) == seen
        assert self.tracked(user, reports) == followed

    def test_an_analyst_sees_the_calamities_of_the_own_team(self, reports):
        analyst = UserFactory(roles=[Role.ANALYST])
        on_team(reports["calamity"], analyst, UserFactory())
        assert self.visible(analyst, reports) == self.tracked(analyst, reports) == {"calamity"}

    def test_whoever_reported_sees_the_report_and_follows_no_steps_for_it(self, reports):
        nurse = UserFactory()
        Incident.objects.update(reporter=nurse)
        assert self.visible(nurse, reports) == set(reports)
        assert self.tracked(nurse, reports) == set()


class TestList:
    def test_everybody_sees_the_own_reports(self, client, sign_in):
        nurse = sign_in()
        own = IncidentFactory(reporter=nurse)
        IncidentFactory()
        assert references(client.get(LIST)) == [own.reference]

    def test_the_committee_too(self, client, sign_in):
        sign_in(Role.CCP)
        IncidentFactory(calamity=True)
        assert references(client.get(LIST)) == []

    def test_the_coordinator_sees_all_newest_first_by_pages(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        made = [
            IncidentFactory(reference=f"2026-{number:04d}", reported_at=NOW - timedelta(minutes=number // 3))
            for number in range(75)
        ]
        every = sorted(made, key=lambda one: (one.reported_at, one.id), reverse=True)
        expected = [one.reference for one in every]

        first = client.get(LIST)
        second = client.get(LIST + first.context["page"].older)
        third = client.get(LIST + second.context["page"].older)
        assert references(first) + references(second) + references(third) == expected
        assert (first.context["page"].newer, third.context["page"].older) == ("", "")
        assert references(client.get(LIST + third.context["page"].newer)) == references(second)
        back = client.get(LIST + second.context["page"].newer)
        assert references(back) == references(first)
        assert back.context["page"].newer == ""

    @pytest.mark.parametrize(
        "query", ["before=x", "after=1_2", "before=99999999999999999999_x", "kind=x&year=1"]
    )
    def test_a_key_that_is_none_gives_the_first_page(self, client, sign_in, query):
        sign_in(Role.COORDINATOR)
        incident = IncidentFactory()
        assert references(client.get(f"{LIST}?{query}")) == [incident.reference]

    def test_filters_stand_in_the_address(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        event = IncidentFactory(event=True)
        old = IncidentFactory(event=True, reported_at=datetime(2025, 12, 31, 22, 30, tzinfo=UTC))
        new_year = IncidentFactory(event=True, reported_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
        IncidentFactory()
        assert references(client.get(LIST, {"kind": "event"})) == [
            event.reference,
            new_year.reference,
            old.reference,
        ]
        assert references(client.get(LIST, {"kind": "event", "year": "2025"})) == [old.reference]

    def test_a_reference_leads_to_its_report(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        IncidentFactory(reference="2026-0042")
        assert client.post(LIST, {"q": " 42 "}).url == reverse("incidents:detail", args=["2026-0042"])
        assert "There is no report" in text(client.post(LIST, {"q": "2025-42"}, follow=True))

    def test_needs_the_same_queries_for_few_and_many(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        IncidentFactory()
        with CaptureQueriesContext(connection) as few:
            client.get(LIST)
        IncidentFactory.create_batch(25)
        with CaptureQueriesContext(connection) as many:
            client.get(LIST)
        assert len(few) == len(many)

    def test_empty_says_what_comes_here(self, client, sign_in):
        sign_in()
        assert "No reports yet" in text(client.get(LIST))


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        ("2026-0042", "2026-0042"),
        ("2026-42", "2026-0042"),
        ("2025/7", "2025-0007"),
        ("42", "2026-0042"),
        ("0042", "2026-0042"),
        ("06", ""),
        ("2026-10042", "2026-10042"),
        ("", ""),
        ("V-26", ""),
        ("2026-0042; DROP", ""),
    ],
)
def test_a_reference_may_be_typed_short(typed, reference):
    assert full_reference(typed, year=2026) == reference


class TestDetail:
    @pytest.mark.parametrize("trait", ["event", "for_self", "colleague"])
    def test_what_is_done_with_every_report_has_no_state_and_stays_true(
        self, client, sign_in, time_machine, trait
    ):
        nurse = sign_in()
        incident = IncidentFactory(**{trait: True}, reporter=nurse)
        for days in (0, 31):
            time_machine.move_to(NOW + timedelta(days=days))
            client.force_login(nurse)
            for page in ("detail", "received"):
                shown = text(client.get(reverse(f"incidents:{page}", args=[incident.reference])))
                assert "What we do with every report like this:" in shown
                assert "<li>The coordinator " in shown
                for state in ("still to come", "is-next", 'aria-current="step"'):
                    assert state not in shown

    def test_the_reporter_sees_reference_and_what_is_done_and_nothing_of_support(self, client, sign_in):
        nurse = sign_in()
        row = InvolvementFactory(incident=IncidentFactory(reporter=nurse, description="De pomp"))
        page = text(client.get(detail(row.incident)))
        assert row.incident.reference in page
        assert "That colleague calls" in page
        assert "De pomp" not in page
        (line,) = AccessEvent.objects.all()
        assert (line.basis, line.record) == ("own report", row.pk)

    def test_the_coordinator_sees_all_and_that_is_recorded(self, client, sign_in):
        coordinator = sign_in(Role.COORDINATOR)
        incident = IncidentFactory(description="De pomp")
        row, typed = (
            InvolvementFactory(incident=incident),
            InvolvementFactory(incident=incident, by_hand=True),
        )
        page = text(client.get(detail(incident)))
        for said in (row.name, typed.name, "De pomp", incident.reporter.name):
            assert said in page
        assert reverse("support:roll-call", args=[incident.reference]) in page
        lines = AccessEvent.objects.filter(user=coordinator, action="view", object_ref=incident.reference)
        assert {line.record for line in lines} == {None, row.pk, typed.pk}

    def test_names_that_were_erased_stay_away(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        row = InvolvementFactory(erased=True)
        assert "Erased" in text(client.get(detail(row.incident)))

    @pytest.mark.parametrize("role", [Role.CCP, Role.DIRECTOR, Role.ANALYST, Role.TEAM_LEADER])
    def test_who_follows_a_calamity_sees_no_names(self, client, sign_in, role):
        incident = IncidentFactory(calamity=True)
        user = sign_in(role, department=incident.department)
        on_team(incident, user)
        row = InvolvementFactory(incident=incident)
        page = text(client.get(detail(incident)))
        assert row.name not in page
        assert incident.reporter.name not in page
        assert reverse("calamities:detail", args=[incident.reference]) in page
        assert AccessEvent.objects.get().responsible == role

    def test_a_team_leader_sees_whom_they_named_for_a_day(self, client, sign_in, time_machine):
        leader = sign_in(Role.TEAM_LEADER)
        incident = IncidentFactory(reporter=leader, kind=IncidentKind.VIM)
        named = InvolvementFactory(incident=incident)
        added = InvolvementFactory(
            incident=incident, added_at=NOW + timedelta(hours=1), employee__name="Els Vos"
        )
        page = text(client.get(detail(incident)))
        assert named.name in page
        assert "until tomorrow at 10:00" in strip_tags(page)
        assert added.name not in page
        line = AccessEvent.objects.get()
        assert (line.user, line.record, line.basis) == (leader, named.pk, "own report")
        # Who was involved too is not to be found in the log by it.
        InvolvementFactory(incident=incident, employee=leader)
        client.get(detail(incident))
        assert AccessEvent.objects.count() == 1
        time_machine.move_to(NOW + timedelta(hours=25))
        client.force_login(leader)
        assert named.name not in text(client.get(detail(incident)))

    @pytest.mark.parametrize("trait", ["for_self", "colleague", "event"])
    @pytest.mark.parametrize("role", [Role.CCP, Role.DIRECTOR, Role.TEAM_LEADER, Role.SUPPORTER, Role.ADMIN])
    def test_what_is_not_ones_business_is_not_found(self, client, sign_in, role, trait):
        incident = IncidentFactory(**{trait: True})
        sign_in(role, department=incident.department)
        assert client.get(detail(incident)).status_code == 404

    def test_needs_the_same_queries_for_few_and_many_people(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        incident = IncidentFactory()
        InvolvementFactory(incident=incident)
        client.get(detail(incident))  # makes the policy
        with CaptureQueriesContext(connection) as few:
            client.get(detail(incident))
        InvolvementFactory.create_batch(25, incident=incident)
        with CaptureQueriesContext(connection) as many:
            client.get(detail(incident))
        assert len(few) == len(many)


class TestAddPeople:
    def add(self, client, incident, **data):
        return client.post(reverse("incidents:add-people", args=[incident.reference]), {"send": "1", **data})

    def test_adds_and_records(self, client, sign_in):
        coordinator = sign_in(Role.COORDINATOR)
        incident, nurse = IncidentFactory(), UserFactory()
        assert self.add(client, incident, person=[str(nurse.pk)]).url == detail(incident)
        assert incident.involvements.get().employee == nurse
        line = AccessEvent.objects.get(action="create")
        assert (line.user, line.record) == (coordinator, incident.involvements.get().pk)

    def test_somebody_on_the_list_is_said_by_name(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        row = InvolvementFactory(employee__name="Joost Hoekstra")
        page = text(self.add(client, row.incident, person=[str(row.employee.pk)]))
        assert "Joost Hoekstra is already on the list." in page

    def test_nobody_chosen_is_said(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        assert "Choose somebody to add." in text(self.add(client, IncidentFactory()))


def test_help_is_there_with_the_hospitals_own_numbers(client, sign_in):
    sign_in()
    Policy.objects.update_or_create(id=1, defaults={"company_doctor": "088 123 45 67", "chaplain": "1234"})
    page = squeezed(text(client.get(reverse("help"))))
    for number in ("tel:112", "tel:113", "tel:08000113", "tel:+31881234567", "<dd>1234</dd>"):
        assert number in page


def test_help_is_there_for_who_has_no_account(client, db):
    Policy.objects.update_or_create(id=1, defaults={"company_doctor": "088 123 45 67"})
    page = client.get(reverse("help"))
    assert page.status_code == 200
    for number in ("tel:112", "tel:113", "tel:+31881234567"):
        assert number in page.text
    # What takes an account is not offered.
    assert reverse("incidents:report", args=["self"]) not in page.text


def test_a_name_that_was_erased_early_takes_the_whole_list_along(client, sign_in):
    """A gap would tell the team leader whose support has ended."""
    leader = sign_in(Role.TEAM_LEADER)
    incident = IncidentFactory(reporter=leader)
    InvolvementFactory(incident=incident, name="Femke Dijkstra")
    assert "Femke Dijkstra" in text(client.get(detail(incident)))
    InvolvementFactory(incident=incident, erased=True)
    page = text(client.get(detail(incident)))
    assert "Femke Dijkstra" not in page
    assert "Whom you named" not in page


class TestAReporterWhoNamedPeople:
    """Who is no head sees for a day whom they named, and adds one whom they forgot as a head does."""

    def test_sees_whom_they_named_for_a_day_and_the_way_to_add_one(self, client, sign_in, time_machine):
        nurse = sign_in()
        incident = IncidentFactory(reporter=nurse)
        InvolvementFactory(incident=incident, name="Femke Dijkstra")
        way = reverse("support:who-was-there", args=[incident.reference])
        for name in ("detail", "received"):
            page = text(client.get(reverse(f"incidents:{name}", args=[incident.reference])))
            assert way in page
            assert ("Femke Dijkstra" in page) == (name == "detail")
        assert client.get(way).status_code == 200
        time_machine.move_to(NOW + timedelta(days=2))
        client.force_login(nurse)
        page = text(client.get(detail(incident)))
        assert "Femke Dijkstra" not in page
        assert way in page

    def test_who_is_on_it_is_shown_nobody_and_led_to_the_coordinator(self, client, sign_in):
        nurse = sign_in()
        coordinator = UserFactory(roles=[Role.COORDINATOR], telephone="+31612345678")
        incident = IncidentFactory(reporter=nurse)
        InvolvementFactory(incident=incident, employee=nurse)
        InvolvementFactory(incident=incident, name="Femke Dijkstra")
        page = text(client.get(detail(incident)))
        assert "Femke Dijkstra" not in page
        assert f"Call {coordinator.name}" in page
        assert client.get(reverse("support:who-was-there", args=[incident.reference])).status_code == 404

    def test_nobody_else_adds_people(self, client, sign_in):
        incident = IncidentFactory()
        InvolvementFactory(incident=incident)
        sign_in(department=incident.department)
        assert client.get(reverse("support:who-was-there", args=[incident.reference])).status_code == 404
