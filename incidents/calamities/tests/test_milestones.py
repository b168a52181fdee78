from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from hospital.models import WorkingHours
from incidents.calamities import milestones, moment_writer, reminders
from incidents.calamities.milestones import BeforeAnalysis, DoneByItself, Stale, SupportCounts
from incidents.clocks.deadlines import DeadlinePolicy
from incidents.clocks.moment_checks import InTheFuture, OutOfOrder
from incidents.enums import Clock, CorrectionReason, EventType, IncidentKind, Rung, Step, TrackEventKind
from incidents.models import Involvement, Milestone, Policy, TrackEvent
from incidents.reports.report_writer import Involved, report_incident
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from notifications.models import Reminder

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # Monday 9:00
AT = NOTICED + timedelta(hours=1)
DUE = reminders.STEP[Rung.DUE, Clock.INTERNAL]
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


def reported(**changes):
    given = {"noticed_at": NOTICED, "at": AT, "involved": [], **changes}
    return report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        submission_key=None,
        **given,
    )


@pytest.fixture
def member():
    return UserFactory(roles=[Role.CCP])


def step(incident, which):
    return Milestone.objects.select_related("incident").get(incident=incident, step=which)


def due(incident):
    return {
        row.step: (row.internal_due_at, row.statutory_due_at)
        for row in Milestone.objects.filter(incident=incident)
    }


def open_reminders(milestone):
    waiting = Reminder.objects.filter(subject_id=milestone.id, done_at=None, cancelled_at=None)
    return sorted(waiting.values_list("kind", "due_at"))


class TestOpening:
    def test_a_calamity_has_seven_steps_on_two_clocks(self):
        found = due(reported(established_at=NOTICED, involved=[Involved(employee=UserFactory())]))
        assert set(found) == set(Step.track())
        assert found[Step.DIRECTOR] == (AT, None)
        assert found[Step.IGJ] == (
            NOTICED + timedelta(days=1),
            datetime(2026, 3, 12, 22, 59, 59, tzinfo=UTC),  # Thursday, three working days on
        )
        assert found[Step.SUPPORT] == (NOTICED + timedelta(days=1), None)
        assert found[Step.ANALYSIS] == (datetime(2026, 4, 6, 7, 0, tzinfo=UTC), None)  # 9:00, in summer time

    def test_what_is_no_calamity_has_none(self):
        report_incident(
            reporter=None,
            kind=IncidentKind.VIM,
            event_type=EventType.SAFETY,
            involved=[],
            submission_key=None,
            at=AT,
        )
        assert not Milestone.objects.exists()

    def test_not_known_when_noticed_the_report_starts_the_clocks(self):
        assert due(reported(noticed_at=None))[Step.DIRECTOR] == (AT, None)

    def test_in_doubt_only_what_is_owed_anyway_runs_beside_the_time_to_establish(self):
        found = due(reported(in_doubt=True))
        assert set(found) == set(Step)
        assert found[Step.ESTABLISH] == (None, datetime(2026, 4, 20, 21, 59, 59, tzinfo=UTC))  # six weeks
        assert found[Step.DIRECTOR] == (AT, None)
        assert found[Step.IGJ][0] is None
        assert found[Step.ANALYSIS] == found[Step.FINAL_REPORT] == (None, None)

    def test_a_change_of_policy_never_moves_a_milestone_that_runs(self, member):
        Policy.objects.update_or_create(id=1, defaults={"analysis_days": 10, "remind_hours": [8]})
        incident = reported()
        before = due(incident), open_reminders(step(incident, Step.ANALYSIS))
        Policy.objects.update(analysis_days=30, remind_hours=[1], late_director_hours=90)
        milestones.recompute(incident=incident, at=AT + timedelta(hours=1))
        assert (due(incident), open_reminders(step(incident, Step.ANALYSIS))) == before
        frozen = DeadlinePolicy.from_data(step(incident, Step.ANALYSIS).policy)
        assert (frozen.analysis_days, frozen.remind_hours, frozen.late_director_hours) == (10, (8,), 24)

    def test_needs_few_statements(self, django_assert_num_queries):
        Policy.current()
        WorkingHours.current()
        # Savepoint, counter, incident, policy, working hours, milestones, reminders, end of the savepoint;
        # and, as it names nobody, what the intake asks and writes (supporters.intake).
        with django_assert_num_queries(16):
            reported()


