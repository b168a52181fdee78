from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import StringIO
from threading import Barrier
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.tests.factories import ProfessionFactory, UserFactory
from dashboards import figures
from dashboards.blurring import Answers, Figure, OneWay, one_way, publish_answers, publish_count
from dashboards.models import Release
from dashboards.periods import NotAPeriod, Period
from dashboards.tables import ClockFigures, CoverageFigures, Norm, StepFigures, Tables
from dashboards.tasks import publish_due
from dashboards.tests.factories import moment
from dashboards.tests.factories import publish as publish_made_up
from evaluations.enums import Question
from evaluations.models import Tally
from hospital.enums import ProfessionGroup
from incidents.enums import EventType, Step
from incidents.tests.factories import IncidentFactory, MilestoneFactory
from supporters.enums import EventKind, Outcome
from supporters.models import ContactEvent, SupportPolicy
from supporters.pool import members
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

Q3 = Period(2026, 3)
AUGUST = moment(2026, 8, 10)
NOVEMBER = moment(2026, 11, 5)
SECRET = settings.FIGURES_SECRET
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOVEMBER)]


def publish(period=Q3, at=NOVEMBER):
    return Tables.from_json(figures.publish(starts_on=period.starts_on, ends_on=period.ends_on, at=at).tables)


def colleague(number, *, hours=6, event=EventType.SAFETY, at=AUGUST, **contact):
    """Somebody who was reached after so many hours and had one conversation, unless told otherwise."""
    return ContactFactory(
        closed=True,
        proposed_at=at,
        reached_at=at + timedelta(hours=hours),
        offer__id=UUID(int=number),
        offer__reached_at=at + timedelta(hours=hours),
        offer__involvement__incident__event_type=event,
        **contact,
    )


def ids(*numbers):
    return [UUID(int=number) for number in numbers]


def test_everybody_is_counted_once_in_each_table():
    doctor = ProfessionFactory(physician=True)
    for number in range(1, 12):
        colleague(number)
    colleague(12, hours=30, event=EventType.AGGRESSION, offer__involvement__profession=doctor)
    colleague(13, hours=80, conversations=2, offer__outcome=Outcome.REFERRED)
    OfferFactory(id=UUID(int=14), opened_at=AUGUST, involvement__profession=None)
    OfferFactory(id=UUID(int=15), opened_at=AUGUST, closed=True, reached_at=None, outcome=Outcome.DECLINED)

    published = publish()

    def table(categories, **rest):
        where = {number: name for name, numbers in rest.items() for number in numbers}
        return one_way(((UUID(int=number), where[number]) for number in sorted(where)), categories, SECRET)

    most = [*range(1, 12)]
    assert published.event == table(EventType.values, safety=[*most, 13, 14, 15], aggression=[12])
    assert published.profession == table(
        [*ProfessionGroup.values, "unknown"], nurse=[*most, 13, 15], physician=[12], unknown=[14]
    )
    assert published.first_contact == table(
        figures.FIRST_CONTACT, day=most, three_days=[12], later=[13], declined=[15], not_reached=[14]
    )
    assert published.outcome == table(
        [*Outcome.values, "open"], completed=[*most, 12], referred=[13], open=[14], declined=[15]
    )
    assert published.supported == publish_count(ids(*most, 12, 13), SECRET)
    assert published.conversations == table(figures.CONVERSATIONS, **{"0": [15], "1": [*most, 12], "2": [13]})
    assert published.follow_ups == table(figures.FOLLOW_UPS, **{"0": [*most, 12, 13]})
    assert published.on_the_way == OneWay(
        published.offered,
        tuple(
            (what, publish_count(ids(*who), SECRET))
            for what, who in (("handed_back", ()), ("called_in", ()), ("referred", (13,)))
        ),
    )


