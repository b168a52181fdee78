"""The moments of a calamity: in order, corrected in one place, by somebody and for a reason."""

import ast
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from accounts.tests.markup import squeezed
from incidents.calamities import milestones, moment_writer
from incidents.calamities.classification import classify, standing
from incidents.calamities.milestones import Stale
from incidents.calamities.moment_writer import DoneBefore
from incidents.clocks import moment_checks
from incidents.clocks.deadlines import ExtensionTooLateError
from incidents.clocks.moment_checks import AfterStep, InTheFuture, OutOfOrder, TooLongAgo, WrongMoment, judge
from incidents.enums import (
    CorrectionReason,
    EventType,
    Ground,
    IncidentKind,
    Step,
    TermAnswer,
    TermChangeKind,
    TrackEventKind,
    Verdict,
)
from incidents.models import Incident, Milestone, TermChange, TrackEvent
from incidents.reports.report_writer import report_incident
from incidents.tests.factories import IncidentFactory
from notifications.models import Reminder

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # Monday 9:00
AT = NOTICED + timedelta(hours=2)
pytestmark = pytest.mark.clock(AT)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TYPED = CorrectionReason.TYPED


@pytest.fixture
def calamity(db):
    return report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[],
        submission_key=None,
        occurred_at=NOTICED - HOUR,
        noticed_at=NOTICED,
        established_at=AT,
        at=AT,
    )


@pytest.fixture
def member(db):
    return UserFactory(roles=[Role.CCP])


@pytest.fixture
def correct(member):
    def correct_(incident, *, at=AT, reason=TYPED, seen=None, sure=False, **changes):
        stored = Incident.objects.get(pk=incident.pk)
        shown = {name: getattr(stored, name) for name in moment_writer.FIELDS}
        return moment_writer.correct(
            incident=incident,
            moments=changes,
            reason=reason,
            by=member,
            at=at,
            seen=seen or shown,
            sure=sure,
        )

    return correct_


def extended(report, member, asked):
    """An extension of before it was recorded what the inspectorate asks: it rests on the policy's term."""
    return TermChange.objects.create(
        milestone=report,
        kind=TermChangeKind.EXTENSION,
        answer=TermAnswer.GRANTED,
        moment=asked,
        until=date(2026, 6, 1),
        reference="V1",
        recorded_at=asked,
        recorded_by=member,
    )


def dues(incident):
    rows = Milestone.objects.filter(incident=incident)
    return {row.step: (row.internal_due_at, row.statutory_due_at) for row in rows}


