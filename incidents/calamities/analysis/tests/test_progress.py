"""How far an analysis is, and the analyst's page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.calamities.analysis import progress
from incidents.calamities.analysis.progress import NotNow, NotOnTeam
from incidents.calamities.milestones import Stale
from incidents.clocks.moment_checks import InTheFuture, OutOfOrder
from incidents.enums import AnalysisState, EventType, IncidentKind, Step, TrackEventKind
from incidents.models import Analysis, Milestone, TeamMember, TrackEvent
from incidents.reports.report_writer import report_incident
from incidents.tests.factories import on_team

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # Monday 9:00
NOW = NOTICED + timedelta(days=10)
LIST = reverse("calamities:analyses")
S = AnalysisState
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def calamity_of(*analysts):
    incident = report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[],
        department=DepartmentFactory(),
        submission_key=None,
        noticed_at=NOTICED,
        at=NOTICED,
    )
    on_team(incident, *analysts)
    return incident


@pytest.fixture
def analyst():
    return UserFactory(roles=[Role.ANALYST])


@pytest.fixture
def calamity(analyst):
    return calamity_of(analyst)


def day(number):
    return NOTICED + timedelta(days=number)


def mark(calamity, by, state, moment, seen=None):
    return progress.mark(incident=calamity, state=state, moment=moment, by=by, at=NOW, seen=seen)


class TestMarking:
    def test_each_state_in_its_order_and_the_last_is_the_calamitys_step(self, calamity, analyst):
        reached = [mark(calamity, analyst, state, day(n)) for n, state in enumerate(S.marked(), start=1)]
        assert reached == [S.STARTED, S.INTERVIEWS, S.CONCEPT, S.DONE]
        row = Analysis.objects.get()
        assert (row.started_at, row.interviews_at, row.concept_at) == (day(1), day(2), day(3))
        step = Milestone.objects.get(incident=calamity, step=Step.ANALYSIS)
        assert (step.done_at, step.done_by) == (day(4), analyst)
        assert list(TrackEvent.objects.order_by("id").values_list("kind", "moment")) == [
            (TrackEventKind.ANALYSIS_STARTED, day(1)),
            (TrackEventKind.ANALYSIS_INTERVIEWS, day(2)),
            (TrackEventKind.ANALYSIS_CONCEPT, day(3)),
            (TrackEventKind.STEP_DONE, day(4)),
        ]

    def test_a_state_cannot_be_left_out(self, calamity, analyst):
        with pytest.raises(NotNow):
            mark(calamity, analyst, S.CONCEPT, day(1))

    def test_a_moment_is_corrected_between_its_neighbours_and_the_log_keeps_the_old_one(
        self, calamity, analyst
    ):
        mark(calamity, analyst, S.STARTED, day(1))
        mark(calamity, analyst, S.INTERVIEWS, day(4))
        mark(calamity, analyst, S.STARTED, day(2), seen=day(1))
        assert Analysis.objects.get().started_at == day(2)
        line = TrackEvent.objects.latest("id")
        assert (line.moment, line.previous) == (day(2), day(1))
        with pytest.raises(OutOfOrder):
            mark(calamity, analyst, S.STARTED, day(5), seen=day(2))
        with pytest.raises(OutOfOrder):
            mark(calamity, analyst, S.INTERVIEWS, day(1), seen=day(4))

    def test_only_the_last_is_taken_back(self, calamity, analyst):
        mark(calamity, analyst, S.STARTED, day(1))
        mark(calamity, analyst, S.INTERVIEWS, day(2))
        with pytest.raises(NotNow):
            mark(calamity, analyst, S.STARTED, None, seen=day(1))
        assert mark(calamity, analyst, S.INTERVIEWS, None, seen=day(2)) == S.STARTED

    @pytest.mark.parametrize(
        ("moment", "error"), [(NOW + timedelta(hours=1), InTheFuture), (day(-1), OutOfOrder)]
    )
    def test_a_moment_that_cannot_be(self, calamity, analyst, moment, error):
        with pytest.raises(error):
            mark(calamity, analyst, S.STARTED, moment)

    def test_who_saw_something_else_is_told(self, calamity, analyst):
        mark(calamity, analyst, S.STARTED, day(1))
        with pytest.raises(Stale):
            mark(calamity, analyst, S.STARTED, day(2))

    def test_is_for_the_team_alone(self, calamity, analyst):
        TeamMember.objects.update(ended_at=NOW)
        for who in (analyst, UserFactory(roles=[Role.ANALYST]), UserFactory(roles=[Role.CCP])):
            with pytest.raises(NotOnTeam):
                mark(calamity, who, S.STARTED, day(1))

    def test_the_database_holds_the_order(self, calamity):
        for moments in (
            {"interviews_at": day(1)},
            {"started_at": day(2), "interviews_at": day(1)},
            {"started_at": day(1), "concept_at": day(2)},
        ):
            with pytest.raises(DatabaseError, match="analysis_"), transaction.atomic():
                Analysis.objects.create(incident=calamity, **moments)


class TestPages:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client, analyst):
        client.force_login(analyst)

    def page(self, client, url):
        return client.get(url).content.decode()

    def send(self, client, calamity, state, moment, seen="", **more):
        url = reverse("calamities:analysis", args=[calamity.reference])
        data = {"state": state, f"{state}-moment": moment, f"{state}-seen": seen, **more}
        return client.post(url, data)

    def test_home_is_the_own_analyses(self, client):
        assert client.get("/").url == LIST
        assert "No analysis runs" in self.page(client, LIST)

    def test_what_is_due_first_stands_on_top_with_clocks_and_state(self, client, analyst):
        later, sooner = calamity_of(analyst), calamity_of(analyst)
        foreign = calamity_of(UserFactory(roles=[Role.ANALYST]))
        Milestone.objects.filter(incident=later, step=Step.ANALYSIS).update(internal_due_at=day(60))
        mark(sooner, analyst, S.STARTED, day(1))
        page = self.page(client, LIST)
        assert page.index(sooner.reference) < page.index(later.reference)
        assert foreign.reference not in page
        assert "Started" in page
        assert "Not started" in page
        assert str(sooner.department) in page

    def test_what_is_done_stands_apart(self, client, calamity, analyst):
        for n, state in enumerate(S.marked(), start=1):
            mark(calamity, analyst, state, day(n))
        assert calamity.reference not in self.page(client, LIST)
        assert calamity.reference in self.page(client, f"{LIST}?done=1")

    def test_asks_as_few_queries_for_many_and_pages_by_key(self, client, analyst):
        calamity_of(analyst)
        with CaptureQueriesContext(connection) as few:
            client.get(LIST)
        for number in range(24):
            member = on_team(calamity_of(), analyst)[0]
            TeamMember.objects.filter(pk=member.pk).update(assigned_at=day(number / 24))
        with CaptureQueriesContext(connection) as many:
            first = client.get(LIST)
        assert len(few) == len(many)
        older = client.get(LIST + first.context["page"].older)
        shown = [row["calamity"].pk for page in (first, older) for row in page.context["rows"]]
        assert (len(first.context["rows"]), len(shown), len(set(shown))) == (20, 25, 25)

    def test_marks_corrects_and_takes_back(self, client, calamity, analyst):
        url = reverse("calamities:analysis", args=[calamity.reference])
        assert self.send(client, calamity, "started", "2026-03-10T10:00").url == url
        assert Analysis.objects.get().started_at == datetime(2026, 3, 10, 9, tzinfo=UTC)
        seen = "2026-03-10T09:00:00+00:00"
        self.send(client, calamity, "started", "2026-03-10T11:00", seen)
        seen = "2026-03-10T10:00:00+00:00"
        self.send(client, calamity, "started", "2026-03-10T11:00", seen, takes_back="1")
        assert Analysis.objects.get().started_at is None
        assert TrackEvent.objects.count() == 3
        assert AccessEvent.objects.filter(access_point="calamities:analysis", action="change").count() == 3

    @pytest.mark.parametrize(
        ("moment", "said"),
        [
            ("2026-12-31T10:00", "This moment is still to come."),
            ("2026-03-01T10:00", "This is earlier than when it was noticed: 9 March 2026 09:00."),
            ("", "This field is required."),
        ],
    )
    def test_a_moment_that_cannot_be_comes_back_filled_in(self, client, calamity, moment, said):
        page = self.send(client, calamity, "started", moment).content.decode()
        assert said in page
        assert f'value="{moment}"' in page or not moment

    def test_who_was_second_is_told(self, client, calamity, analyst):
        mark(calamity, analyst, S.STARTED, day(1))
        response = self.send(client, calamity, "started", "2026-03-11T10:00")
        assert "This has just been changed, by somebody else" in self.page(client, response.url)

    def test_anothers_analysis_is_not_found(self, client):
        foreign = calamity_of(UserFactory(roles=[Role.ANALYST]))
        url = reverse("calamities:analysis", args=[foreign.reference])
        assert client.get(url).status_code == client.post(url, {"state": "started"}).status_code == 404

    def test_the_page_of_the_calamity_shows_how_far_it_is(self, client, calamity, analyst):
        mark(calamity, analyst, S.STARTED, day(1))
        url = reverse("calamities:detail", args=[calamity.reference])
        page = self.page(client, url)
        assert analyst.name in page
        assert reverse("calamities:analysis", args=[calamity.reference]) in page
        client.force_login(UserFactory(roles=[Role.DIRECTOR]))
        assert analyst.name in self.page(client, url)
        client.force_login(UserFactory(roles=[Role.TEAM_LEADER], department=calamity.department))
        assert analyst.name not in self.page(client, url)
