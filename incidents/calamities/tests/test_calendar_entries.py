import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.calamities import calendar_entries
from incidents.calamities.classification import classify, standing
from incidents.calamities.milestones import open_track
from incidents.enums import Step, Verdict
from incidents.models import Milestone
from incidents.tests.factories import IncidentFactory, on_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def calamity():
    incident = IncidentFactory(established=True)
    if not incident.milestones.exists():
        open_track(incident=incident, at=timezone.now(), named_at=timezone.now())
    return incident


def moments(user):
    return sorted(entry.due_at for entry in calendar_entries.of(user))


@pytest.mark.parametrize("role", [Role.CCP, Role.DIRECTOR])
def test_who_keeps_or_follows_the_steps_has_every_open_one_on_both_clocks(calamity, role):
    user = UserFactory(roles=[role])
    steps = Milestone.objects.filter(incident=calamity)
    both = [due for step in steps for due in (step.internal_due_at, step.legal_due_at) if due]
    assert moments(user) == sorted(both)
    assert len(both) == 8  # the final report is by law what the inspectorate asks, which is not known yet
    steps.update(done_at=timezone.now(), done_by=user)
    assert moments(user) == []


def test_analyst_has_the_own_analysis_alone(calamity):
    mine, other = UserFactory.create_batch(2, roles=[Role.ANALYST])
    on_team(calamity, mine)
    analysis = Milestone.objects.get(incident=calamity, step=Step.ANALYSIS)
    expected = [due for due in (analysis.internal_due_at, analysis.statutory_due_at) if due]
    assert (moments(mine), moments(other)) == (sorted(expected), [])


@pytest.mark.parametrize("role", [None, Role.TEAM_LEADER, Role.COORDINATOR, Role.BOARD, Role.ADMIN])
def test_nobody_else_has_any(calamity, role):
    user = UserFactory(roles=[role] if role else [], department=calamity.department)
    assert moments(user) == []


def test_what_runs_no_longer_is_left_out(calamity):
    member = UserFactory(roles=[Role.CCP])
    classify(
        incident=calamity,
        verdict=Verdict.VIOLENCE,
        moment=calamity.established_at,
        by=member,
        at=timezone.now(),
        seen=standing(calamity),
    )
    igj = Milestone.objects.get(incident=calamity, step=Step.IGJ)
    assert moments(member) == [igj.internal_due_at, igj.statutory_due_at]


def test_many_calamities_cost_no_more_statements(django_assert_num_queries):
    for _ in range(3):
        IncidentFactory(established=True)
    user = UserFactory(roles=[Role.CCP])
    user.roles  # noqa: B018  # read once for each request
    with django_assert_num_queries(2):
        moments(user)