class TestOrder:
    @pytest.mark.parametrize(
        ("changed", "error", "other"),
        [
            ({"occurred_at": NOTICED + HOUR}, OutOfOrder, "noticed_at"),
            ({"noticed_at": NOTICED - 2 * HOUR}, OutOfOrder, "occurred_at"),
            ({"noticed_at": AT + HOUR}, OutOfOrder, "established_at"),
            ({"established_at": NOTICED - HOUR / 2}, OutOfOrder, "noticed_at"),
            ({"established_at": AT + 10 * DAY}, InTheFuture, None),
            ({"occurred_at": datetime(1026, 3, 9, tzinfo=UTC)}, TooLongAgo, None),
        ],
    )
    def test_is_judged_with_the_other_moment_by_name(self, changed, error, other):
        known = {
            "occurred_at": NOTICED - HOUR,
            "noticed_at": NOTICED,
            "established_at": AT,
            "reported_at": AT,
        }
        with pytest.raises(error) as refused:
            judge(known, changed=changed, at=AT + DAY)
        assert refused.value.moment == next(iter(changed))
        assert getattr(refused.value, "other", None) == other
        assert moment_checks.said(refused.value)

    def test_what_stands_there_is_not_judged_anew(self):
        judge({"noticed_at": AT, "established_at": NOTICED}, changed={}, at=AT)

    def test_a_later_moment_is_named_as_later(self):
        with pytest.raises(OutOfOrder) as refused:
            judge({"noticed_at": NOTICED}, changed={"occurred_at": AT}, at=AT)
        assert (
            moment_checks.said(refused.value) == "This is later than when it was noticed: 9 March 2026 09:00."
        )

    @given(
        st.lists(
            st.none() | st.datetimes(datetime(2001, 1, 1), datetime(2026, 1, 1)),  # noqa: DTZ001  # bounds have no zone
            min_size=3,
            max_size=3,
        )
    )
    def test_the_rule_and_the_database_say_the_same(self, naive):
        """What the rule lets through is in order wherever it is known."""
        values = [None if one is None else one.replace(tzinfo=UTC) for one in naive]
        changed = {
            name: value for name, value in zip(moment_writer.FIELDS, values, strict=True) if value is not None
        }
        known = [value for value in values if value is not None]
        try:
            judge({}, changed=changed, at=AT)
        except WrongMoment:
            assert known != sorted(known)
        else:
            assert known == sorted(known)

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        "wrong",
        [
            {"occurred_at": NOTICED + DAY},
            {"noticed_at": AT + DAY},
            {"noticed_at": None, "occurred_at": AT + DAY},
        ],
    )
    def test_the_database_holds_it(self, calamity, wrong):
        with pytest.raises(IntegrityError, match="incident_moments_in_order"), transaction.atomic():
            Incident.objects.filter(pk=calamity.pk).update(**wrong)


