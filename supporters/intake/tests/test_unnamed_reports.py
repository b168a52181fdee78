"""A report that names nobody is somebody's work, until people are on it or somebody decided.

Also covers supporters.intake.reminders.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.calamities import classification
from incidents.enums import EventType, Harm, IncidentKind, Verdict
from incidents.models import Incident
from incidents.reports import report_writer, withdrawal
from incidents.reports.report_writer import Involved, add_involved, report_incident
from notifications.delivery import sweep
from notifications.models import Notice, Reminder
from notifications.reminders import reconcile
from supporters import tasks
from supporters.enums import IntakeState, NotNeededReason
from supporters.intake import unnamed_reports
from supporters.intake.reminders import INTAKE_LATE, REPORTER_ASKED
from supporters.models import IntakeRule, SupportPolicy, UnnamedReport
from supporters.offers.joining import join
from supporters.tests.factories import UnnamedReportFactory

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # Tuesday, 10:00 in Amsterdam
LATER = NOW + timedelta(minutes=5)
DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


def reported(*, kind=IncidentKind.VIM, people=0, at=NOW, **fields):
    if kind == IncidentKind.CALAMITY:
        fields.setdefault("noticed_at", at)
    return report_incident(
        **{
            "reporter": UserFactory(),
            "kind": kind,
            "event_type": EventType.SAFETY,
            "involved": [Involved(employee=UserFactory()) for _ in range(people)],
            "submission_key": None,
            "at": at,
            "department": DepartmentFactory(),
            **fields,
        }
    )


def row_of(incident):
    return UnnamedReport.objects.get(incident=incident)


def waits_for(kind):
    """The moments at which there will be a reminder of this kind."""
    return [one.due_at for one in Reminder.objects.waiting().filter(kind=kind).order_by("due_at")]


def not_needed(*rows, by, at=LATER, reason=NotNeededReason.NOBODY):
    return unnamed_reports.no_support_needed([row.pk for row in rows], reason=reason, by=by, at=at)


class TestComingIn:
    @pytest.mark.parametrize("kind", [IncidentKind.VIM, IncidentKind.EVENT, IncidentKind.CALAMITY])
    def test_waits_for_one_working_day(self, kind):
        row = row_of(reported(kind=kind))
        assert (row.state, row.due_at, row.closes_at) == (IntakeState.OPEN, NOW + DAY, None)
        assert waits_for(INTAKE_LATE) == [NOW + DAY]

    def test_over_the_weekend_it_waits_until_monday_has_passed(self):
        saturday = NOW + 4 * DAY
        assert row_of(reported(at=saturday)).due_at == datetime(2026, 3, 16, 16, 0, tzinfo=UTC)

    def test_the_term_is_the_hospitals(self):
        SupportPolicy.current()
        SupportPolicy.objects.update(intake_days=3)
        assert row_of(reported()).due_at == NOW + 3 * DAY

    def test_a_report_with_people_has_no_row(self):
        reported(people=1)
        assert not UnnamedReport.objects.exists()

    def test_what_harmed_nobody_closes_after_the_days_of_the_rule(self):
        row = row_of(reported(harm=Harm.NONE))
        assert (row.due_at, row.closes_at) == (None, NOW + 14 * DAY)
        assert waits_for(INTAKE_LATE) == []

    def test_a_rule_of_the_hospital_decides(self):
        ward = DepartmentFactory()
        IntakeRule.objects.create(department=ward, harm=Harm.UNKNOWN, closes_after_days=5)
        assert row_of(reported(department=ward)).closes_at == NOW + 5 * DAY
        assert row_of(reported()).closes_at is None

    def test_a_refused_report_leaves_no_row(self, monkeypatch):
        def fail(incident, at):
            raise RuntimeError

        monkeypatch.setattr(report_writer, "unnamed_listeners", [unnamed_reports.opened, fail])
        with pytest.raises(RuntimeError):
            reported()
        assert not UnnamedReport.objects.exists()


class TestEnding:
    def test_by_adding_people(self, coordinator):
        incident = reported()
        add_involved(incident=incident, involved=[Involved(employee=UserFactory())], by=coordinator, at=LATER)
        row = row_of(incident)
        assert (row.state, row.closed_at) == (IntakeState.NAMED, LATER)
        assert waits_for(INTAKE_LATE) == []

    def test_adding_people_also_ends_what_was_decided_otherwise(self, coordinator):
        incident = reported()
        not_needed(row_of(incident), by=coordinator)
        add_involved(incident=incident, involved=[Involved(employee=UserFactory())], by=None, at=LATER)
        assert row_of(incident).state == IntakeState.NAMED

    def test_by_taking_the_report_back(self):
        incident = reported()
        withdrawal.withdraw(incident=incident, by=incident.reporter, at=LATER)
        assert row_of(incident).state == IntakeState.WITHDRAWN
        assert waits_for(INTAKE_LATE) == []

    def test_what_a_coordinator_decided_about_is_not_taken_back(self, coordinator):
        incident = reported()
        not_needed(row_of(incident), by=coordinator)
        with pytest.raises(withdrawal.Acted):
            withdrawal.withdraw(incident=incident, by=incident.reporter, at=LATER)

    def test_who_was_asked_may_take_the_report_back(self, coordinator):
        incident = reported()
        unnamed_reports.ask_reporter(report=row_of(incident), by=coordinator, at=LATER)
        withdrawal.withdraw(incident=incident, by=incident.reporter, at=LATER)
        assert row_of(incident).state == IntakeState.WITHDRAWN

    def test_no_support_is_needed_for_several_at_once(self, coordinator):
        rows = [row_of(reported()), row_of(reported(harm=Harm.NONE))]
        done, others = not_needed(*rows, by=coordinator, reason=NotNeededReason.DEPARTMENT)
        assert ({row.pk for row in done}, others) == ({row.pk for row in rows}, [])
        for row in UnnamedReport.objects.all():
            assert (row.state, row.reason) == (IntakeState.NOT_NEEDED, "department")
            assert (row.decided_by, row.closed_at) == (coordinator, LATER)
        assert waits_for(INTAKE_LATE) == []
        lines = AccessEvent.objects.filter(access_point="support:intake", user=coordinator)
        assert {line.object_ref for line in lines} == {row.incident.reference for row in rows}

    def test_the_second_coordinator_is_told(self, coordinator):
        row = row_of(reported())
        not_needed(row, by=UserFactory(roles=[Role.COORDINATOR]))
        done, others = not_needed(row, by=coordinator)
        assert (done, others) == ([], [row])
        assert row_of(row.incident).decided_by != coordinator

    def test_not_about_an_event_of_ones_own(self, coordinator):
        incident = reported()
        row = UnnamedReport.objects.get(incident=incident)
        add_involved(incident=incident, involved=[Involved(employee=coordinator)], by=None, at=LATER)
        UnnamedReport.objects.filter(pk=row.pk).update(state=IntakeState.OPEN, closed_at=None)
        assert not_needed(row, by=coordinator) == ([], [])

    def test_the_statements_are_as_many_for_few_as_for_many(self, coordinator, django_assert_max_num_queries):
        """But for the line in the access log that each report gets."""
        for number in (1, 6):
            rows = UnnamedReportFactory.create_batch(number)
            with django_assert_max_num_queries(8 + 3 * number):
                not_needed(*rows, by=coordinator)


class TestUndoing:
    def test_within_ten_minutes_all_of_one_tap(self, coordinator):
        rows = [row_of(reported()), row_of(reported())]
        before = UnnamedReport.objects.order_by("pk").values_list("state", "due_at", "closes_at")
        stood = list(before)
        earlier = row_of(reported())
        not_needed(earlier, by=coordinator, at=NOW)
        not_needed(*rows, by=coordinator)
        row = row_of(rows[0].incident)
        unnamed_reports.undo(report=row, by=coordinator, at=LATER + timedelta(minutes=10))
        assert list(before.filter(pk__in=[each.pk for each in rows])) == stood
        assert row_of(earlier.incident).state == IntakeState.NOT_NEEDED
        assert waits_for(INTAKE_LATE) == [NOW + DAY, NOW + DAY]

    def test_not_after_that(self, coordinator):
        row = row_of(reported())
        not_needed(row, by=coordinator)
        with pytest.raises(unnamed_reports.DecisionStands):
            unnamed_reports.undo(
                report=row_of(row.incident), by=coordinator, at=LATER + timedelta(minutes=10, seconds=1)
            )

    def test_not_what_somebody_else_decided(self, coordinator):
        row = row_of(reported())
        not_needed(row, by=UserFactory(roles=[Role.COORDINATOR]))
        with pytest.raises(unnamed_reports.DecisionStands):
            unnamed_reports.undo(report=row_of(row.incident), by=coordinator, at=LATER)

    def test_not_twice(self, coordinator):
        row = row_of(reported())
        not_needed(row, by=coordinator)
        decided = row_of(row.incident)
        unnamed_reports.undo(report=decided, by=coordinator, at=LATER)
        with pytest.raises(unnamed_reports.DecisionStands):
            unnamed_reports.undo(report=decided, by=coordinator, at=LATER)


class TestByRule:
    def test_closes_when_its_days_are_over_and_not_before(self):
        row = row_of(reported(harm=Harm.NONE))
        assert unnamed_reports.close_by_rule(at=NOW + 14 * DAY - timedelta(seconds=1)) == 0
        assert unnamed_reports.close_by_rule(at=NOW + 14 * DAY) == 1
        row = row_of(row.incident)
        assert (row.state, row.closed_at) == (IntakeState.BY_RULE, NOW + 14 * DAY)

    def test_each_night(self, time_machine):
        row = row_of(reported(harm=Harm.NONE))
        time_machine.move_to(NOW + 15 * DAY)
        tasks.close_by_rule()
        assert row_of(row.incident).state == IntakeState.BY_RULE

    def test_what_waits_is_never_closed(self):
        row = row_of(reported())
        assert unnamed_reports.close_by_rule(at=NOW + 365 * DAY) == 0
        assert row_of(row.incident).state == IntakeState.OPEN

    def test_is_taken_up_again_with_a_term_of_its_own(self, coordinator):
        row = UnnamedReportFactory(by_rule=True)
        unnamed_reports.take_up(report=row, by=coordinator, at=LATER)
        row = row_of(row.incident)
        assert (row.state, row.due_at, row.closes_at) == (IntakeState.OPEN, LATER + DAY, None)
        assert waits_for(INTAKE_LATE) == [LATER + DAY]
        assert unnamed_reports.close_by_rule(at=NOW + 365 * DAY) == 0

    def test_may_be_taken_up_before_it_closes_and_after_no_support_was_needed(self, coordinator):
        for row in (UnnamedReportFactory(closing=True), UnnamedReportFactory(not_needed=True)):
            unnamed_reports.take_up(report=row, by=coordinator, at=LATER)
            assert row_of(row.incident).due_at == LATER + DAY

    def test_what_waits_already_is_not_taken_up(self, coordinator):
        with pytest.raises(unnamed_reports.Settled):
            unnamed_reports.take_up(report=UnnamedReportFactory(), by=coordinator, at=LATER)

    def test_a_report_that_turns_out_to_be_a_calamity_waits(self, coordinator):
        for closed in (False, True):
            incident = reported(harm=Harm.NONE)
            if closed:
                unnamed_reports.close_by_rule(at=NOW + 14 * DAY)
            classification.classify(
                incident=incident,
                verdict=Verdict.REPORTED,
                by=coordinator,
                at=LATER,
                seen=classification.standing(incident),
            )
            row = row_of(incident)
            assert (row.state, row.due_at, row.closes_at) == (IntakeState.OPEN, LATER + DAY, None)
            assert row.weight == 4

    def test_what_turns_out_to_have_done_harm_waits(self):
        incident = reported(harm=Harm.NONE)
        Incident.objects.update(harm=Harm.SERIOUS)
        unnamed_reports.corrected(incident, LATER)
        row = row_of(incident)
        assert (row.due_at, row.closes_at, row.weight) == (LATER + DAY, None, 3)

    def test_what_turns_out_to_have_done_none_closes_unless_somebody_acted(self, coordinator):
        quiet, asked = reported(), reported()
        unnamed_reports.ask_reporter(report=row_of(asked), by=coordinator, at=NOW)
        Incident.objects.update(harm=Harm.NONE)
        for incident in (quiet, asked):
            unnamed_reports.corrected(incident, LATER)
        assert row_of(quiet).closes_at == NOW + 14 * DAY
        assert row_of(asked).closes_at is None
        assert waits_for(INTAKE_LATE) == [row_of(asked).due_at]


class TestAskingTheReporter:
    def test_tells_them_and_waits_for_another_working_day(self, coordinator):
        incident = reported()
        at = NOW + timedelta(hours=20)
        unnamed_reports.ask_reporter(report=row_of(incident), by=coordinator, at=at)
        row = row_of(incident)
        assert (row.asked_at, row.due_at) == (at, datetime(2026, 3, 11, 16, 0, tzinfo=UTC))
        told = Reminder.objects.get(kind=REPORTER_ASKED)
        assert (told.recipient, told.url) == (
            incident.reporter,
            f"/support/intake/{incident.reference}/people/",
        )
        assert waits_for(INTAKE_LATE) == [row.due_at]

    def test_no_rule_closes_it_any_more(self, coordinator):
        incident = reported(harm=Harm.NONE)
        unnamed_reports.ask_reporter(report=row_of(incident), by=coordinator, at=LATER)
        assert unnamed_reports.close_by_rule(at=NOW + 365 * DAY) == 0

    def test_once_a_day(self, coordinator):
        row = row_of(reported())
        unnamed_reports.ask_reporter(report=row, by=coordinator, at=NOW)
        with pytest.raises(unnamed_reports.AskedToday):
            unnamed_reports.ask_reporter(report=row, by=coordinator, at=NOW + timedelta(hours=9))
        unnamed_reports.ask_reporter(report=row, by=coordinator, at=NOW + timedelta(hours=15))
        assert Reminder.objects.filter(kind=REPORTER_ASKED).count() == 2

    def test_not_where_there_is_nobody_to_ask(self, coordinator):
        for reporter in (None, UserFactory(is_active=False)):
            with pytest.raises(unnamed_reports.NobodyToAsk):
                unnamed_reports.ask_reporter(
                    report=row_of(reported(reporter=reporter)), by=coordinator, at=LATER
                )

    def test_not_what_somebody_decided_meanwhile(self, coordinator):
        with pytest.raises(unnamed_reports.Settled):
            unnamed_reports.ask_reporter(
                report=UnnamedReportFactory(not_needed=True), by=coordinator, at=LATER
            )

    def test_is_forgotten_once_it_is_answered(self, coordinator):
        incident = reported()
        unnamed_reports.ask_reporter(report=row_of(incident), by=coordinator, at=NOW)
        add_involved(incident=incident, involved=[Involved(employee=UserFactory())], by=None, at=NOW)
        while sweep.show_batch(at=LATER):
            pass
        assert not Notice.objects.filter(user=incident.reporter).exists()

    def test_that_nobody_was_affected_is_for_the_coordinator_to_decide(self, coordinator):
        row = row_of(reported())
        with pytest.raises(unnamed_reports.Settled):
            unnamed_reports.answer_nobody(report=row, at=NOW)
        unnamed_reports.ask_reporter(report=row, by=coordinator, at=NOW)
        unnamed_reports.answer_nobody(report=row, at=LATER)
        row = row_of(row.incident)
        assert (row.state, row.said_nobody_at) == (IntakeState.OPEN, LATER)


class TestReminding:
    def test_the_coordinators_once_it_is_late(self, coordinator):
        incident = reported()
        while sweep.show_batch(at=NOW + DAY - timedelta(minutes=1)):
            pass
        assert not Notice.objects.filter(user=coordinator, kind=INTAKE_LATE).exists()
        # Still so when it is sent, by the clock.
        UnnamedReport.objects.update(due_at=NOW - timedelta(minutes=1))
        while sweep.show_batch(at=NOW + DAY):
            pass
        notice = Notice.objects.get(user=coordinator, kind=INTAKE_LATE)
        assert notice.url == "/support/intake/"
        assert not Notice.objects.filter(user=incident.reporter).exists()

    def test_what_is_missing_is_found_at_night(self):
        reported()
        Reminder.objects.all().delete()
        assert reconcile.reconcile(at=NOW) == 1
        assert waits_for(INTAKE_LATE) == [NOW + DAY]


class TestJoining:
    def joined(self, one, other, coordinator):
        stays = join(one=one, other=other, by=coordinator, at=LATER)
        goes = other if stays.pk == one.pk else one
        return stays, goes

    def test_two_that_name_nobody_are_one(self, coordinator):
        stays, goes = self.joined(reported(), reported(at=NOW + timedelta(minutes=1)), coordinator)
        assert row_of(stays).state == IntakeState.OPEN
        assert (row_of(goes).state, row_of(goes).decided_by) == (IntakeState.JOINED, coordinator)
        assert waits_for(INTAKE_LATE) == [row_of(stays).due_at]

    def test_people_of_the_other_end_it(self, coordinator):
        named = reported(people=1, at=NOW + timedelta(minutes=1))
        stays, _goes = self.joined(reported(), named, coordinator)
        assert row_of(stays).state == IntakeState.NAMED
        assert waits_for(INTAKE_LATE) == []

    def test_one_that_is_joined_to_a_report_with_people_ends(self, coordinator):
        _stays, goes = self.joined(reported(people=1), reported(at=NOW + timedelta(minutes=1)), coordinator)
        assert row_of(goes).state == IntakeState.JOINED
        assert waits_for(INTAKE_LATE) == []

    def test_what_waits_goes_on_waiting_on_what_a_rule_would_close_or_had_closed(self, coordinator):
        for closed in (False, True):
            quiet = reported(harm=Harm.NONE)
            if closed:
                unnamed_reports.close_by_rule(at=NOW + 14 * DAY)
            harmed = reported(harm=Harm.SERIOUS, at=NOW + timedelta(minutes=1))
            due = row_of(harmed).due_at
            stays, _goes = self.joined(quiet, harmed, coordinator)
            row = row_of(stays)
            assert (row.state, row.due_at, row.closes_at) == (IntakeState.OPEN, due, None)
            assert row.weight == 3

    def test_on_a_report_from_before_there_was_an_intake(self, coordinator):
        old = reported()
        UnnamedReport.objects.all().delete()
        new = reported(at=NOW + timedelta(minutes=1))
        due = row_of(new).due_at
        stays, _goes = self.joined(old, new, coordinator)
        assert row_of(stays).due_at == due

    def test_where_no_support_was_needed_it_stays_so(self, coordinator):
        decided = reported()
        not_needed(row_of(decided), by=coordinator)
        stays, goes = self.joined(decided, reported(at=NOW + timedelta(minutes=1)), coordinator)
        assert row_of(stays).state == IntakeState.NOT_NEEDED
        assert row_of(goes).state == IntakeState.JOINED


class TestConstraints:
    @pytest.mark.parametrize(
        ("name", "changes"),
        [
            ("unnamed_report_waits_or_closes", {"due_at": None}),
            ("unnamed_report_waits_or_closes", {"closes_at": NOW}),
            ("unnamed_report_closed_has_moment", {"state": "by_rule"}),
            ("unnamed_report_closed_has_moment", {"closed_at": NOW}),
            ("unnamed_report_not_needed_says_why", {"state": "not_needed", "closed_at": NOW}),
            ("unnamed_report_not_needed_says_why", {"reason": "nobody"}),
        ],
    )
    def test_hold_around_the_code(self, name, changes):
        row = UnnamedReportFactory()
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            UnnamedReport.objects.filter(pk=row.pk).update(**changes)

    def test_one_row_a_report(self):
        row = UnnamedReportFactory()
        with pytest.raises(IntegrityError, match="incident_id"), transaction.atomic():
            UnnamedReportFactory(incident=row.incident)


@pytest.mark.django_db(transaction=True)
def test_of_two_coordinators_at_once_one_decides_and_one_is_told():
    one, other = (UserFactory(roles=[Role.COORDINATOR]) for _ in range(2))
    for _ in range(5):
        row = row_of(reported())

        def decide(by, row=row):
            try:
                return not_needed(row, by=by)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(decide, (one, other)))
        assert sorted(len(done) for done, _others in answers) == [0, 1]
        assert sorted(len(others) for _done, others in answers) == [0, 1]
