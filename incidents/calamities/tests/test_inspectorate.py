import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.calamities import inspectorate, milestones, moment_writer, reminders
from incidents.calamities.milestones import Stale
from incidents.clocks.deadlines import ExtensionShortensError, ExtensionTooLateError
from incidents.clocks.moment_checks import InTheFuture
from incidents.enums import (
    Clock,
    CorrectionReason,
    EventType,
    IncidentKind,
    ReportState,
    Rung,
    Step,
    TermAnswer,
    TermChangeKind,
    TrackEventKind,
)
from incidents.models import Milestone, TermChange, TrackEvent
from incidents.reports.report_writer import report_incident
from notifications.models import Reminder

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # Monday 9:00
AT = NOTICED + timedelta(hours=1)
DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]
#: Eight weeks from Monday 9 March, at the end of the day.
BY_LAW = datetime(2026, 5, 4, 21, 59, 59, tzinfo=UTC)
ASKED = AT + 40 * DAY


def end_of(year, month, day):
    return datetime(year, month, day, 21, 59, 59, tzinfo=UTC)  # in summer time


@pytest.fixture
def calamity():
    return report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[],
        submission_key=None,
        noticed_at=NOTICED,
        established_at=NOTICED,
        at=AT,
    )


@pytest.fixture
def member():
    return UserFactory(roles=[Role.CCP])


@pytest.fixture
def report(calamity):
    return Milestone.objects.select_related("incident").get(incident=calamity, step=Step.FINAL_REPORT)


@pytest.fixture
def confirmed(report, member):
    """The inspectorate asks for the report, until the eight weeks are over."""
    day, until = AT.date(), date(2026, 5, 4)
    return inspectorate.confirm(milestone=report, dated=day, until=until, reference="V0", by=member, at=AT)


@pytest.fixture
def asked(report, member, confirmed):
    return inspectorate.ask(milestone=report, asked_at=ASKED, reference="V1", by=member, at=ASKED)


def extension():
    return TermChange.objects.get(kind=TermChangeKind.EXTENSION)


def law(report):
    """What is known of the law's term: its end, whether that is expected only, and what the report says."""
    report.refresh_from_db()
    return report.statutory_due_at, report.statutory_expected, inspectorate.state(report)


def due(report):
    report.refresh_from_db()
    return report.statutory_due_at


def reminded(report):
    kind = reminders.STEP[Rung.DUE, Clock.STATUTORY]
    waiting = Reminder.objects.waiting().filter(subject_id=report.pk, kind=kind)
    return list(waiting.values_list("due_at", flat=True))


