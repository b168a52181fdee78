import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents import milestones, reminders, terms
from incidents.classification import classify, standing
from incidents.deadlines import ExtensionShortensError, ExtensionTooLateError
from incidents.enums import Clock, EventType, IncidentKind, Rung, Step, TermAnswer, TrackEventKind, Verdict
from incidents.intake import report_incident
from incidents.milestones import Stale
from incidents.models import Milestone, TermChange, TrackEvent
from incidents.moments import InTheFuture
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
        at=AT,
    )


@pytest.fixture
def member():
    return UserFactory(roles=[Role.CCP])


@pytest.fixture
def report(calamity):
    return Milestone.objects.select_related("incident").get(incident=calamity, step=Step.FINAL_REPORT)


@pytest.fixture
def asked(report, member):
    return terms.ask(milestone=report, asked_at=ASKED, reference="V1", by=member, at=ASKED)


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
        terms.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=granted)
        assert due(report) == end_of(2026, 6, 15)
        assert reminded(report) == [end_of(2026, 6, 15)]
        internal = Milestone.objects.values_list("internal_due_at", flat=True).get(pk=report.pk)
        assert internal == datetime(2026, 4, 20, 7, 0, tzinfo=UTC)
        assert list(TrackEvent.objects.order_by("id").values_list("kind", "moment", "previous", "by")) == [
            (TrackEventKind.EXTENSION_ASKED, ASKED, None, member.pk),
            (TrackEventKind.EXTENSION_GRANTED, end_of(2026, 6, 15), BY_LAW, member.pk),
        ]

    def test_a_refused_one_moves_nothing_and_another_may_be_asked(self, report, member, asked):
        terms.answer(change=asked, until=None, reference="", by=member, at=ASKED)
        assert due(report) == BY_LAW
        terms.ask(milestone=report, asked_at=ASKED + DAY, reference="", by=member, at=ASKED + DAY)

    def test_asked_after_the_term_had_expired_is_refused(self, report, member):
        late = BY_LAW + timedelta(seconds=1)
        with pytest.raises(ExtensionTooLateError):
            terms.ask(milestone=report, asked_at=late, reference="", by=member, at=late)
        assert not TermChange.objects.exists()
        terms.ask(milestone=report, asked_at=BY_LAW, reference="", by=member, at=late)

    def test_to_an_earlier_day_or_asked_tomorrow_is_refused(self, report, member, asked):
        with pytest.raises(ExtensionShortensError):
            terms.answer(change=asked, until=date(2026, 5, 3), reference="", by=member, at=ASKED)
        with pytest.raises(InTheFuture):
            terms.ask(milestone=report, asked_at=ASKED + DAY, reference="", by=member, at=ASKED)

    def test_one_waits_at_a_time(self, report, member, asked):
        with pytest.raises(terms.AlreadyAsked):
            terms.ask(milestone=report, asked_at=ASKED, reference="", by=member, at=ASKED)

    def test_a_second_one_counts_from_the_first(self, report, member, asked):
        terms.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        again = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
        second = terms.ask(milestone=report, asked_at=again, reference="", by=member, at=again)
        terms.answer(change=second, until=date(2026, 7, 1), reference="", by=member, at=again)
        assert due(report) == end_of(2026, 7, 1)

    def test_taken_back_it_is_as_if_it_had_not_been_and_stays_in_the_log(self, report, member, asked):
        change = terms.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        terms.take_back(change=change, by=member, at=ASKED)
        assert due(report) == BY_LAW
        assert reminded(report) == [BY_LAW]
        assert TermChange.objects.get().until == date(2026, 6, 15)
        assert TrackEvent.objects.latest("id").kind == TrackEventKind.TERM_TAKEN_BACK
        with pytest.raises(Stale):
            terms.take_back(change=change, by=member, at=ASKED)

    def test_what_an_extension_rests_on_cannot_be_taken_back(self, report, member, asked):
        change = terms.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        again = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)  # in time only thanks to the first
        terms.ask(milestone=report, asked_at=again, reference="", by=member, at=again)
        with pytest.raises(ExtensionTooLateError):
            terms.take_back(change=change, by=member, at=again)
        assert due(report) == end_of(2026, 6, 15)

    def test_of_a_step_that_is_done_or_has_none_there_is_nothing_to_move(self, calamity, report, member):
        igj = Milestone.objects.select_related("incident").get(incident=calamity, step=Step.IGJ)
        with pytest.raises(Stale):
            terms.ask(milestone=igj, asked_at=AT, reference="", by=member, at=AT)
        milestones.set_done(milestone=report, done_at=ASKED, by=member, at=ASKED, seen=None)
        with pytest.raises(Stale):
            terms.ask(milestone=report, asked_at=ASKED, reference="", by=member, at=ASKED)

    def test_outlives_a_correction_of_the_moment_it_was_established(self, calamity, report, member, asked):
        terms.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        classify(
            incident=calamity,
            verdict=Verdict.CALAMITY,
            moment=AT + DAY,
            by=member,
            at=ASKED,
            seen=standing(calamity),
        )
        assert due(report) == end_of(2026, 6, 15)


