"""The pages of calamities: the list, and one with its steps.

Also covers incidents.calamities.page_parts.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, UserFactory
from accounts.tests.markup import squeezed
from incidents.calamities.milestones import SupportCounts, keep_support_step
from incidents.enums import EventType, IncidentKind, Step
from incidents.models import Duty, Milestone, TrackEvent
from incidents.reports.report_writer import Involved, report_incident
from incidents.tests.factories import on_team

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # Monday 9:00
NOW = NOTICED + timedelta(hours=2)
LIST = reverse("calamities:list")
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def calamity():
    return reported()


def reported(**changes):
    given = {
        "department": DepartmentFactory(),
        "involved": [Involved(employee=UserFactory(name="Els Vos", email=""))],
    }
    return report_incident(
        reporter=UserFactory(),
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        submission_key=None,
        at=NOTICED + timedelta(hours=1),
        noticed_at=NOTICED,
        **{**given, **changes},
    )


@pytest.fixture
def sign_in(client):
    def as_(*roles, **fields):
        user = UserFactory(roles=roles, **fields)
        client.force_login(user)
        return user

    return as_


def page_of(calamity):
    return reverse("calamities:detail", args=[calamity.reference])


def text(response):
    return squeezed(response.content.decode())


def mark(client, calamity, step, moment, seen="", **more):
    url = reverse("calamities:step", args=[calamity.reference, step])
    return client.post(url, {f"{step}-moment": moment, f"{step}-seen": seen, **more})


class TestReading:
    @pytest.mark.parametrize("role", [Role.CCP, Role.DIRECTOR, Role.COORDINATOR])
    def test_seven_steps_both_clocks_and_how_many_were_offered_support(self, client, sign_in, calamity, role):
        sign_in(role)
        counts = SupportCounts(offered=1, announced=1, involved=3, settled_at=None)
        keep_support_step(incident=calamity, count=lambda: counts, at=NOW)
        page = text(client.get(page_of(calamity)))
        for step in Step.track():
            assert str(step.label) in page
        assert page.count("<dt>Legal deadline</dt>") == 1
        assert "<dt>By law</dt>" not in page
        assert "to 1 of 3 involved employees" in page
        assert "Els Vos" not in page
        assert AccessEvent.objects.filter(action="view", object_ref=calamity.reference).count() == 1

    def test_only_the_committee_gets_forms(self, client, sign_in, calamity):
        sign_in(Role.COORDINATOR)
        assert "<form" not in text(client.get(page_of(calamity))).split('id="main"')[1].split("</main>")[0]

    def test_an_analyst_sees_the_analysis_of_the_own_calamities(self, client, sign_in, calamity):
        analyst = sign_in(Role.ANALYST)
        assert client.get(page_of(calamity)).status_code == 404
        on_team(calamity, analyst)
        page = text(client.get(page_of(calamity)))
        assert str(Step.ANALYSIS.label) in page
        assert str(Step.IGJ.label) not in page
        assert "involved employees" not in page

    def test_an_analysis_that_is_done_does_not_wait_for_a_team(self, client, sign_in, calamity):
        sign_in(Role.CCP)
        assert "Nobody yet. Two or three analysts" in text(client.get(page_of(calamity)))
        done = calamity.milestones.get(step=Step.ANALYSIS)
        Milestone.objects.filter(pk=done.pk).update(done_at=NOW, done_by=UserFactory())
        page = text(client.get(page_of(calamity)))
        assert "Nobody yet. Two or three analysts" not in page
        assert "Who made it is not noted here." in page

    def test_a_team_leader_sees_those_of_the_own_department(self, client, sign_in, calamity):
        sign_in(Role.TEAM_LEADER)
        assert client.get(page_of(calamity)).status_code == 404
        sign_in(Role.TEAM_LEADER, department=calamity.department)
        page = text(client.get(page_of(calamity)))
        assert str(Step.IGJ.label) in page
        assert "involved employees" not in page

    def test_the_head_tells_the_director_on_duty_and_notes_it(self, client, sign_in, calamity):
        director = UserFactory(roles=[Role.DIRECTOR], name="Dirk Dienst", telephone="+31612345678")
        deputy = UserFactory(roles=[Role.DIRECTOR], name="Wil Wacht")
        Duty.objects.create(
            starts_at=NOTICED, ends_at=NOW + timedelta(days=1), director=director, deputy=deputy
        )
        head = sign_in(Role.TEAM_LEADER, department=calamity.department)
        page = text(client.get(page_of(calamity)))
        assert "You tell the director on duty" in page
        assert "Dirk Dienst" in page
        assert "tel:+31612345678" in page
        assert "Wil Wacht" in page
        done = f"{timezone.localtime(NOW):%Y-%m-%dT%H:%M}"
        assert mark(client, calamity, Step.DIRECTOR, done).status_code == 302
        told = calamity.milestones.get(step=Step.DIRECTOR)
        assert (told.done_at, told.done_by) == (NOW, head)
        assert "Dirk Dienst" not in text(client.get(page_of(calamity)))
        mark(client, calamity, Step.DIRECTOR, "", seen=told.done_at.isoformat(), reopen="1")
        told.refresh_from_db()
        assert told.done_at == NOW
        assert mark(client, calamity, Step.ALIGNMENT, done).status_code == 302
        assert calamity.milestones.get(step=Step.ALIGNMENT).done_by == head

    @pytest.mark.parametrize(("step", "own"), [(Step.IGJ, True), (Step.DIRECTOR, False)])
    def test_a_head_notes_no_other_step_and_none_of_another_department(
        self, client, sign_in, calamity, step, own
    ):
        head = sign_in(Role.TEAM_LEADER, department=calamity.department if own else DepartmentFactory())
        if not own:
            calamity.alignments.create(department=head.department, named_at=NOW)
        assert client.get(page_of(calamity)).status_code == 200
        done = f"{timezone.localtime(NOW):%Y-%m-%dT%H:%M}"
        assert mark(client, calamity, step, done).status_code == 404
        assert calamity.milestones.get(step=step).done_at is None

    def test_the_list_shows_what_is_next_in_the_same_queries_for_few_and_many(
        self, client, sign_in, calamity
    ):
        sign_in(Role.CCP)
        with CaptureQueriesContext(connection) as few:
            page = text(client.get(LIST))
        assert calamity.reference in page
        assert str(Step.DIRECTOR.label) in page
        for _ in range(9):
            reported()
        with CaptureQueriesContext(connection) as many:
            client.get(LIST)
        assert len(few) == len(many)

    def test_an_empty_list_says_so(self, client, sign_in):
        sign_in(Role.CCP)
        assert "No calamities" in text(client.get(LIST))


class TestBeforeItIsEstablished:
    """The law's terms do not run yet: none of them is called missed, however late the hospital is."""

    def test_no_legal_term_is_missed_and_the_hospitals_own_is(self, client, sign_in, calamity, time_machine):
        time_machine.move_to(NOW + timedelta(days=30), tick=False)
        sign_in(Role.CCP)
        page = text(client.get(page_of(calamity)))
        clocks = page.split('class="is-over"')[1:]
        assert len(clocks) == 5  # each of the hospital's own but feedback and final report
        assert all(clock.startswith("><dt>Our norm</dt>") for clock in clocks)

    def test_after_the_time_to_establish_and_to_notify_it_is(self, client, sign_in, calamity, time_machine):
        time_machine.move_to(NOW + timedelta(days=50), tick=False)
        sign_in(Role.CCP)
        assert '<div class="is-over"><dt>Legal deadline</dt>' in text(client.get(page_of(calamity)))

    def test_what_is_to_be_done_at_once_is_not_overdue_the_moment_it_comes_in(
        self, client, sign_in, calamity, time_machine
    ):
        time_machine.move_to(calamity.reported_at + timedelta(minutes=10), tick=False)
        sign_in(Role.CCP)
        page = text(client.get(page_of(calamity)))
        assert "Overdue" not in page
        assert "Due next" in page