class TestExtension:
    def test_moves_the_term_and_its_reminders_when_granted_and_not_before(self, report, member, asked):
        assert due(report) == BY_LAW
        granted = ASKED + DAY
        inspectorate.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=granted)
        assert due(report) == end_of(2026, 6, 15)
        assert reminded(report) == [end_of(2026, 6, 15)]
        internal = Milestone.objects.values_list("internal_due_at", flat=True).get(pk=report.pk)
        assert internal == datetime(2026, 4, 20, 7, 0, tzinfo=UTC)
        lines = TrackEvent.objects.exclude(kind=TrackEventKind.REPORT_ASKED).order_by("id")
        assert list(lines.values_list("kind", "moment", "previous", "by")) == [
            (TrackEventKind.EXTENSION_ASKED, ASKED, None, member.pk),
            (TrackEventKind.EXTENSION_GRANTED, end_of(2026, 6, 15), BY_LAW, member.pk),
        ]

    def test_a_refused_one_moves_nothing_and_another_may_be_asked(self, report, member, asked):
        inspectorate.answer(change=asked, until=None, reference="", by=member, at=ASKED)
        assert due(report) == BY_LAW
        inspectorate.ask(milestone=report, asked_at=ASKED + DAY, reference="", by=member, at=ASKED + DAY)

    def test_asked_after_the_term_had_expired_is_refused(self, report, member, confirmed):
        late = BY_LAW + timedelta(seconds=1)
        with pytest.raises(ExtensionTooLateError):
            inspectorate.ask(milestone=report, asked_at=late, reference="", by=member, at=late)
        assert TermChange.objects.get() == confirmed
        inspectorate.ask(milestone=report, asked_at=BY_LAW, reference="", by=member, at=late)

    def test_to_an_earlier_day_or_asked_tomorrow_is_refused(self, report, member, asked):
        with pytest.raises(ExtensionShortensError):
            inspectorate.answer(change=asked, until=date(2026, 5, 3), reference="", by=member, at=ASKED)
        with pytest.raises(InTheFuture):
            inspectorate.ask(milestone=report, asked_at=ASKED + DAY, reference="", by=member, at=ASKED)

    def test_one_waits_at_a_time(self, report, member, asked):
        with pytest.raises(inspectorate.AlreadyAsked):
            inspectorate.ask(milestone=report, asked_at=ASKED, reference="", by=member, at=ASKED)

    def test_a_second_one_counts_from_the_first(self, report, member, asked):
        inspectorate.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        again = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
        second = inspectorate.ask(milestone=report, asked_at=again, reference="", by=member, at=again)
        inspectorate.answer(change=second, until=date(2026, 7, 1), reference="", by=member, at=again)
        assert due(report) == end_of(2026, 7, 1)

    def test_taken_back_it_is_as_if_it_had_not_been_and_stays_in_the_log(self, report, member, asked):
        change = inspectorate.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        inspectorate.take_back(change=change, by=member, at=ASKED)
        assert due(report) == BY_LAW
        assert reminded(report) == [BY_LAW]
        assert extension().until == date(2026, 6, 15)
        assert TrackEvent.objects.latest("id").kind == TrackEventKind.TERM_TAKEN_BACK
        with pytest.raises(Stale):
            inspectorate.take_back(change=change, by=member, at=ASKED)

    def test_what_an_extension_rests_on_cannot_be_taken_back(self, report, member, asked):
        change = inspectorate.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        again = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)  # in time only thanks to the first
        inspectorate.ask(milestone=report, asked_at=again, reference="", by=member, at=again)
        with pytest.raises(ExtensionTooLateError):
            inspectorate.take_back(change=change, by=member, at=again)
        assert due(report) == end_of(2026, 6, 15)

    def test_of_a_step_that_is_done_or_has_none_there_is_nothing_to_move(self, calamity, report, member):
        igj = Milestone.objects.select_related("incident").get(incident=calamity, step=Step.IGJ)
        with pytest.raises(Stale):
            inspectorate.ask(milestone=igj, asked_at=AT, reference="", by=member, at=AT)
        milestones.set_done(milestone=report, done_at=ASKED, by=member, at=ASKED, seen=None, sure=True)
        with pytest.raises(Stale):
            inspectorate.ask(milestone=report, asked_at=ASKED, reference="", by=member, at=ASKED)

    def test_outlives_a_correction_of_the_moment_it_was_established(self, calamity, report, member, asked):
        inspectorate.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        moment_writer.correct(
            incident=calamity,
            moments={"established_at": AT + DAY},
            reason=CorrectionReason.TYPED,
            by=member,
            at=ASKED,
            seen={"established_at": NOTICED},
        )
        assert due(report) == end_of(2026, 6, 15)


