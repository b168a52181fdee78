"""The list of calamities: late ones first, by state, searched without a name in the address.

Also covers peersupport.templatetags.calamities.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.calamities.classification import classify, standing
from incidents.calamities.listing import DONE, LATE, NONE, RUNNING, STATES, in_state, late_first, late_steps
from incidents.calamities.steps_on_page import track
from incidents.enums import EventType, Ground, IncidentKind, Step, Verdict
from incidents.models import Incident, Milestone
from incidents.reports.report_writer import Involved, report_incident
from incidents.tests.factories import AlignmentFactory, IncidentFactory, MilestoneFactory, on_team

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIST = reverse("calamities:list")


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def member(client):
    user = UserFactory(roles=[Role.CCP])
    client.force_login(user)
    return user


def reported(at, **changes):
    given = {"noticed_at": at, "department": DepartmentFactory(), **changes}
    return report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[Involved(employee=UserFactory(email=""))],
        submission_key=None,
        at=at,
        **given,
    )


def finish(incident, *steps, member):
    rows = Milestone.objects.filter(incident=incident, **({"step__in": steps} if steps else {}))
    rows.update(done_at=NOW, done_by=member)


def shown(client, query=""):
    """The page, and the references in their order."""
    page = client.get(LIST + query).content.decode()
    parts = page.split("/calamities/20")[1:]
    return page, [f"20{part.partition('/')[0]}" for part in parts]


def test_what_is_late_stands_first_the_longest_on_top_and_says_who_has_to_act(client, member):
    long_late, late, fine = reported(NOW - 9 * DAY), reported(NOW - 2 * DAY), reported(NOW - HOUR / 6)
    at_once = (Step.DIRECTOR, Step.ALIGNMENT)
    finish(late, *at_once, Step.SUPPORT, member=member)
    finish(long_late, *at_once, Step.IGJ, member=member)
    page, found = shown(client)
    assert found == [long_late.reference, late.reference, fine.reference]
    assert 'id="late"' in page
    first = page.split("<tr>")[2]
    assert str(Step.SUPPORT.label) in first
    assert "Coordinator of peer support" in first
    assert "more late step" not in first
    assert "The others, newest first" in page
    assert "at once" in page.split("<tr>")[-1]  # telling the director, ten minutes after the report


def test_says_how_many_steps_more_are_late(client, member):
    reported(NOW - 9 * DAY)
    page, _found = shown(client)
    assert "and 3 more late steps" in page


def test_what_names_nobody_is_not_late_by_its_support_and_says_so(client, member):
    incident = IncidentFactory(calamity=True, reported_at=NOW - 9 * DAY)
    MilestoneFactory(incident=incident, step=Step.SUPPORT, internal_due_at=None)
    page, found = shown(client, "?state=running")
    assert found == [incident.reference]
    assert "Nobody is named" in page
    assert shown(client, "?state=late")[1] == shown(client, "?state=done")[1] == []


def test_each_state_has_its_own(client, member):
    late, running, done, none = (reported(NOW - days * DAY) for days in (9, 3, 4, 5))
    finish(running, Step.DIRECTOR, Step.ALIGNMENT, Step.IGJ, Step.SUPPORT, member=member)
    finish(done, member=member)
    classify(
        incident=none,
        verdict=Verdict.NONE,
        ground=Ground.NO_HARM,
        by=member,
        at=NOW,
        seen=standing(none),
    )
    for state, incident in {LATE: late, RUNNING: running, DONE: done, NONE: none}.items():
        assert shown(client, f"?state={state}")[1] == [incident.reference]
    assert len(shown(client, "?state=party")[1]) == 4


def test_a_search_goes_to_the_reference_or_finds_the_department_however_it_is_typed(client, member):
    calamity = reported(NOW - DAY, department=DepartmentFactory(name="Keel-, neus- en oorheelkunde"))
    reported(NOW - DAY, department=DepartmentFactory(name="Chirurgië"))
    assert client.post(LIST, {"q": calamity.reference}).url == f"/calamities/{calamity.reference}/"
    answer = client.post(LIST, {"q": "neus en oor"})
    assert "neus" not in answer.url
    page = client.get(answer.url).content.decode()
    assert calamity.reference in page
    assert 'value="neus en oor"' in page
    assert "Chirurgië" not in page
    assert "Chirurgië" in client.get(client.post(LIST, {"q": "chirurgie"}).url).content.decode()
    assert "Nothing found" in client.get(client.post(LIST, {"q": "kelder"}).url).content.decode()


def test_a_reference_that_is_not_ones_own_is_not_found(client):
    client.force_login(UserFactory(roles=[Role.ANALYST]))
    calamity = reported(NOW - DAY)
    assert client.post(LIST, {"q": calamity.reference}).url.startswith(f"{LIST}?q=")


def test_late_is_what_one_sees_of_it(client):
    """Of another's calamity an analyst sees the analysis, which is not late."""
    analyst, leader = UserFactory(roles=[Role.ANALYST]), UserFactory(roles=[Role.TEAM_LEADER])
    calamity = reported(NOW - 9 * DAY)
    on_team(calamity, analyst)
    AlignmentFactory(incident=calamity, department=leader.department)
    for user, late in ((analyst, []), (leader, [Step.ALIGNMENT])):
        assert [row.step for row in late_steps(user, NOW)] == late
        client.force_login(user)
        page, found = shown(client)
        assert found == [calamity.reference]
        assert ("The others" in page, 'id="late"' in page) == (False, bool(late))


