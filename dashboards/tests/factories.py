"""Published figures for tests: made of counts, as the page gets them, without a case behind them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dashboards.bound import SUPPORT_TABLES, TABLES
from dashboards.models import Publication, Release
from dashboards.tables import ClockFigures, CoverageFigures, Norm, StepFigures, Tables
from evaluations.answer_tables import ANSWER_TABLES, FEELINGS
from evaluations.drawn import DrawnTable
from evaluations.enums import Question
from evaluations.periods import Period
from incidents.enums import Step

#: Of 100 colleagues, so many in each cell.
OF_100: Mapping[str, Mapping[str, int]] = {
    "offered": {"all": 100},
    "event": {"safety": 70, "aggression": 30},
    "profession": {"nurse": 60, "physician": 30, "unknown": 10},
    "first_contact": {"day": 80, "not_reached": 20},
    "course": {"talks_1": 60, "talks_2": 20, "declined": 20},
    Question.HELPED: {"3": 20, "4": 30, "5": 50},
    Question.SAME_FIELD: {"2": 10, "3": 20, "4": 30, "5": 40},
    Question.FOR_EVERYBODY: {"5": 100},
    Question.MARK: {"7": 20, "8": 50, "9": 30},
    Question.RECOMMEND: {"yes": 90, "no": 10},
    # On average 2 before, 1 after.
    FEELINGS: {
        **{f"{feeling.value}_before": 100 for feeling in Question.feelings()},
        **{f"{feeling.value}_after": -100 for feeling in Question.feelings()},
    },
}


def drawn(name: str, cells: Mapping[str, int]) -> DrawnTable:
    """A table of which these numbers came out; 0 where `cells` says nothing."""
    (table,) = [each for each in TABLES if each.name == name]
    return DrawnTable(
        {cell: cells.get(cell, 0) for cell in table.cells}, dict.fromkeys(table.cells, table.variance)
    )


def tables(
    offered: int = 100,
    *,
    answers: int | None = 40,
    calamities: int = 4,
    coverage: Sequence[CoverageFigures] = (
        CoverageFigures("nurse", 200, 10, 30),
        CoverageFigures("midwife", None, None, None),
    ),
) -> Tables:
    """An ordinary quarter in which the noise came out as 0; without `answers` no evaluations were opened."""
    numbers = {table.name: offered for table in SUPPORT_TABLES}
    if answers is not None:
        numbers |= {table.name: answers for table in ANSWER_TABLES}
    return Tables(
        drawn={
            name: drawn(name, {cell: number * each // 100 for cell, each in OF_100[name].items()})
            for name, number in numbers.items()
        },
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


def prepare(code: str, made: Tables | None = None) -> Release:
    """The figures of the period with this code ("2026Q3"), drawn 30 days after its end."""
    period = Period.parse(code)
    return Release.objects.create(
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        drawn_at=period.closes_at + timedelta(days=30),
        tables=(made or tables()).as_json(),
    )


def publish(code: str, made: Tables | None = None) -> Release:
    """The same, published at once."""
    release = prepare(code, made)
    Publication.objects.create(release=release, at=release.drawn_at)
    return release


def moment(year: int, month: int, day: int, hour: int = 12) -> datetime:
    """A moment in UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)