class TestWhetherAReportIsAsked:
    def test_is_not_known_at_first_and_the_term_of_policy_only_expected(self, report):
        assert law(report) == (BY_LAW, True, ReportState.UNKNOWN)
        assert report.legal_due_at is None
        assert reminded(report) == []  # nothing that the law sets ends
        assert Reminder.objects.waiting().filter(subject_id=report.pk).exists()  # the hospital's own does

    def test_asked_until_a_day_it_is_law(self, report, member):
        until = date(2026, 5, 18)
        inspectorate.confirm(
            milestone=report, dated=AT.date(), until=until, reference="V0", by=member, at=AT + DAY
        )
        assert law(report) == (end_of(2026, 5, 18), False, ReportState.ASKED)
        assert reminded(report) == [end_of(2026, 5, 18)]
        line = TrackEvent.objects.get()
        assert (line.kind, line.moment, line.by) == (
            TrackEventKind.REPORT_ASKED,
            end_of(2026, 5, 18),
            member,
        )

    def test_not_asked_the_laws_clock_ends_and_the_hospitals_own_stays(self, report, member, confirmed):
        later = AT + 3 * DAY
        inspectorate.confirm(
            milestone=report, dated=later.date(), until=None, reference="", by=member, at=later
        )
        assert law(report) == (None, False, ReportState.NOT_ASKED)
        assert report.internal_due_at is not None
        assert reminded(report) == []
        with pytest.raises(inspectorate.NotAskedFor):
            inspectorate.ask(milestone=report, asked_at=later, reference="", by=member, at=later)
        # It may come back to it.
        inspectorate.set_by_letter(
            milestone=report,
            dated=(later + DAY).date(),
            until=date(2026, 6, 1),
            reference="",
            by=member,
            at=later + DAY,
        )
        assert law(report) == (end_of(2026, 6, 1), False, ReportState.ASKED)

    def test_of_a_report_that_is_done_nothing_is_expected_and_what_comes_later_is_recorded(
        self, client, calamity, report, member
    ):
        later = AT + 3 * DAY
        milestones.set_done(milestone=report, done_at=AT + DAY, by=member, at=later, seen=None, sure=True)

        def pages():
            client.force_login(member)
            names = ("calamities:detail", "calamities:evidence")
            return [client.get(reverse(name, args=[calamity.reference])).content.decode() for name in names]

        for page in pages():
            assert "expected" not in page.lower()
        assert "The report is done" in pages()[0]
        change = inspectorate.confirm(
            milestone=report, dated=AT.date(), until=date(2026, 5, 4), reference="V0", by=member, at=later
        )
        assert law(report) == (end_of(2026, 5, 4), False, ReportState.ASKED)
        assert report.done_at == AT + DAY
        assert reminded(report) == []
        row = next(row for row in pages()[1].split("<tr>") if "4 May 2026 23:59" in row)
        assert row.count("on time") == 2
        inspectorate.take_back(change=change, by=member, at=later)
        assert law(report)[1:] == (True, ReportState.UNKNOWN)
        assert report.done_at == AT + DAY

    def test_taken_back_it_is_not_known_again(self, report, member, confirmed):
        inspectorate.take_back(change=confirmed, by=member, at=AT)
        assert law(report) == (BY_LAW, True, ReportState.UNKNOWN)

    def test_what_is_not_known_to_be_asked_is_not_extended(self, report, member):
        with pytest.raises(inspectorate.NotAskedFor):
            inspectorate.ask(milestone=report, asked_at=AT, reference="", by=member, at=AT)

    def test_before_it_is_established_there_is_nothing_to_confirm(self, member):
        calamity = report_incident(
            reporter=None,
            kind=IncidentKind.CALAMITY,
            event_type=EventType.SAFETY,
            involved=[],
            submission_key=None,
            noticed_at=NOTICED,
            at=AT,
        )
        report = Milestone.objects.select_related("incident").get(incident=calamity, step=Step.FINAL_REPORT)
        assert report.statutory_due_at is None
        with pytest.raises(Stale):
            inspectorate.confirm(
                milestone=report, dated=AT.date(), until=None, reference="", by=member, at=AT
            )