def test_what_happened_on_the_way_counts_once_for_each_colleague_and_never_what_was_undone():
    contact = colleague(1)
    ContactFactory(handed_back=True, proposed_at=AUGUST, offer=contact.offer)
    ContactFactory(handed_back=True, proposed_at=AUGUST, offer=contact.offer)

    def log(kind, **fields):
        return ContactEvent.objects.create(contact=contact, kind=kind, at=AUGUST, **fields)

    for _time in range(2):
        log(EventKind.FOLLOW_UP_HELD)
        log(EventKind.COORDINATOR_CALLED_IN)
    log(EventKind.CORRECTED, corrects=log(EventKind.FOLLOW_UP_HELD))

    (person,) = figures._people(Q3)

    assert person.follow_ups == 2
    assert person.on_the_way == {"handed_back", "called_in"}
    assert person.conversations == 1


def test_only_the_period_is_counted_from_midnight_to_midnight_in_amsterdam():
    for opened_at in (
        moment(2026, 6, 30, 21),
        moment(2026, 6, 30, 22),
        moment(2026, 9, 30, 21),
        moment(2026, 9, 30, 22),
    ):
        OfferFactory(opened_at=opened_at)
    assert len(list(figures._people(Q3))) == 2


def test_one_person_more_or_less_changes_no_figure_by_more_than_the_blur():
    for number in range(1, 40):
        colleague(number, event=EventType.AGGRESSION if number % 3 else EventType.SAFETY)
    with transaction.atomic():
        before = figures.count(Q3, at=NOVEMBER)
    colleague(40, hours=50, event=EventType.COMPLAINT)
    after = figures.count(Q3, at=NOVEMBER)

    assert dict(after.event.cells) == dict(before.event.cells)
    tables = ("profession", "first_contact", "outcome", "conversations", "follow_ups")
    for name in tables:
        then, now = getattr(before, name), getattr(after, name)
        touched = [key for key, figure in now.cells if figure != dict(then.cells)[key]]
        assert len(touched) <= 1
        for was, becomes in [*zip(then.cells, now.cells, strict=True), (("", then.total), ("", now.total))]:
            assert abs((was[1].value or 5) - (becomes[1].value or 5)) <= 5


def test_nothing_exact_about_people_is_stored():
    for number in range(1, 24):
        colleague(number)
    publish()
    stored = Release.objects.get().tables
    people = ("event", "profession", "first_contact", "outcome", "conversations", "follow_ups", "on_the_way")
    values = [cell["value"] for name in people for _key, cell in stored[name]["cells"]]
    values += [stored[name]["total"]["value"] for name in people] + [stored["supported"]["value"]]
    assert all(value is None or (value >= 10 and value % 5 == 0) for value in values)
    assert any(values)


def test_answers_are_published_as_shares_of_the_quarter():
    for value, count in (("3", 4), ("4", 10), ("5", 20)):
        Tally.objects.create(quarter=date(2026, 7, 1), question=Question.HELPED, value=value, count=count)
    Tally.objects.create(quarter=date(2026, 7, 1), question=Question.RECOMMEND, value="yes", count=40)
    Tally.objects.create(quarter=date(2026, 4, 1), question=Question.MARK, value="8", count=40)
    for value, count in (("3-1", 15), ("2-2", 15)):
        Tally.objects.create(quarter=date(2026, 7, 1), question=Question.BLAME, value=value, count=count)

    answers = publish().answers

    assert answers[Question.HELPED] == publish_answers(
        {3: 4, 4: 10, 5: 20}, range(1, 6), cell="2026Q3", secret=SECRET
    )
    assert answers[Question.RECOMMEND] == Answers()  # all the same
    assert answers[Question.MARK] == Answers()  # of another quarter
    assert dict(answers[Question.BLAME].moved.shares) == {-1: 50, 0: 50, 1: 0}


def test_the_number_of_answers_has_one_noise_for_all_questions():
    for question in Question.statements():
        for value in ("1", "5"):
            Tally.objects.create(quarter=date(2026, 7, 1), question=question, value=value, count=16)
    answers = publish().answers
    assert len({answers[question].number for question in Question.statements()}) == 1


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