class TestBeforeTheAnalysis:
    @pytest.mark.parametrize("which", [Step.FEEDBACK, Step.FINAL_REPORT])
    def test_what_rests_on_it_is_asked_about(self, member, which):
        incident = reported(established_at=NOTICED)
        common = {"by": member, "at": AT + timedelta(days=30), "seen": None}
        row, day = step(incident, which), timedelta(days=1)
        with pytest.raises(BeforeAnalysis):
            milestones.set_done(milestone=row, done_at=AT + 20 * day, **common)
        milestones.set_done(milestone=step(incident, Step.ANALYSIS), done_at=AT + 21 * day, **common)
        with pytest.raises(BeforeAnalysis):
            milestones.set_done(milestone=row, done_at=AT + 20 * day, **common)
        milestones.set_done(milestone=row, done_at=AT + 21 * day, **common)

    def test_whoever_is_sure_is_believed(self, member):
        row = step(reported(established_at=NOTICED), Step.FEEDBACK)
        milestones.set_done(milestone=row, done_at=AT, by=member, at=AT, seen=None, sure=True)
        assert row.done_at == AT


class TestDone:
    def test_is_marked_with_who_and_when_and_ends_its_reminders(self, member):
        milestone = step(reported(), Step.IGJ)
        done_at = AT + timedelta(hours=2)
        milestones.set_done(milestone=milestone, done_at=done_at, by=member, at=done_at, seen=None)
        milestone.refresh_from_db()
        assert (milestone.done_at, milestone.done_by) == (done_at, member)
        assert open_reminders(milestone) == []
        line = TrackEvent.objects.get()
        assert (line.kind, line.step, line.moment, line.previous, line.by) == (
            TrackEventKind.STEP_DONE,
            Step.IGJ,
            done_at,
            None,
            member,
        )

    def test_a_correction_and_a_reopening_keep_what_stood_there(self, member):
        milestone = step(reported(), Step.IGJ)
        first, second = AT, AT - timedelta(minutes=10)
        later = AT + timedelta(hours=1)
        milestones.set_done(milestone=milestone, done_at=first, by=member, at=later, seen=None)
        milestones.set_done(milestone=milestone, done_at=second, by=member, at=later, seen=first)
        milestones.set_done(milestone=milestone, done_at=None, by=member, at=later, seen=second)
        assert list(TrackEvent.objects.order_by("id").values_list("kind", "moment", "previous")) == [
            (TrackEventKind.STEP_DONE, first, None),
            (TrackEventKind.STEP_CORRECTED, second, first),
            (TrackEventKind.STEP_REOPENED, None, second),
        ]
        milestone.refresh_from_db()
        assert (milestone.done_at, milestone.done_by) == (None, None)
        assert (DUE, milestone.internal_due_at) in open_reminders(milestone)

    def test_a_page_that_is_behind_changes_nothing(self, member):
        milestone = step(reported(), Step.IGJ)
        milestones.set_done(milestone=milestone, done_at=AT, by=member, at=AT, seen=None)
        with pytest.raises(Stale):
            milestones.set_done(
                milestone=milestone, done_at=AT - timedelta(minutes=5), by=member, at=AT, seen=None
            )
        assert TrackEvent.objects.count() == 1

    def test_a_moment_to_come_or_before_it_was_noticed_is_refused(self, member):
        milestone = step(reported(), Step.IGJ)
        with pytest.raises(InTheFuture):
            milestones.set_done(
                milestone=milestone, done_at=AT + timedelta(minutes=1), by=member, at=AT, seen=None
            )
        with pytest.raises(OutOfOrder):
            milestones.set_done(
                milestone=milestone, done_at=NOTICED - timedelta(minutes=1), by=member, at=AT, seen=None
            )

    def test_done_before_the_analysis_was_due_feedback_opens_sooner(self, member):
        incident = reported()
        opened = step(incident, Step.FEEDBACK).opens_at
        done_at = AT + timedelta(days=2)
        analysis = step(incident, Step.ANALYSIS)
        milestones.set_done(milestone=analysis, done_at=done_at, by=member, at=done_at, seen=None)
        assert step(incident, Step.FEEDBACK).opens_at == done_at < opened

    def test_the_log_cannot_be_changed(self, member):
        milestone = step(reported(), Step.IGJ)
        milestones.set_done(milestone=milestone, done_at=AT, by=member, at=AT, seen=None)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            TrackEvent.objects.update(moment=None)