class TestLetter:
    def test_sets_the_day_earlier_or_later(self, report, member):
        for until in (date(2026, 4, 20), date(2026, 5, 11)):
            inspectorate.set_by_letter(
                milestone=report,
                dated=date(2026, 3, 16),
                until=until,
                reference="2026/17",
                by=member,
                at=AT + 10 * DAY,
            )
            assert due(report) == end_of(until.year, until.month, until.day)
        assert TrackEvent.objects.latest("id").previous == end_of(2026, 4, 20)

    def test_what_was_granted_before_it_counts_no_longer_what_was_granted_since_does(
        self, report, member, asked
    ):
        inspectorate.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        letter = ASKED + DAY
        inspectorate.set_by_letter(
            milestone=report,
            dated=letter.date(),
            until=date(2026, 6, 1),
            reference="",
            by=member,
            at=letter,
        )
        assert due(report) == end_of(2026, 6, 1)
        later = letter + DAY
        second = inspectorate.ask(milestone=report, asked_at=later, reference="", by=member, at=later)
        inspectorate.answer(change=second, until=date(2026, 6, 8), reference="", by=member, at=later)
        assert due(report) == end_of(2026, 6, 8)

    def test_what_was_asked_before_it_is_not_granted_after_it_but_may_be_refused(self, report, member, asked):
        letter = ASKED + DAY
        inspectorate.set_by_letter(
            milestone=report,
            dated=letter.date(),
            until=date(2026, 6, 1),
            reference="",
            by=member,
            at=letter,
        )
        with pytest.raises(inspectorate.Replaced):
            inspectorate.answer(change=asked, until=date(2026, 6, 20), reference="", by=member, at=letter)
        inspectorate.answer(change=asked, until=None, reference="", by=member, at=letter)
        assert due(report) == end_of(2026, 6, 1)

    def test_of_tomorrow_is_refused(self, report, member):
        with pytest.raises(InTheFuture):
            inspectorate.set_by_letter(
                milestone=report,
                dated=AT.date() + DAY,
                until=date(2026, 6, 1),
                reference="",
                by=member,
                at=AT,
            )


