"""Published figures for tests: made of counts, as the page gets them, without a case behind them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dashboards.blurring import AnswerChange, Answers, Figure, OneWay, Shown
from dashboards.figures import CONVERSATIONS, FIRST_CONTACT, FOLLOW_UPS, ON_THE_WAY, OPEN, UNKNOWN
from dashboards.models import Release
from dashboards.periods import Period
from dashboards.tables import ClockFigures, CoverageFigures, Norm, StepFigures, Tables
from evaluations.enums import Question
from hospital.enums import ProfessionGroup
from incidents.enums import EventType, Step
from supporters.enums import Outcome


def one_way(total: int | None, categories: Sequence[str], cells: Mapping[str, int]) -> OneWay:
    """A table in which what `cells` does not name is not shown."""
    return OneWay(Figure(total), tuple((key, Figure(cells.get(key))) for key in categories))


def tables(
    offered: int | None = 90,
    *,
    mark: float | None = 8.1,
    calamities: int = 4,
    coverage: Sequence[CoverageFigures] = (
        CoverageFigures("nurse", 200, 10, 30),
        CoverageFigures("midwife", None, None, None),
    ),
) -> Tables:
    """An ordinary quarter; `offered` None is one with fewer than 10 people, `mark` None one without
    evaluations.
    """
    shown = offered is not None
    nothing = Answers()
    likert = Answers(Shown.SHARES, 30, 4.0, ((1, 0), (2, 10), (3, 20), (4, 30), (5, 40)))
    marks = Answers(Shown.SHARES, 30, mark, (*((value, 0) for value in range(8)), (8, 90), (9, 10), (10, 0)))
    felt = AnswerChange(
        Answers(Shown.SHARES, 30, 2.2, ((0, 0), (1, 20), (2, 40), (3, 40))),
        Answers(Shown.SHARES, 30, 1.2, ((0, 20), (1, 50), (2, 20), (3, 10))),
        Answers(Shown.SHARES, 30, -0.7, ((-1, 70), (0, 30), (1, 0))),
    )
    answered = mark is not None
    answers: dict[Question, Answers | AnswerChange] = {
        **{
            each: felt if answered else AnswerChange(nothing, nothing, nothing)
            for each in Question.feelings()
        },
        **dict.fromkeys(Question.statements(), likert if answered else nothing),
        Question.MARK: marks if answered else nothing,
        Question.RECOMMEND: Answers(Shown.SHARES, 30, 1.0, ((0, 5), (1, 95))) if answered else nothing,
    }

    def table(categories: Sequence[str], **cells: int) -> OneWay:
        return one_way(offered, categories, cells if shown else {})

    return Tables(
        event=table(EventType.values, safety=60, aggression=15),
        profession=table([*ProfessionGroup.values, UNKNOWN], nurse=50, physician=20),
        first_contact=table(FIRST_CONTACT, day=75, not_reached=10),
        outcome=table([*Outcome.values, OPEN], completed=75, declined=10),
        supported=Figure(75 if shown else None),
        conversations=table(CONVERSATIONS, **{"0": 10, "1": 55, "2": 20}),
        follow_ups=table(FOLLOW_UPS, **{"0": 10, "1": 60}),
        on_the_way=table(ON_THE_WAY, handed_back=10),
        answers=answers,
        calamities=calamities,
        steps=tuple(
            StepFigures(step, ClockFigures(3, 1, 0), ClockFigures(4, 0, 0) if step == Step.IGJ else None)
            for step in Step.track()
        )
        if calamities
        else (),
        supporters=12,
        coverage=tuple(coverage),
        norm=Norm(100, 150),
    )


def publish(code: str, published: Tables | None = None) -> Release:
    """A release of the period with this code ("2026Q3"), 30 days after its end."""
    period = Period.parse(code)
    return Release.objects.create(
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        published_at=period.closes_at + timedelta(days=30),
        tables=(published or tables()).as_json(),
    )


def moment(year: int, month: int, day: int, hour: int = 12) -> datetime:
    """A moment in UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)