class TestCorrecting:
    def test_computes_all_terms_anew_also_of_what_was_done_and_logs_who_and_why(
        self, calamity, member, correct
    ):
        igj = Milestone.objects.select_related("incident").get(incident=calamity, step=Step.IGJ)
        milestones.set_done(milestone=igj, done_at=AT + HOUR, by=member, at=AT + HOUR, seen=None)
        before = dues(calamity)
        earlier = AT - HOUR
        correct(calamity, established_at=earlier, reason=CorrectionReason.LEARNED, at=AT + 2 * HOUR)
        after = dues(calamity)
        for step in (Step.IGJ, Step.ANALYSIS, Step.FINAL_REPORT):
            assert after[step][0] == before[step][0] - HOUR
        line = TrackEvent.objects.latest("id")
        assert (line.kind, line.moment, line.previous, line.by, line.reason) == (
            TrackEventKind.ESTABLISHED_CORRECTED,
            earlier,
            AT,
            member,
            CorrectionReason.LEARNED,
        )
        waiting = Reminder.objects.waiting().filter(due_at=after[Step.ANALYSIS][0])
        assert waiting.exists()
        assert not Reminder.objects.waiting().filter(due_at=before[Step.ANALYSIS][0]).exists()

    def test_a_year_typed_wrong_is_put_right_for_all_moments_together(self, calamity, correct):
        a_year = timedelta(days=365)
        wrong = {
            name: getattr(calamity, name) - a_year for name in ("occurred_at", "noticed_at", "established_at")
        }
        correct(calamity, **wrong)
        right = {name: value + a_year for name, value in wrong.items()}
        correct(calamity, **right)
        calamity.refresh_from_db()
        assert {name: getattr(calamity, name) for name in right} == right
        assert TrackEvent.objects.exclude(kind=TrackEventKind.TERM_COMPUTED).count() == 6

    def test_a_legal_term_that_moves_is_logged_with_what_it_was(self, client, calamity, member, correct):
        notified = Milestone.objects.get(incident=calamity, step=Step.IGJ).statutory_due_at
        assert notified is not None
        correct(calamity, established_at=AT + DAY, at=AT + 2 * DAY)
        line = TrackEvent.objects.get(kind=TrackEventKind.TERM_COMPUTED)
        assert (line.step, line.moment, line.previous, line.reason, line.by) == (
            Step.IGJ,
            notified + DAY,
            notified,
            TYPED,
            member,
        )
        client.force_login(member)
        page = client.get(reverse("calamities:evidence", args=[calamity.reference])).content.decode()
        row = next(row for row in page.split("<tr>") if "Legal term, by the corrected moments" in row)
        assert str(Step.IGJ.label) in row
        assert "12 March 2026 23:59" in row
        assert "13 March 2026 23:59" in row

    @pytest.mark.parametrize("name", ["occurred_at", "noticed_at"])
    def test_what_nothing_can_precede_is_not_put_after_a_step_that_was_done(
        self, calamity, member, correct, name
    ):
        told = Milestone.objects.select_related("incident").get(incident=calamity, step=Step.DIRECTOR)
        done_at = NOTICED + HOUR / 2
        milestones.set_done(milestone=told, done_at=done_at, by=member, at=AT, seen=None)
        changes = {"noticed_at": NOTICED + HOUR, name: NOTICED + HOUR}
        with pytest.raises(AfterStep) as refused:
            correct(calamity, **changes)
        assert (refused.value.moment, refused.value.step, refused.value.done_at) == (
            name,
            Step.DIRECTOR,
            done_at,
        )
        assert "Report to the director on duty, 9 March 2026 09:30." in moment_checks.said(refused.value)
        correct(calamity, noticed_at=done_at)

    def test_established_after_a_step_that_counts_from_it_is_asked_about(self, calamity, member, correct):
        for step in (Step.DIRECTOR, Step.IGJ):
            row = Milestone.objects.select_related("incident").get(incident=calamity, step=step)
            milestones.set_done(milestone=row, done_at=AT + HOUR, by=member, at=AT + HOUR, seen=None)
        later = {"established_at": AT + 2 * HOUR, "at": AT + 3 * HOUR}
        with pytest.raises(DoneBefore) as asked:
            correct(calamity, **later)
        assert asked.value.steps == [Step.IGJ]
        correct(calamity, **later, sure=True)
        assert Incident.objects.get().established_at == AT + 2 * HOUR

    def test_the_step_of_establishing_follows(self, member, correct):
        calamity = report_incident(
            reporter=None,
            kind=IncidentKind.CALAMITY,
            event_type=EventType.SAFETY,
            involved=[],
            submission_key=None,
            noticed_at=NOTICED,
            in_doubt=True,
            at=AT,
        )
        seen = standing(calamity)
        classify(incident=calamity, verdict=Verdict.CALAMITY, moment=AT, by=member, at=AT + DAY, seen=seen)
        correct(calamity, established_at=AT + HOUR, at=AT + DAY)
        assert Milestone.objects.get(step=Step.ESTABLISH).done_at == AT + HOUR

    def test_what_cannot_be_changes_nothing(self, calamity, correct):
        before = dues(calamity)
        with pytest.raises(OutOfOrder):
            correct(calamity, noticed_at=NOTICED - 3 * HOUR)
        with pytest.raises(Stale):
            correct(calamity, noticed_at=NOTICED - HOUR / 2, seen={"noticed_at": NOTICED - HOUR / 3})
        calamity.refresh_from_db()
        assert (calamity.noticed_at, dues(calamity), TrackEvent.objects.count()) == (NOTICED, before, 0)

    def test_the_same_again_writes_nothing(self, calamity, correct):
        correct(calamity, noticed_at=NOTICED)
        assert not TrackEvent.objects.exists()

    def test_does_not_establish_what_was_not(self, correct):
        with pytest.raises(Stale):
            correct(IncidentFactory(calamity=True, reported_at=AT), established_at=AT)

    def test_of_what_has_no_steps_nothing_is_logged(self, correct):
        incident = IncidentFactory(reported_at=AT)
        correct(incident, occurred_at=AT - 2 * HOUR)
        incident.refresh_from_db()
        assert incident.occurred_at == AT - 2 * HOUR
        assert not TrackEvent.objects.exists()

    def test_an_extension_that_would_not_hold_stops_it(self, calamity, member, correct):
        report = Milestone.objects.select_related("incident").get(incident=calamity, step=Step.FINAL_REPORT)
        last = AT + 56 * DAY
        extended(report, member, last)
        a_month_before = {name: getattr(calamity, name) - 30 * DAY for name in moment_writer.FIELDS}
        with pytest.raises(ExtensionTooLateError) as refused:
            correct(calamity, **a_month_before, at=last)
        assert refused.value.extension.reference == "V1"
        calamity.refresh_from_db()
        assert calamity.noticed_at == NOTICED

    def test_taken_up_again_after_a_correction_has_the_corrected_moment(self, calamity, member, correct):
        correct(calamity, established_at=AT - HOUR)
        later = AT + DAY
        common = {"incident": calamity, "by": member, "at": later}
        calamity.refresh_from_db()
        classify(**common, verdict=Verdict.NONE, ground=Ground.MISTAKE, seen=standing(calamity))
        classify(**common, verdict=Verdict.CALAMITY, moment=AT - HOUR, seen="none")
        assert Incident.objects.get().established_at == AT - HOUR