class TestTheDatabase:
    @pytest.mark.parametrize(
        ("wrong", "constraint"),
        [
            ({"answer": TermAnswer.GRANTED}, "term_change_granted_until_a_day"),
            ({"answer": TermAnswer.REFUSED, "until": date(2026, 6, 1)}, "term_change_granted_until_a_day"),
            ({"answer": "not_asked"}, "term_change_letter_names_a_day"),
        ],
    )
    def test_holds_what_belongs_together(self, asked, wrong, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            TermChange.objects.filter(pk=asked.pk).update(**wrong)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kind": "letter"},
            {"moment": AT},
            {"recorded_at": AT},
            {"until": date(2026, 6, 1)},
            {"reference": "other"},
            {"answer": TermAnswer.REFUSED, "moment": AT},
            {"taken_back_at": AT, "reference": "other"},
        ],
    )
    def test_what_was_recorded_is_not_written_over(self, asked, wrong):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            TermChange.objects.filter(pk=asked.pk).update(**wrong)

    def test_nor_its_answer_nor_that_it_was_taken_back(self, asked, member):
        inspectorate.answer(change=asked, until=None, reference="", by=member, at=ASKED)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            TermChange.objects.update(answer=TermAnswer.GRANTED, until=date(2026, 6, 1))
        inspectorate.take_back(change=asked, by=member, at=ASKED)
        for moment in (None, AT):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                TermChange.objects.update(taken_back_at=moment)

    @pytest.mark.parametrize("statement", ["DELETE FROM", "TRUNCATE"])
    @pytest.mark.parametrize("model", [TermChange, TrackEvent])
    def test_nothing_of_a_term_or_of_the_log_is_deleted(self, asked, model, statement):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                cursor.execute(f"{statement} {model._meta.db_table}")

    @pytest.mark.django_db(transaction=True)
    def test_two_who_record_the_answer_at_once(self, report, member, asked):
        ready, outcomes = threading.Barrier(2), []

        def answer(until):
            ready.wait(10)
            try:
                inspectorate.answer(change=asked, until=until, reference="", by=member, at=ASKED)
                outcomes.append("recorded")
            except Stale:
                outcomes.append("told")
            finally:
                connection.close()

        threads = [threading.Thread(target=answer, args=[day]) for day in (date(2026, 6, 15), None)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == ["recorded", "told"]


@pytest.mark.clock(ASKED)
class TestPages:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client, member):
        client.force_login(member)

    def send(self, client, calamity, name, change=None, **data):
        args = [calamity.reference, change.pk] if change else [calamity.reference]
        return client.post(reverse(f"calamities:term-{name}", args=args), data, follow=True).content.decode()

    def test_from_asking_to_granting_to_taking_back(self, client, calamity, report, confirmed):
        self.send(client, calamity, "ask", **{"ask-asked_at": "2026-04-18T10:00", "ask-reference": "V-1"})
        change = extension()
        assert (change.moment, change.reference) == (datetime(2026, 4, 18, 8, 0, tzinfo=UTC), "V-1")
        page = self.send(client, calamity, "answer", change, **{"answer-until": "2026-06-15"})
        assert "until 15 June 2026" in page
        assert due(report) == end_of(2026, 6, 15)
        self.send(client, calamity, "take-back", change)
        assert due(report) == BY_LAW

    def test_a_refusal_needs_no_day(self, client, calamity, asked):
        page = self.send(client, calamity, "answer", asked, refused="1")
        assert extension().answer == TermAnswer.REFUSED
        assert "Refused" in page

    def test_what_the_confirmation_says(self, client, calamity, report, member):
        page = client.get(reverse("calamities:detail", args=[calamity.reference])).content.decode()
        assert "it may be expected" in page
        assert "Expected, not asked yet" in page
        data = {"confirm-dated": "2026-03-16", "confirm-until": "2026-05-11", "confirm-reference": "V/1"}
        page = self.send(client, calamity, "confirm", **data)
        assert "Confirmation of 16 March 2026" in page
        assert f"recorded 18 April 2026 by {member.name}" in page
        assert law(report) == (end_of(2026, 5, 11), False, ReportState.ASKED)
        page = self.send(client, calamity, "confirm", **{**data, "confirm-until": ""}, none="1")
        assert "The inspectorate asks for no report" in page
        assert law(report) == (None, False, ReportState.NOT_ASKED)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"confirm-until": ""}, "This field is required."),
            ({"confirm-until": "2026-03-01"}, "before the day of the confirmation"),
            ({"confirm-dated": "2026-06-01", "confirm-until": "2026-06-02"}, "still to come"),
            ({"confirm-dated": "1026-03-16"}, "Is the year right?"),
            ({"confirm-until": "2062-05-11"}, "more than a year ahead"),
            ({"confirm-dated": "2026-03-08"}, "earlier than when it was noticed: 9 March 2026 09:00"),
        ],
    )
    def test_a_confirmation_that_cannot_be_comes_back_with_words(self, client, calamity, changes, said):
        data = {"confirm-dated": "2026-03-16", "confirm-until": "2026-05-11", "confirm-reference": ""}
        assert said in self.send(client, calamity, "confirm", **{**data, **changes})
        assert not TermChange.objects.exists()

    def test_a_letter_that_an_extension_does_not_outlive_names_that_one(
        self, client, calamity, report, member, asked
    ):
        data = {"letter-dated": "2026-04-01", "letter-until": "2026-04-02", "letter-reference": ""}
        page = self.send(client, calamity, "letter", **data)
        assert "The extension asked for on 18 April 2026 (V1) would no longer hold" in page

    def test_what_moves_nothing_says_so(self, client, calamity, report):
        letter = {"letter-dated": "2026-03-16", "letter-until": "2026-05-11", "letter-reference": ""}
        assert "The term and its reminders follow." in self.send(client, calamity, "letter", **letter)
        older = {"confirm-dated": "2026-03-12", "confirm-until": "2026-05-04", "confirm-reference": ""}
        page = self.send(client, calamity, "confirm", **older)
        assert "The term stays as it was." in page
        assert due(report) == end_of(2026, 5, 11)

    def test_a_letter(self, client, calamity, report):
        data = {"letter-dated": "2026-03-16", "letter-until": "2026-05-11", "letter-reference": "2026/17"}
        assert "Letter of 16 March 2026" in self.send(client, calamity, "letter", **data)
        assert due(report) == end_of(2026, 5, 11)

    @pytest.mark.parametrize(
        ("name", "data", "said"),
        [
            ("ask", {"ask-asked_at": "2026-05-05T10:00"}, "still to come"),
            ("ask", {"ask-asked_at": ""}, "This field is required."),
            ("ask", {"ask-asked_at": "2026-04-18T10:00", "ask-reference": "Dear sir"}, "Letters, figures"),
            ("ask", {"ask-asked_at": "2026-03-09T08:59"}, "earlier than when it was noticed"),
            ("letter", {"letter-dated": "2026-03-08", "letter-until": "2026-05-11"}, "when it was noticed"),
            ("letter", {"letter-dated": "2026-03-16", "letter-until": "2026-03-01"}, "before the day"),
            ("letter", {"letter-dated": "2026-12-01", "letter-until": "2026-12-24"}, "still to come"),
            ("letter", {"letter-dated": "0001-01-01", "letter-until": "2026-12-24"}, "Is the year right?"),
            ("letter", {"letter-dated": "2026-03-16", "letter-until": "9999-12-31"}, "Is the year right?"),
            ("letter", {"letter-dated": "2026-03-16", "letter-until": "2062-05-11"}, "a year ahead"),
        ],
    )
    def test_what_cannot_be_comes_back_with_words(self, client, calamity, confirmed, name, data, said):
        assert said in self.send(client, calamity, name, **data)
        assert TermChange.objects.get() == confirmed

    def test_too_late_is_said_kindly(self, client, member, calamity, confirmed, time_machine):
        time_machine.move_to(BY_LAW + DAY, tick=False)
        client.force_login(member)
        page = self.send(client, calamity, "ask", **{"ask-asked_at": "2026-05-05T10:00"})
        assert "The term had expired by then" in page

    def test_a_year_that_cannot_be_meant_is_said_kindly(self, client, calamity, report, asked):
        for year in ("9999", "2062"):
            page = self.send(client, calamity, "answer", asked, **{"answer-until": f"{year}-12-31"})
            assert "Is the year right?" in page
        assert due(report) == BY_LAW

    def test_an_earlier_day_is_said_kindly(self, client, calamity, asked):
        page = self.send(client, calamity, "answer", asked, **{"answer-until": "2026-05-01"})
        assert "earlier than the end of the term" in page

    def test_a_grant_after_a_letter_is_said_to_be_a_letter(self, client, calamity, report, member, asked):
        inspectorate.set_by_letter(
            milestone=report,
            dated=(ASKED + DAY).date(),
            until=date(2026, 6, 1),
            reference="",
            by=member,
            at=ASKED + 2 * DAY,
        )
        page = self.send(client, calamity, "answer", asked, **{"answer-until": "2026-06-20"})
        assert "Record what was granted as a letter" in page
        assert due(report) == end_of(2026, 6, 1)

    def test_what_an_extension_rests_on_is_said_to_stay(
        self, client, calamity, report, member, asked, time_machine
    ):
        change = inspectorate.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        again = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
        inspectorate.ask(milestone=report, asked_at=again, reference="V-2026/8", by=member, at=again)
        time_machine.move_to(again, tick=False)
        client.force_login(member)
        page = self.send(client, calamity, "take-back", change)
        assert "The extension asked for on 14 June 2026 (V-2026/8) would no longer hold" in page
        assert "ended on 4 May 2026" in page
        assert "This has just been changed, by somebody else" not in page

    def test_who_is_second_is_told(self, client, calamity, member, asked):
        inspectorate.answer(change=asked, until=None, reference="", by=member, at=ASKED)
        page = self.send(client, calamity, "answer", asked, **{"answer-until": "2026-06-15"})
        assert "This has just been changed, by somebody else" in page
