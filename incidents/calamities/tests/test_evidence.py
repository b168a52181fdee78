"""The sheet for board and inspectorate: every step against both clocks, and no names."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, UserFactory
from accounts.tests.markup import squeezed
from incidents.calamities import inspectorate, milestones, moment_writer
from incidents.calamities.classification import classify, standing
from incidents.calamities.evidence import judged
from incidents.calamities.family_talks import talks
from incidents.calamities.milestones import SupportCounts, keep_support_step
from incidents.enums import (
    CorrectionReason,
    EventType,
    Ground,
    IncidentKind,
    Step,
    TermAnswer,
    TermChangeKind,
    Verdict,
)
from incidents.models import Incident, Milestone, TermChange
from incidents.reports.report_writer import Involved, report_incident
from incidents.tests.factories import on_team

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # Monday 9:00
NOW = NOTICED + timedelta(days=5)
HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def calamity():
    return report_incident(
        reporter=UserFactory(name="Noor Bos"),
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[Involved(employee=UserFactory(name="Els Vos", email=""))],
        department=DepartmentFactory(),
        submission_key=None,
        noticed_at=NOTICED,
        at=NOTICED + HOUR,
    )


@pytest.fixture
def member():
    return UserFactory(name="Carla Commissie", roles=[Role.CCP])


def done(calamity, step, at, by):
    milestone = Milestone.objects.select_related("incident").get(incident=calamity, step=step)
    milestones.set_done(milestone=milestone, done_at=at, by=by, at=NOW, seen=None)


def establish(calamity, by):
    moment = {"moment": NOTICED + 2 * HOUR, "seen": now_stands(calamity)}
    classify(incident=calamity, verdict=Verdict.CALAMITY, by=by, at=NOW, **moment)


def now_stands(calamity):
    return standing(Incident.objects.get(pk=calamity.pk))


def sheet(client, calamity, user):
    client.force_login(user)
    response = client.get(reverse("calamities:evidence", args=[calamity.reference]))
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("done_at", "due", "words", "late"),
    [
        (NOW, NOW, "on time", False),
        (NOW - HOUR, NOW, "on time", False),
        (NOW, NOW - timedelta(minutes=1), "1 minute late", True),
        (NOW, NOW - timedelta(minutes=14), "14 minutes late", True),
        (NOW, NOW - 47 * HOUR, "47 hours late", True),
        (NOW, NOW - 72 * HOUR, "3 days late", True),
        (NOW, NOW - 100 * HOUR, "4 days late", True),
        (None, NOW + HOUR, "still open", False),
        (None, NOW, "still open", False),
        (None, NOW - 2 * HOUR, "open, 2 hours late", True),
        (NOW, NOW - timedelta(minutes=56), "56 minutes late", True),
        (NOW, NOW - timedelta(minutes=61), "1 hour and 1 minute late", True),
        (NOW, NOW - timedelta(minutes=95), "1 hour and 35 minutes late", True),
        (NOW, NOW - timedelta(minutes=200), "3 hours late", True),
    ],
)
def test_how_a_step_stands_to_its_due_moment(done_at, due, words, late):
    assert judged(done_at, due, at=NOW) == (words, late)


def test_has_every_step_both_clocks_counts_talks_and_who_made_it_and_no_names(client, calamity, member):
    done(calamity, Step.DIRECTOR, NOTICED + 2 * HOUR, member)
    done(calamity, Step.IGJ, NOTICED + 20 * HOUR, member)
    counts = SupportCounts(offered=2, announced=1, involved=3, settled_at=NOW)
    keep_support_step(incident=calamity, count=lambda: counts, at=NOW)
    analyst = UserFactory(name="Arie Analist", department=DepartmentFactory(), roles=[Role.ANALYST])
    near = UserFactory(name="Bea Dichtbij", department=calamity.department, roles=[Role.ANALYST])
    on_team(calamity, analyst, near)
    talk = {"incident": calamity, "talk": None, "by": member, "at": NOW, "seen": None}
    talks.hold(**talk, held_at=NOTICED + 30 * HOUR)
    talks.ask_for_coach(incident=calamity, by=member, at=NOW)
    talks.find_coach(incident=calamity, coach=UserFactory(name="Kees Coach"), by=member, at=NOW)

    page = sheet(client, calamity, member)
    body = page.split('class="sheet"')[1].split("</main>")[0]
    for step in Step.track():
        assert str(step.label) in body
    for words in (
        "1 hour late",
        "on time",
        "<strong>2 of 3</strong> involved employees within 24 hours",
        "2 analysts, 1 from another department",
        "Held 10 March 2026 15:00",
        "Disclosure coach asked for 14 March 2026, found 14 March 2026.",
        "Made on 14 March 2026 09:00 by: Calamity committee.",
    ):
        assert words in body
    for name in ("Els Vos", "Noor Bos", "Carla", "Arie", "Bea", "Kees"):
        assert name not in body


def test_says_that_nobody_is_named_and_not_that_support_was_late(client, member):
    calamity = report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[],
        submission_key=None,
        at=NOTICED,
    )
    nobody = SupportCounts(offered=0, announced=0, involved=0, settled_at=None)
    keep_support_step(incident=calamity, count=lambda: nobody, at=NOTICED)
    page = sheet(client, calamity, member)
    assert "Nobody is named: there is nobody to offer support to." in page
    assert "0 of 0" not in page
    row = next(row for row in page.split("<tr>") if str(Step.SUPPORT.label) in row)
    assert "nobody is named" in row
    assert "late" not in row
    page = client.get(reverse("calamities:detail", args=[calamity.reference])).content.decode()
    assert "Nobody is named: there is nobody to offer support to." in page
    assert "0 of 0" not in page


def test_says_that_the_clocks_of_what_is_no_calamity_run_no_longer(client, calamity, member):
    assert "Reported as a calamity" in sheet(client, calamity, member)
    done(calamity, Step.DIRECTOR, NOTICED + 2 * HOUR, member)
    classify(
        incident=calamity,
        verdict=Verdict.NONE,
        by=member,
        at=NOW,
        seen=standing(calamity),
        ground=Ground.EXPECTED,
    )
    body = sheet(client, calamity, member).split('class="sheet"')[1]
    assert "No calamity" in sheet(client, calamity, member)
    assert body.count("Ended") == 6
    assert "still open" not in body
    assert "<dt>Established</dt><dd>no</dd>" in squeezed(body)


def test_at_once_is_judged_from_the_report_in_minutes(client, member):
    """Entered 14 minutes after it was noticed, told 6 minutes later: that is no three hours late."""
    calamity = report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[],
        submission_key=None,
        noticed_at=NOTICED,
        at=NOTICED + timedelta(minutes=14),
    )
    done(calamity, Step.DIRECTOR, NOTICED + timedelta(minutes=20), member)
    done(calamity, Step.ALIGNMENT, NOTICED + timedelta(minutes=54), member)
    rows = sheet(client, calamity, member).split("<tr>")
    director, alignment = (
        next(row for row in rows if str(step.label) in row) for step in (Step.DIRECTOR, Step.ALIGNMENT)
    )
    assert "after 6 minutes" in director
    assert "late" not in director
    assert "40 minutes late" in alignment


def test_says_whether_a_report_is_asked(client, calamity, member):
    establish(calamity, member)
    final = Milestone.objects.select_related("incident").get(incident=calamity, step=Step.FINAL_REPORT)
    assert "expected; not known yet what the inspectorate asks" in sheet(client, calamity, member)
    common = {"milestone": final, "dated": NOTICED.date(), "reference": "V/8", "by": member, "at": NOW}
    change = inspectorate.confirm(until=date(2026, 5, 11), **common)
    page = sheet(client, calamity, member)
    assert "11 May 2026 23:59" in page
    assert "confirmation of 9 March 2026: asked until 11 May 2026 (V/8)" in page
    inspectorate.take_back(change=change, by=member, at=NOW)
    inspectorate.confirm(until=None, **common)
    page = sheet(client, calamity, member)
    assert "confirmation of 9 March 2026: no report asked (V/8)" in page
    assert "11 May 2026 23:59" not in page.split("What was decided and corrected")[0]


def test_prints_every_decision_and_correction_with_what_stood_there_why_and_by_which_function(
    client, calamity, member
):
    establish(calamity, member)
    common: dict[str, Any] = {"incident": calamity, "by": member, "at": NOW}
    moment_writer.correct(
        **common,
        moments={"established_at": NOTICED + 3 * HOUR},
        reason=CorrectionReason.READ,
        seen={"established_at": NOTICED + 2 * HOUR},
    )
    classify(**common, verdict=Verdict.NONE, ground=Ground.MISTAKE, seen=now_stands(calamity))
    classify(**common, verdict=Verdict.CALAMITY, moment=NOTICED + 3 * HOUR, seen="none")
    body = sheet(client, calamity, member).split("What was decided and corrected")[1].split("</table>")[0]
    assert body.count("Established as a calamity") == 2
    assert "Moment of establishing corrected (Another moment is the one that counts)" in body
    assert "No calamity: the clocks have ended (Reported as a calamity by mistake)" in body
    assert body.count("9 March 2026 12:00") == 3  # corrected to, left, taken up again with
    assert "9 March 2026 11:00" in body
    assert body.count('data-label="By">Calamity committee') == 4
    assert member.name not in body


def test_says_what_moved_a_term(client, calamity, member):
    final = Milestone.objects.get(incident=calamity, step=Step.FINAL_REPORT)
    common = {"milestone": final, "recorded_at": NOW, "recorded_by": member}
    TermChange.objects.create(
        **common,
        kind=TermChangeKind.EXTENSION,
        answer=TermAnswer.GRANTED,
        moment=NOW,
        until=date(2026, 6, 1),
        reference="IGJ-77",
    )
    TermChange.objects.create(
        **common,
        kind=TermChangeKind.EXTENSION,
        answer=TermAnswer.REFUSED,
        moment=NOW,
        taken_back_at=NOW,
    )
    TermChange.objects.create(
        **common,
        kind=TermChangeKind.LETTER,
        answer=TermAnswer.GRANTED,
        moment=NOW,
        until=date(2026, 6, 8),
    )
    page = sheet(client, calamity, member)
    assert "letter of 14 March 2026: until 8 June 2026" in page
    assert "extension asked 14 March 2026, granted until 1 June 2026 (IGJ-77)" in page
    assert "refused" not in page.split('class="sheet"')[1]


@pytest.mark.parametrize(
    ("role", "made_by"),
    [(Role.DIRECTOR, "Director"), (Role.COORDINATOR, "Peer support coordinator")],
)
def test_is_made_by_a_function_and_logged(client, calamity, role, made_by):
    user = UserFactory(roles=[role])
    assert f"by: {made_by}." in sheet(client, calamity, user)
    line = AccessEvent.objects.get(access_point="calamities:evidence")
    assert (line.action, line.user, line.object_ref) == ("export", user, calamity.reference)


def test_asks_the_same_queries_for_a_long_history(client, calamity, member):
    establish(calamity, member)
    sheet(client, calamity, member)
    with CaptureQueriesContext(connection) as short:
        sheet(client, calamity, member)
    for step in (Step.DIRECTOR, Step.ALIGNMENT, Step.IGJ):
        done(calamity, step, NOW, member)
    for hour in range(5):
        held_at = NOW - timedelta(hours=hour)
        talks.hold(incident=calamity, talk=None, held_at=held_at, by=member, at=NOW, seen=None)
    on_team(calamity, *[UserFactory(roles=[Role.ANALYST]) for _ in range(3)])
    with CaptureQueriesContext(connection) as long:
        sheet(client, calamity, member)
    assert len(short) == len(long)