class TestSteps:
    def test_are_marked_corrected_and_opened_again(self, client, sign_in, calamity):
        member = sign_in(Role.CCP)
        assert mark(client, calamity, Step.IGJ, "2026-03-09T10:30").url == page_of(calamity)
        row = Milestone.objects.get(incident=calamity, step=Step.IGJ)
        assert (row.done_at, row.done_by) == (datetime(2026, 3, 9, 9, 30, tzinfo=UTC), member)

        mark(client, calamity, Step.IGJ, "2026-03-09T10:15", seen="2026-03-09T09:30:00+00:00")
        corrected = Milestone.objects.get(pk=row.pk)
        assert corrected.done_at == datetime(2026, 3, 9, 9, 15, tzinfo=UTC)

        mark(client, calamity, Step.IGJ, "2026-03-09T10:15", seen="2026-03-09T09:15:00+00:00", reopen="1")
        assert Milestone.objects.get(pk=row.pk).done_at is None
        page = text(client.get(page_of(calamity)))
        assert TrackEvent.objects.count() == page.count('data-label="By"') == 3
        assert member.name in page

    @pytest.mark.parametrize(
        ("moment", "said"),
        [
            ("2026-03-09T11:30", "This moment is still to come."),
            ("2026-03-09T08:30", "This is earlier than when it was noticed: 9 March 2026 09:00."),
            ("", "This field is required."),
            ("soon", "Give a date and a time"),
        ],
    )
    def test_a_moment_that_cannot_be_comes_back_filled_in(self, client, sign_in, calamity, moment, said):
        sign_in(Role.CCP)
        page = text(mark(client, calamity, Step.IGJ, moment))
        assert said in page
        assert f'value="{moment}"' in page or not moment
        assert not TrackEvent.objects.exists()

    def test_feedback_before_the_analysis_is_asked_about_and_then_recorded(self, client, sign_in, calamity):
        sign_in(Role.CCP)
        page = text(mark(client, calamity, Step.FEEDBACK, "2026-03-09T10:30"))
        assert "The analysis is not done, or was done later." in page
        assert 'name="feedback-sure"' in page
        sure = {"feedback-sure": "on"}
        assert mark(client, calamity, Step.FEEDBACK, "2026-03-09T10:30", **sure).url == page_of(calamity)

    def test_who_was_second_is_told(self, client, sign_in, calamity):
        sign_in(Role.CCP)
        mark(client, calamity, Step.IGJ, "2026-03-09T10:30")
        response = mark(client, calamity, Step.IGJ, "2026-03-09T10:45")
        assert response.url == page_of(calamity)
        assert "This has just been changed, by somebody else" in text(client.get(page_of(calamity)))
        assert TrackEvent.objects.count() == 1

    def test_a_step_that_is_none_is_not_found(self, client, sign_in, calamity):
        sign_in(Role.CCP)
        assert mark(client, calamity, "party", "2026-03-09T10:30").status_code == 404