def test_a_release_keeps_the_norm_it_was_counted_with():
    UserFactory.create_batch(10)
    SupportPolicy.current()
    SupportPolicy.objects.update(norm=200, norm_in_shifts=300)
    wanted = {each.group.value: each.wanted for each in members.coverage(NOVEMBER)}
    publish()
    SupportPolicy.objects.update(norm=100, norm_in_shifts=150)
    kept = Tables.from_json(Release.objects.get().tables)
    assert kept.norm == Norm(200, 300)
    assert {row.group: row.wanted for row in kept.coverage} == wanted


def test_a_period_that_runs_is_refused():
    with pytest.raises(figures.PeriodRuns):
        publish(at=Q3.closes_at - timedelta(seconds=1))
    assert publish(at=Q3.closes_at).offered == Figure(None)


def test_a_period_is_published_once():
    first = publish()
    OfferFactory.create_batch(12, opened_at=AUGUST)
    with pytest.raises(figures.AlreadyPublished):
        publish()
    assert Tables.from_json(Release.objects.get().tables) == first


def test_days_of_ones_own_choice_are_refused():
    with pytest.raises(NotAPeriod):
        figures.publish(starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 29), at=NOVEMBER)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Release.objects.update(tables={}),
        lambda: Release.objects.all()._raw_delete("default"),
    ],
    ids=["update", "delete"],
)
def test_what_is_published_stays_as_it_is(change):
    publish_made_up("2026Q3")
    with pytest.raises(IntegrityError), transaction.atomic():
        change()
    assert Release.objects.get().tables["supporters"] == 12


@pytest.mark.django_db(transaction=True)
def test_two_at_once_publish_once():
    start = Barrier(4)

    def one_of_them(_number):
        start.wait()
        try:
            publish()
        except figures.AlreadyPublished:
            return "refused"
        finally:
            connection.close()
        return "published"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(one_of_them, range(4))) == ["published", "refused", "refused", "refused"]


def test_every_closed_period_is_published_when_its_grace_is_over():
    assert figures.publish_due(at=NOVEMBER) == []
    OfferFactory(opened_at=moment(2025, 12, 1))

    def due(at):
        return [Period.between(each.starts_on, each.ends_on).code for each in figures.publish_due(at=at)]

    assert due(Period(2026, 1).closes_at + figures.GRACE - timedelta(seconds=1)) == ["2025Q4"]
    assert due(Period(2026, 1).closes_at + figures.GRACE) == ["2026Q1"]
    assert due(Period(2026, 1).closes_at + figures.GRACE) == []
    assert due(moment(2027, 2, 1)) == ["2026Q2", "2026Q3", "2026Q4", "2026"]


def test_the_year_of_the_first_offer_is_published_only_if_it_is_whole():
    OfferFactory(opened_at=moment(2025, 2, 1))
    codes = [
        Period.between(each.starts_on, each.ends_on).code
        for each in figures.publish_due(at=moment(2026, 2, 1))
    ]
    assert codes == ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2025"]


def test_publishing_reads_as_often_for_many_as_for_few(django_assert_num_queries):
    SupportPolicy.current()
    OfferFactory(opened_at=AUGUST)
    with django_assert_num_queries(10):
        figures.count(Q3, at=NOVEMBER)
    OfferFactory.create_batch(10, opened_at=AUGUST)
    with django_assert_num_queries(10):
        figures.count(Q3, at=NOVEMBER)


def test_the_command_publishes_what_is_due_or_what_is_named():
    OfferFactory(opened_at=moment(2025, 2, 1))
    call_command("publish_figures", "--quarter", "2025Q2", stdout=(out := StringIO()))
    assert out.getvalue() == "Published 2025Q2.\n"
    for code, reason in (("2025Q2", "for good"), ("2999Q1", "not ended"), ("2025Q7", "no period")):
        with pytest.raises(CommandError, match=reason):
            call_command("publish_figures", "--quarter", code)
    call_command("publish_figures", stdout=(out := StringIO()))
    assert out.getvalue().splitlines()[:2] == ["Published 2025Q1.", "Published 2025Q3."]
    call_command("publish_figures", stdout=(out := StringIO()))
    assert out.getvalue() == "Nothing is due.\n"


def test_the_daily_task_publishes():
    OfferFactory(opened_at=timezone.now() - timedelta(days=130))
    publish_due()
    assert Release.objects.exists()