class TestLetter:
    def test_sets_the_day_earlier_or_later(self, report, member):
        for until in (date(2026, 4, 20), date(2026, 5, 11)):
            terms.set_by_letter(
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
        terms.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        letter = ASKED + DAY
        terms.set_by_letter(
            milestone=report,
            dated=letter.date(),
            until=date(2026, 6, 1),
            reference="",
            by=member,
            at=letter,
        )
        assert due(report) == end_of(2026, 6, 1)
        later = letter + DAY
        second = terms.ask(milestone=report, asked_at=later, reference="", by=member, at=later)
        terms.answer(change=second, until=date(2026, 6, 8), reference="", by=member, at=later)
        assert due(report) == end_of(2026, 6, 8)

    def test_what_was_asked_before_it_is_not_granted_after_it_but_may_be_refused(self, report, member, asked):
        letter = ASKED + DAY
        terms.set_by_letter(
            milestone=report,
            dated=letter.date(),
            until=date(2026, 6, 1),
            reference="",
            by=member,
            at=letter,
        )
        with pytest.raises(terms.Replaced):
            terms.answer(change=asked, until=date(2026, 6, 20), reference="", by=member, at=letter)
        terms.answer(change=asked, until=None, reference="", by=member, at=letter)
        assert due(report) == end_of(2026, 6, 1)

    def test_of_tomorrow_is_refused(self, report, member):
        with pytest.raises(InTheFuture):
            terms.set_by_letter(
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
            ({"until": date(2026, 6, 1)}, "term_change_granted_until_a_day"),
            ({"kind": "letter"}, "term_change_letter_names_a_day"),
        ],
    )
    def test_holds_what_belongs_together(self, asked, wrong, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            TermChange.objects.update(**wrong)

    @pytest.mark.django_db(transaction=True)
    def test_two_who_record_the_answer_at_once(self, report, member, asked):
        ready, outcomes = threading.Barrier(2), []

        def answer(until):
            ready.wait(10)
            try:
                terms.answer(change=asked, until=until, reference="", by=member, at=ASKED)
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

    def test_from_asking_to_granting_to_taking_back(self, client, calamity, report):
        self.send(client, calamity, "ask", **{"ask-asked_at": "2026-04-18T10:00", "ask-reference": "V-1"})
        change = TermChange.objects.get()
        assert (change.moment, change.reference) == (datetime(2026, 4, 18, 8, 0, tzinfo=UTC), "V-1")
        page = self.send(client, calamity, "answer", change, **{"answer-until": "2026-06-15"})
        assert "until 15 June 2026" in page
        assert due(report) == end_of(2026, 6, 15)
        self.send(client, calamity, "take-back", change)
        assert due(report) == BY_LAW

    def test_a_refusal_needs_no_day(self, client, calamity, asked):
        page = self.send(client, calamity, "answer", asked, refused="1")
        assert TermChange.objects.get().answer == TermAnswer.REFUSED
        assert "Refused" in page

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
            ("letter", {"letter-dated": "2026-03-16", "letter-until": "2026-03-01"}, "before the day"),
            ("letter", {"letter-dated": "2026-12-01", "letter-until": "2026-12-24"}, "still to come"),
            ("letter", {"letter-dated": "0001-01-01", "letter-until": "2026-12-24"}, "Is the year right?"),
            ("letter", {"letter-dated": "2026-03-16", "letter-until": "9999-12-31"}, "Is the year right?"),
        ],
    )
    def test_what_cannot_be_comes_back_with_words(self, client, calamity, name, data, said):
        assert said in self.send(client, calamity, name, **data)
        assert not TermChange.objects.exists()

    def test_too_late_is_said_kindly(self, client, member, calamity, time_machine):
        time_machine.move_to(BY_LAW + DAY, tick=False)
        client.force_login(member)
        page = self.send(client, calamity, "ask", **{"ask-asked_at": "2026-05-05T10:00"})
        assert "The term had expired by then" in page

    def test_a_year_that_cannot_be_meant_is_said_kindly(self, client, calamity, report, asked):
        page = self.send(client, calamity, "answer", asked, **{"answer-until": "9999-12-31"})
        assert "Is the year right?" in page
        assert due(report) == BY_LAW

    def test_an_earlier_day_is_said_kindly(self, client, calamity, asked):
        page = self.send(client, calamity, "answer", asked, **{"answer-until": "2026-05-01"})
        assert "earlier than the end of the term" in page

    def test_a_grant_after_a_letter_is_said_to_be_a_letter(self, client, calamity, report, member, asked):
        terms.set_by_letter(
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
        change = terms.answer(change=asked, until=date(2026, 6, 15), reference="", by=member, at=ASKED)
        again = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
        terms.ask(milestone=report, asked_at=again, reference="V-2026/8", by=member, at=again)
        time_machine.move_to(again, tick=False)
        client.force_login(member)
        page = self.send(client, calamity, "take-back", change)
        assert "The extension asked for on 14 June 2026 (V-2026/8) would no longer hold" in page
        assert "ended on 4 May 2026" in page
        assert "Somebody else changed this" not in page

    def test_who_is_second_is_told(self, client, calamity, member, asked):
        terms.answer(change=asked, until=None, reference="", by=member, at=ASKED)
        page = self.send(client, calamity, "answer", asked, **{"answer-until": "2026-06-15"})
        assert "Somebody else changed this" in page