class TestSupportStep:
    """Done and opened again by counting; the log says that nobody's hand did it."""

    @pytest.fixture
    def incident(self):
        incident = reported()
        InvolvementFactory(incident=incident, added_at=AT)
        return incident

    def keep(self, incident, *, at=AT, offered=0, involved=0, settled_at=None):
        counts = SupportCounts(offered=offered, announced=offered, involved=involved, settled_at=settled_at)
        with transaction.atomic():
            milestones.keep_support_step(incident=incident, count=lambda: counts, at=at)
        return step(incident, Step.SUPPORT)

    def test_tells_how_many_were_offered_it(self, incident):
        row = self.keep(incident, offered=2, involved=3)
        assert (row.offered, row.involved, row.done_at) == (2, 3, None)
        assert not TrackEvent.objects.exists()

    def test_is_done_when_the_last_was_offered_it_and_reminds_no_more(self, incident):
        row = self.keep(incident, offered=3, involved=3, settled_at=AT)
        assert (row.done_at, row.done_by) == (AT, None)
        assert open_reminders(row) == []
        line = TrackEvent.objects.get()
        assert (line.kind, line.step, line.moment, line.by) == (
            TrackEventKind.STEP_DONE,
            Step.SUPPORT,
            AT,
            None,
        )

    def test_is_open_again_when_somebody_is_added_and_reminds_again(self, incident):
        self.keep(incident, offered=1, involved=1, settled_at=AT)
        later = AT + timedelta(hours=1)
        row = self.keep(incident, at=later, offered=1, involved=2)
        assert (row.done_at, row.done_by) == (None, None)
        assert (DUE, row.internal_due_at) in open_reminders(row)
        assert TrackEvent.objects.latest("id").kind == TrackEventKind.STEP_REOPENED

    def test_does_not_move_once_it_is_done(self, incident):
        self.keep(incident, offered=1, involved=1, settled_at=AT)
        row = self.keep(incident, offered=2, involved=2, settled_at=AT + timedelta(hours=1))
        assert row.done_at == AT
        assert TrackEvent.objects.count() == 1

    def test_is_nobodys_to_mark_while_somebody_is_involved(self, incident, member):
        row = self.keep(incident, involved=1)
        with pytest.raises(DoneByItself):
            milestones.set_done(milestone=row, done_at=AT, by=member, at=AT, seen=None)

    def test_is_not_late_while_nobody_is_named_and_counts_from_when_somebody_is(self, incident):
        Involvement.objects.all().delete()
        row = step(incident, Step.SUPPORT)
        assert (row.internal_due_at, open_reminders(row)) == (None, [])
        later = AT + timedelta(days=3)
        InvolvementFactory(incident=incident, added_at=later)
        row = self.keep(incident, at=later, involved=1)
        assert row.internal_due_at == later + timedelta(days=1)
        assert (DUE, row.internal_due_at) in open_reminders(row)
        moment_writer.correct(
            incident=incident,
            moments={"noticed_at": NOTICED - timedelta(days=1)},
            seen={"noticed_at": NOTICED},
            reason=CorrectionReason.TYPED,
            by=None,
            at=later,
        )
        assert step(incident, Step.SUPPORT).internal_due_at == later + timedelta(days=1)

    def test_is_the_committees_where_nobody_is_named(self, incident, member):
        row = step(incident, Step.SUPPORT)
        milestones.set_done(milestone=row, done_at=AT, by=member, at=AT, seen=None)
        assert step(incident, Step.SUPPORT).done_by == member

    def test_nothing_happens_where_there_are_no_steps(self):
        with transaction.atomic():
            kept = milestones.keep_support_step(incident=IncidentFactory(), count=pytest.fail, at=AT)
        assert kept is None

    def test_the_database_lets_only_this_step_be_done_by_nobody(self, incident):
        with pytest.raises(DatabaseError, match="milestone_done_by_somebody"), transaction.atomic():
            Milestone.objects.filter(incident=incident, step=Step.IGJ).update(done_at=AT)

    def test_the_norm_is_the_one_frozen_on_the_calamity(self, incident):
        Policy.objects.update(support_days=3)
        assert milestones.support_norm(incident) == timedelta(days=1)
        assert milestones.support_norm(IncidentFactory()) == timedelta(days=3)