def test_asks_the_same_queries_for_few_and_many(client, member):
    reported(NOW - 9 * DAY)
    reported(NOW - HOUR / 6)
    shown(client)
    with CaptureQueriesContext(connection) as few:
        shown(client)
    for _ in range(5):
        reported(NOW - 8 * DAY)
        reported(NOW - HOUR / 6)
    with CaptureQueriesContext(connection) as many:
        shown(client)
    assert len(few) == len(many)


hours = st.none() | st.integers(-50, 50)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(["calamity", "doubt", "violence", "none"]),
    st.lists(
        st.tuples(st.sampled_from(Step), hours, hours, st.booleans(), st.booleans(), st.booleans()),
        max_size=5,
        unique_by=lambda row: row[0],
    ),
)
def test_the_database_and_the_page_call_the_same_late(what, rows):
    """The rule stands twice, for speed: in SQL for the list, in calamities.steps_on_page for one calamity."""
    kinds: dict[str, dict[str, Any]] = {
        "calamity": {"kind": IncidentKind.CALAMITY, "established_at": NOW},
        "doubt": {"kind": IncidentKind.CALAMITY, "in_doubt": True},
        "violence": {"kind": IncidentKind.EVENT, "igj_form": "violence", "established_at": NOW},
        "none": {"kind": IncidentKind.VIM},
    }
    incident = IncidentFactory(tracked_since=NOW, reported_at=NOW, **kinds[what])
    user = UserFactory(roles=[Role.CCP])
    for step, internal, statutory, expected, at_once, done in rows:
        MilestoneFactory(
            incident=incident,
            step=step,
            internal_due_at=None if internal is None else NOW + internal * HOUR / 4,
            statutory_due_at=None if statutory is None else NOW + statutory * HOUR,
            statutory_expected=expected and statutory is not None,
            policy={"director_hours": 0 if at_once else 2, "duty_deputy_minutes": 30},
            done_at=NOW if done else None,
            done_by=user if done else None,
        )
    steps = track(incident.milestones.all(), now=NOW, running=incident.running_steps)
    by_page = {one.step for one in steps if one.state == "late"}
    assert {row.step for row in late_steps(user, NOW).filter(incident=incident)} == by_page
    every = Incident.objects.filter(pk=incident.pk)
    found = late_first(every, user=user, at=NOW)
    states = [state for state in STATES if state and in_state(every, state, user=user, late=found).exists()]
    assert len(states) == 1
    assert (states == [LATE]) == bool(by_page)
