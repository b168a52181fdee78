"""Publishing: what is counted, that it is drawn once and stored, and that it never changes.

Also covers dashboards.tables.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from io import StringIO
from threading import Barrier

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.tests.factories import ProfessionFactory, UserFactory
from dashboards import figures, publishing
from dashboards.bound import TABLES
from dashboards.models import Release
from dashboards.tables import ClockFigures, CoverageFigures, Norm, StepFigures, Tables, TrainingFigures
from dashboards.tasks import publish_due
from dashboards.tests.factories import moment, tables
from dashboards.tests.factories import publish as publish_made_up
from evaluations.answer_tables import ANSWER_TABLES, FEELINGS
from evaluations.drawn import DrawnTable
from evaluations.enums import PeriodLength
from evaluations.models import EvaluationPolicy, Opening
from evaluations.periods import Period
from hospital.refused import constraint_of
from incidents.enums import EventType, IncidentKind, Step
from incidents.reports.report_writer import Involved, report_incident
from incidents.tests.factories import IncidentFactory, MilestoneFactory
from supporters.enums import Outcome
from supporters.models import Offer, SupportPolicy
from supporters.offers import own_support
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory
from training.coverage import counting
from training.enums import SeatState
from training.tests.factories import MeetingFactory, SeatFactory

Q3 = Period.parse("2026Q3")
AUGUST = moment(2026, 8, 10)
NOVEMBER = moment(2026, 11, 5)
EMPTIED = "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {} CASCADE"
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOVEMBER)]


def opened(code, answers):
    """So many answers were opened at the end of a period, with noise of 0; None: too few."""
    period = Period.parse(code)
    drawn = {} if answers is None else tables(answers=answers).drawn
    Opening.objects.create(
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        tables={table.name: drawn[table.name].as_json() for table in ANSWER_TABLES} if drawn else None,
    )


@pytest.fixture
def without_noise(monkeypatch):
    """Tables are published as they are counted."""
    monkeypatch.setattr(
        figures,
        "draw",
        lambda table, exact: DrawnTable(
            {cell: exact.get(cell, 0) for cell in table.cells}, dict.fromkeys(table.cells, table.variance)
        ),
    )


def publish(period=Q3, at=NOVEMBER):
    return Tables.from_json(figures.prepare(period, at=at).tables)


def colleague(*, hours=6, event=EventType.SAFETY, at=AUGUST, **contact):
    """Somebody who was reached after so many hours and had one conversation, unless told otherwise."""
    return ContactFactory(
        closed=True,
        proposed_at=at,
        reached_at=at + timedelta(hours=hours),
        offer__reached_at=at + timedelta(hours=hours),
        offer__involvement__incident__event_type=event,
        **contact,
    )


def test_everybody_is_counted_once_in_each_table():
    doctor = ProfessionFactory(physician=True)
    for _number in range(3):
        colleague()
    colleague(hours=30, event=EventType.AGGRESSION, offer__involvement__profession=doctor)
    colleague(hours=80, conversations=2, offer__outcome=Outcome.REFERRED)
    twice = colleague(conversations=2)
    ContactFactory(closed=True, proposed_at=AUGUST, offer=twice.offer, conversations=2)
    ContactFactory(handed_back=True, proposed_at=AUGUST, offer=twice.offer)
    OfferFactory(opened_at=AUGUST, involvement__profession=None)
    OfferFactory(opened_at=AUGUST, closed=True, reached_at=None, outcome=Outcome.DECLINED)
    OfferFactory(opened_at=AUGUST, closed=True, reached_at=None, outcome=Outcome.UNREACHABLE)
    OfferFactory(opened_at=AUGUST, closed=True, reached_at=None, outcome=Outcome.COMPLETED)

    assert figures.count_support(Q3) == {
        "offered": {"all": 10},
        "event": {"safety": 9, "aggression": 1},
        "profession": {"nurse": 8, "physician": 1, "unknown": 1},
        "first_contact": {"day": 4, "three_days": 1, "later": 1, "declined": 1, "not_reached": 3},
        "course": {
            "talks_1": 4,
            "talks_3": 1,
            "referred": 1,
            "open": 1,
            "declined": 1,
            "unreachable": 1,
            "talks_0": 1,
        },
    }


def reported(*people, at=AUGUST, event=EventType.SAFETY):
    """The offers to `people` of one event, in their order."""
    incident = report_incident(
        reporter=None,
        kind=IncidentKind.EVENT,
        event_type=event,
        involved=[Involved(employee=person) for person in people],
        submission_key=None,
        at=at,
    )
    return [Offer.objects.get(incident=incident, involvement__employee=person) for person in people]


@pytest.fixture
def in_two_events(without_noise):
    """Somebody, with the offers of both; a colleague was in the second too."""
    person = UserFactory()
    (first,) = reported(person)
    second, _other = reported(
        person, UserFactory(), at=AUGUST + timedelta(days=1), event=EventType.AGGRESSION
    )
    return person, first, second


def once(**course):
    return {
        "offered": {"all": 2},
        "event": {"safety": 1, "aggression": 1},
        "profession": {"nurse": 2},
        **course,
    }


def test_who_says_no_in_two_events_is_counted_once(in_two_events):
    person, first, _second = in_two_events
    own_support.decline(offer=first, by=person, at=AUGUST + timedelta(days=2))
    assert figures.count_support(Q3) == once(
        first_contact={"declined": 1, "not_reached": 1}, course={"declined": 1, "open": 1}
    )


@pytest.mark.parametrize("through", [0, 1])
def test_who_is_supported_in_two_events_is_counted_once(in_two_events, through):
    """Also while the other event is not joined with the contact yet, through whichever it runs."""
    _person, *offers = in_two_events
    ContactFactory(offer=offers[through], closed=True, proposed_at=AUGUST, conversations=2)
    counted = figures.count_support(Q3)
    assert {name: sum(cells.values()) for name, cells in counted.items()} == dict.fromkeys(counted, 2)


def test_once_counted_nothing_ties_the_cases_of_one_person(in_two_events):
    _person, first, second = in_two_events
    later = reported(_person, at=Q3.closes_at + timedelta(days=1))[0]
    assert {second.counted_with, later.counted_with} == {first}
    publish()
    for offer, tied_to in ((second, None), (later, first)):
        offer.refresh_from_db()
        assert offer.counted_with == tied_to  # of the period that runs


def test_somebody_without_an_account_is_counted_once_in_two_events():
    typed = Involved(name="Agnes de Uitzendkracht", email="agnes@bureau.example")
    known = UserFactory(email="kim@hospital.example")
    for involved in (
        typed,
        typed,
        Involved(name="Kim", email="kim@hospital.example"),
        Involved(employee=known),
    ):
        report_incident(
            reporter=None,
            kind=IncidentKind.EVENT,
            event_type=EventType.SAFETY,
            involved=[involved],
            submission_key=None,
            at=AUGUST,
        )
    assert figures.count_support(Q3)["offered"] == {"all": 2}


def test_an_event_that_was_carried_along_is_not_counted_again():
    first = colleague().offer
    person = first.involvement.employee
    OfferFactory(opened_at=AUGUST, continues=first, counted_with=first, involvement__employee=person)
    assert figures.count_support(Q3)["offered"] == {"all": 1}


def test_only_the_period_is_counted_from_midnight_to_midnight_in_amsterdam():
    for opened_at in (
        moment(2026, 6, 30, 21),
        moment(2026, 6, 30, 22),
        moment(2026, 9, 30, 21),
        moment(2026, 9, 30, 22),
    ):
        OfferFactory(opened_at=opened_at)
    assert figures.count_support(Q3)["offered"] == {"all": 2}


def test_a_release_holds_the_declared_tables_and_nothing_else_about_people():
    opened("2026Q3", 40)
    colleague()
    stored = figures.prepare(Q3, at=NOVEMBER).tables
    assert set(stored) == {
        "version",
        "drawn",
        "calamities",
        "steps",
        "supporters",
        "coverage",
        "norm",
        "training",
        "measured",
        "asking",
    }
    assert stored["version"] == 2
    assert {name: set(table["cells"]) for name, table in stored["drawn"].items()} == {
        table.name: set(table.cells) for table in TABLES
    }
    for table in TABLES:
        assert set(stored["drawn"][table.name]["variances"].values()) == {str(table.variance)}


def test_what_is_published_is_drawn_and_never_counted():
    for _number in range(3):
        colleague()
    drawn = [publish(Period.parse(code)).drawn for code in ("2026Q1", "2026Q2", "2026Q3")]
    numbers = {number for each in drawn for table in each.values() for number in table.cells.values()}
    assert len(numbers) > 5
    assert min(numbers) < 0


def test_what_was_opened_at_the_end_of_a_period_in_it_is_added_and_not_drawn_again():
    for code, answers in (("2026Q2", 100), ("2026Q3", 40), ("2026Q4", 60)):
        opened(code, answers)
    drawn = publish(Period.parse("2026H2"), at=moment(2027, 2, 1)).drawn
    assert drawn["helped"].cells == {"1": 0, "2": 0, "3": 20, "4": 30, "5": 50}
    assert set(drawn["helped"].variances.values()) == {2 * Fraction(11449, 400)}
    assert (drawn[FEELINGS].cells["blame_before"], drawn[FEELINGS].cells["blame_after"]) == (100, -100)


def test_without_evaluations_nothing_about_answers_is_published():
    opened("2026Q2", 40)
    opened("2026Q3", None)
    assert not {table.name for table in ANSWER_TABLES} & publish().drawn.keys()


def test_several_periods_together_are_the_sum_of_what_was_published():
    older, newer = tables(100), tables(60, answers=None, calamities=2)
    together = Tables.together([older, newer])
    assert together.drawn["offered"].cells == {"all": 160}
    assert together.drawn["offered"].variances == {"all": 50}
    assert together.drawn["course"].cells["talks_1"] == 96
    assert together.drawn["helped"] == older.drawn["helped"]
    assert (together.calamities, together.supporters) == (6, 12)
    assert together.steps[0].internal == ClockFigures(6, 2, 0)
    assert Tables.together([older]) == older


def test_the_terms_of_calamities_are_counted_exactly_on_both_clocks():
    def calamity(step=Step.IGJ, *, done_after=None, statutory=4, at=AUGUST, **fields):
        done = {"done_at": at + done_after, "done_by": UserFactory()} if done_after else {}
        MilestoneFactory(
            incident=IncidentFactory(calamity=True, reported_at=at),
            step=step,
            statutory_due_at=at + timedelta(days=statutory) if statutory else None,
            **{"internal_due_at": at + timedelta(days=0 if step == Step.DIRECTOR else 1), **done, **fields},
        )

    calamity(done_after=timedelta(hours=20))
    calamity(done_after=timedelta(days=3))
    calamity(done_after=timedelta(days=5))
    calamity(statutory=120)
    calamity(at=moment(2026, 3, 1), done_after=timedelta(hours=1))
    calamity(Step.DIRECTOR, statutory=0, done_after=timedelta(minutes=29))
    calamity(Step.DIRECTOR, statutory=0, done_after=timedelta(minutes=31))
    calamity(Step.SUPPORT, statutory=0, offered=3, involved=3)
    calamity(Step.SUPPORT, statutory=0, offered=2, involved=3)
    calamity(Step.SUPPORT, statutory=0, internal_due_at=None, offered=0, involved=0)

    published = publish()
    steps = {row.step: row for row in published.steps}

    assert published.calamities == 9
    assert steps[Step.IGJ] == StepFigures(Step.IGJ, ClockFigures(1, 3, 0), ClockFigures(2, 1, 1))
    assert steps[Step.DIRECTOR] == StepFigures(Step.DIRECTOR, ClockFigures(1, 1, 0), None)
    assert steps[Step.SUPPORT] == StepFigures(Step.SUPPORT, ClockFigures(1, 1, 0), None, 1)
    assert steps[Step.FEEDBACK] == StepFigures(Step.FEEDBACK, None, None)


def test_coverage_is_exact_and_silent_about_small_groups():
    nurses = UserFactory.create_batch(9)
    SupporterFactory(user=nurses[0], trained=True)
    SupporterFactory(user__physician=True, trained=True)
    SupporterFactory(trained=True, stopped=True)
    SupporterFactory(trained=True, user__partner=True)
    published = publish(at=timezone.now())
    assert published.supporters == 3
    assert published.coverage == (
        CoverageFigures("physician", None, None, None),
        CoverageFigures("nurse", 10, 1, 2),
    )
    assert published.norm == Norm(100, 150)


def test_training_is_counted_exactly_and_not_of_a_small_pool():
    day = date(2026, 8, 1)
    SupporterFactory.create_batch(8, trained=True, trained_on=day, current_until=date(2028, 8, 1))
    SupporterFactory(trained=True, trained_on=day, current_until=date(2027, 1, 31))
    assert publish().training is None
    SupporterFactory(trained=True, trained_on=date(2024, 1, 1), current_until=date(2026, 11, 4))
    SupporterFactory(trained=True, trained_on=date(2024, 1, 1), current_until=date(2027, 8, 1), stopped=True)
    for meeting_at in (moment(2026, 5, 6), moment(2026, 7, 6)):
        held = MeetingFactory(held=True, intervision=True, starts_at=meeting_at)
        SeatFactory(meeting=held, state=SeatState.ATTENDED)
        SeatFactory(meeting=held, state=SeatState.MISSED)
    earlier = publish(Period.parse("2026Q2"), at=NOVEMBER)
    assert earlier.training == TrainingFigures(0, 1, 1, 1)
    later = publish(Period.parse("2026Q1"), at=NOVEMBER)
    assert Tables.together([later, earlier]).training == TrainingFigures(0, 1, 1, 1)
    before = replace(later, training=TrainingFigures(2, 0, 0))
    assert Tables.together([before, earlier]).training == TrainingFigures(2, 1, 1)
    assert Tables.together([replace(later, training=None), earlier]).training is None


def test_a_release_keeps_the_norm_it_was_counted_with():
    UserFactory.create_batch(10)
    SupportPolicy.current()
    SupportPolicy.objects.update(norm=200, norm_in_shifts=300)
    wanted = {each.of.value: each.wanted for each in counting.coverage(NOVEMBER)}
    publish()
    SupportPolicy.objects.update(norm=100, norm_in_shifts=150)
    kept = Tables.from_json(Release.objects.get().tables)
    assert kept.norm == Norm(200, 300)
    assert {row.group: row.wanted for row in kept.coverage} == wanted


def test_a_period_that_runs_is_refused():
    with pytest.raises(figures.PeriodRuns):
        publish(at=Q3.closes_at - timedelta(seconds=1))
    assert publish(at=Q3.closes_at)


@pytest.mark.parametrize("code", ["2026Q3", "2026H2", "2026"])
def test_no_day_is_published_twice(code):
    first = publish()
    OfferFactory.create_batch(12, opened_at=AUGUST)
    with pytest.raises(figures.AlreadyDrawn):
        publish(Period.parse(code), at=moment(2027, 2, 1))
    assert Tables.from_json(Release.objects.get().tables) == first


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (lambda: Release.objects.update(tables={}), ""),
        (lambda: Release.objects.all()._raw_delete("default"), ""),
        (lambda: connection.cursor().execute(EMPTIED.format("dashboards_release")), ""),
        (lambda: publish_made_up("2026Q3"), "release_period_once"),
        (lambda: publish_made_up("2026H2"), "release_periods_apart"),
        (lambda: publish_made_up("2026"), "release_periods_apart"),
    ],
    ids=["update", "delete", "truncate", "double", "overlap", "year"],
)
def test_what_is_published_stays_as_it_is(change, constraint):
    publish_made_up("2026Q3")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        change()
    assert constraint_of(refused.value) == constraint
    assert Release.objects.get().tables["supporters"] == 12


@pytest.mark.django_db(transaction=True)
def test_what_was_drawn_and_not_stored_comes_first_whatever_the_policy_says_then(monkeypatch):
    """Else the same people were drawn for a half-year, and for its quarters."""
    UserFactory(date_joined=moment(2026, 7, 1))
    EvaluationPolicy.objects.create(period=PeriodLength.HALF_YEAR)
    drawn = []

    def fails(**fields):
        drawn.append(fields["tables"])
        raise OSError("no space left on device")

    february = moment(2027, 2, 2)
    with monkeypatch.context() as patched:
        patched.setattr(Release.objects, "create", fails)
        with pytest.raises(OSError, match="no space"):
            figures.prepare_due(at=february)
    EvaluationPolicy.objects.update(period=PeriodLength.QUARTER)
    assert due(february) == ["2026H2"]
    assert Release.objects.get().tables == drawn[0]
    assert due(february) == []


@pytest.mark.django_db(transaction=True)
def test_two_at_once_publish_once():
    start = Barrier(4)

    def one_of_them(_number):
        start.wait()
        try:
            publish()
        except figures.AlreadyDrawn:
            return "refused"
        finally:
            connection.close()
        return "published"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(one_of_them, range(4))) == ["published", "refused", "refused", "refused"]


def due(at):
    return [Period.between(each.starts_on, each.ends_on).code for each in figures.prepare_due(at=at)]


def test_every_closed_period_is_published_when_its_grace_is_over():
    assert due(NOVEMBER) == []
    UserFactory(date_joined=moment(2025, 12, 1))
    closed = Period.parse("2026Q1").closes_at
    assert due(closed + figures.GRACE - timedelta(seconds=1)) == ["2025Q4"]
    assert due(closed + figures.GRACE) == ["2026Q1"]
    assert due(closed + figures.GRACE) == []
    assert due(moment(2027, 2, 1)) == ["2026Q2", "2026Q3", "2026Q4"]


def test_whether_there_is_a_release_says_nothing_of_anybody():
    UserFactory(date_joined=moment(2026, 1, 10))
    with transaction.atomic():
        without = due(NOVEMBER)
        transaction.set_rollback(True)
    OfferFactory(opened_at=AUGUST, involvement__employee__date_joined=AUGUST)
    assert due(NOVEMBER) == without == ["2026Q1", "2026Q2", "2026Q3"]


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        (PeriodLength.QUARTER, PeriodLength.YEAR, ["2025Q1", "2025Q2", "2025H2", "2026"]),
        (PeriodLength.QUARTER, PeriodLength.HALF_YEAR, ["2025Q1", "2025Q2", "2025H2", "2026H1", "2026H2"]),
        (PeriodLength.HALF_YEAR, PeriodLength.QUARTER, ["2025H1", "2025Q3", "2025Q4", "2026Q1"]),
        (PeriodLength.YEAR, PeriodLength.HALF_YEAR, ["2025H1", "2025H2", "2026H1", "2026H2"]),
    ],
)
def test_another_policy_counts_from_the_next_period_of_its_length_and_leaves_no_day_out(first, second, codes):
    UserFactory(date_joined=moment(2025, 2, 1))
    EvaluationPolicy.objects.create(period=first)
    found = due(moment(2025, 8, 10))
    EvaluationPolicy.objects.update(period=second)
    found += due(moment(2027, 2, 10))
    assert found[: len(codes)] == codes


def test_what_the_first_version_published_is_not_drawn_again():
    UserFactory(date_joined=moment(2025, 2, 1))
    for code in ("2025Q4", "2025", "2026Q1"):
        _publish_as_version_1(code)
    assert due(NOVEMBER) == ["2026Q2", "2026Q3"]
    with pytest.raises(figures.AlreadyDrawn):
        publish(Period.parse("2025H2"))


def _publish_as_version_1(code):
    period = Period.parse(code)
    Release.objects.create(
        starts_on=period.starts_on, ends_on=period.ends_on, drawn_at=NOVEMBER, tables={}, version=1
    )


def test_counting_asks_once_for_many_as_for_few(django_assert_num_queries):
    SupportPolicy.current()
    OfferFactory(opened_at=AUGUST)
    with django_assert_num_queries(12):
        figures._tables(Q3, at=NOVEMBER)
    OfferFactory.create_batch(10, opened_at=AUGUST)
    with django_assert_num_queries(12):
        figures._tables(Q3, at=NOVEMBER)


def test_the_command_prepares_what_is_due_and_publishes_what_waited():
    UserFactory(date_joined=moment(2026, 4, 1))

    def said():
        call_command("publish_figures", stdout=(out := StringIO()))
        return out.getvalue().splitlines()

    assert said() == ["Prepared 2026Q2.", "Prepared 2026Q3."]
    assert said() == ["Nothing is due."]
    with time_machine.travel(NOVEMBER + publishing.WAIT, tick=False):
        assert said() == ["Published 2026Q2.", "Published 2026Q3."]


def test_the_daily_task_prepares_and_publishes():
    UserFactory(date_joined=timezone.now() - timedelta(days=130))
    publish_due()
    assert Release.objects.waiting().exists()
    with time_machine.travel(NOVEMBER + publishing.WAIT, tick=False):
        publish_due()
    assert not Release.objects.waiting().exists()
    assert Release.objects.published().exists()