@pytest.mark.django_db(transaction=True)
def test_two_who_correct_at_once_do_not_both_win(calamity, member):
    ready, outcomes = threading.Barrier(2), []

    def correct_to(moment):
        ready.wait(10)
        try:
            moment_writer.correct(
                incident=calamity,
                moments={"noticed_at": moment},
                reason=TYPED,
                by=member,
                at=AT,
                seen={"noticed_at": NOTICED},
            )
            outcomes.append("corrected")
        except Stale:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=correct_to, args=[NOTICED - minutes * HOUR / 60]) for minutes in (5, 10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["corrected", "told"]


class TestPage:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client, member, time_machine):
        time_machine.move_to(AT + DAY, tick=False)
        client.force_login(member)

    def address(self, calamity):
        return reverse("calamities:moments", args=[calamity.reference])

    def send(self, client, calamity, **changes):
        data = {"reason": "typed"}
        for name in moment_writer.FIELDS:
            shown = getattr(calamity, name)
            data[name] = f"{shown + HOUR:%Y-%m-%dT%H:%M}"  # in winter time
            data[f"seen_{name}"] = shown.isoformat()
        return squeezed(client.post(self.address(calamity), {**data, **changes}, follow=True).text)

    def test_any_of_the_three_is_corrected_and_shown_with_who_and_why(self, client, calamity, member):
        assert (
            self.address(calamity)
            in client.get(reverse("calamities:detail", args=[calamity.reference])).content.decode()
        )
        page = self.send(client, calamity, noticed_at="2026-03-09T08:30", reason="learned")
        calamity.refresh_from_db()
        assert calamity.noticed_at == NOTICED - HOUR / 2
        assert "Moment of noticing corrected (Known better since)" in page
        assert member.name in page
        assert AccessEvent.objects.filter(action="change", object_ref=calamity.reference).count() == 1

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            (
                {"noticed_at": "2026-03-09T07:00"},
                "This is earlier than when it happened: 9 March 2026 08:00.",
            ),
            ({"occurred_at": "2026-03-09T09:30"}, "This is later than when it was noticed"),
            ({"occurred_at": "1026-03-09T08:00"}, "before the year 2000"),
            ({"occurred_at": "2024-03-09T08:00"}, "more than a year ago"),
            ({"noticed_at": "2024-03-09T09:00"}, "This is earlier than when it happened"),
            ({"noticed_at": ""}, "This field is required."),
            ({}, "Nothing differs from what is here."),
            ({"noticed_at": "2026-03-09T08:30", "reason": ""}, "Choose why."),
            ({"noticed_at": "2026-03-09T08:30", "reason": "import"}, "Select a valid choice"),
        ],
    )
    def test_what_cannot_be_comes_back_with_words(self, client, calamity, changes, said):
        page = self.send(client, calamity, **changes)
        assert said in page
        assert ("more than a year ago" in page) is (said == "more than a year ago")
        assert not TrackEvent.objects.exists()

    def test_a_step_long_before_it_was_noticed_is_said_to_be_so_before_it_is_asked_about(
        self, client, calamity
    ):
        address = reverse("calamities:step", args=[calamity.reference, Step.IGJ])
        page = client.post(address, {"igj-moment": "2024-03-09T09:00", "igj-seen": ""}).text
        assert "This is earlier than when it" in page
        assert "more than a year ago" not in page

    def test_a_correction_of_hours_can_be_told_apart_weeks_later(
        self, client, calamity, member, time_machine
    ):
        self.send(client, calamity, noticed_at="2026-03-09T08:30", reason="learned")
        time_machine.move_to(AT + 30 * DAY, tick=False)
        client.force_login(member)
        page = client.get(reverse("calamities:detail", args=[calamity.reference])).content.decode()
        log = page.split('track-log"', 1)[1]
        assert "<span>Monday 9 March at 08:30</span>" in log
        assert "<span>Monday 9 March at 09:00</span>" in log

    def test_a_step_before_the_moment_of_establishing_is_asked_about_and_then_believed(
        self, client, calamity, member
    ):
        igj = Milestone.objects.select_related("incident").get(incident=calamity, step=Step.IGJ)
        milestones.set_done(milestone=igj, done_at=AT + HOUR, by=member, at=AT + HOUR, seen=None)
        page = self.send(client, calamity, established_at="2026-03-09T13:00")
        assert f"Done before this moment: {Step.IGJ.label}." in page
        assert 'name="sure"' in page
        self.send(client, calamity, established_at="2026-03-09T13:00", sure="on")
        calamity.refresh_from_db()
        assert calamity.established_at == AT + 2 * HOUR

    def test_who_is_second_is_told(self, client, calamity, correct):
        shown = Incident.objects.get()
        correct(calamity, noticed_at=NOTICED - HOUR / 3)
        page = self.send(client, shown, noticed_at="2026-03-09T08:30")
        assert "This has just been changed, by somebody else" in page

    def test_an_extension_that_would_not_hold_is_named(self, client, calamity, member, time_machine):
        report = Milestone.objects.select_related("incident").get(incident=calamity, step=Step.FINAL_REPORT)
        last = AT + 56 * DAY
        time_machine.move_to(last, tick=False)
        client.force_login(member)
        extended(report, member, last)
        page = self.send(
            client,
            calamity,
            occurred_at="2026-03-01T10:00",
            noticed_at="2026-03-02T10:00",
            established_at="2026-03-03T10:00",
        )
        assert "The extension asked for on 4 May 2026 (V1) would no longer hold" in page

    def test_of_what_is_no_calamity_there_is_nothing_to_correct(self, client, calamity, member):
        classify(
            incident=calamity,
            verdict=Verdict.NONE,
            ground=Ground.MISTAKE,
            by=member,
            at=AT,
            seen=standing(calamity),
        )
        assert client.get(self.address(calamity)).status_code == 404


def test_nothing_else_writes_these_moments():
    """Whoever sets or updates one goes by the writer: no other module of the house assigns these fields."""
    found = []
    for path in Path(settings.BASE_DIR).glob("*/**/*.py"):
        parts = path.relative_to(settings.BASE_DIR).parts
        if parts[0] in {".venv", ".data", "benchmarks"} or {"tests", "migrations"} & set(parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                named = [one.attr for one in targets if isinstance(one, ast.Attribute)]
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"update", "create"}:
                named = [str(keyword.arg) for keyword in node.keywords]
            else:
                continue
            if set(named) & set(moment_writer.FIELDS):
                found.append("/".join(parts))
    assert found == []
