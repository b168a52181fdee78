"""A questionnaire as data: its questions with scales, dimensions and how they count; the tables that are
published of its answers, and their scores. Pure.

Every table counts everybody who answered once, also who left a question open. The noise follows from how many
tables there are, so that the bounds of what is published hold for every questionnaire (docs/privacy.md).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt
from typing import Any

from django.utils.translation import get_language

from evaluations.drawn import DeclaredTable, DrawnTable
from evaluations.enums import Measure, SurveyKind

#: The most that one person, and another answer of theirs, may move all tables together: as for the figures.
MOST_BY_PERSON, MOST_BY_ANSWER = Fraction(77, 100), Fraction(135, 100)
#: The cell of who left the question open.
OPEN = "open"
#: From so many answers on a mean is shown.
LEAST = 10
#: A band of so many standard deviations holds the true number in 9 of 10 cases.
_BAND = 1.645


@dataclass(frozen=True, slots=True)
class Texts:
    """The same in both languages."""

    nl: str
    en: str

    def __str__(self) -> str:
        return self.en if (get_language() or "").startswith("en") else self.nl


@dataclass(frozen=True, slots=True)
class ScaleAnswer:
    """One answer of a scale, and how it counts."""

    value: int
    texts: Texts


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """A question with its scale, and the dimension that it belongs to, if any; where it is put the other way
    round (`is_reversed`) its lowest answer counts as the highest. `measure`: of what the board reads, if any.
    """

    code: str
    texts: Texts
    scale: str
    dimension: str = ""
    is_reversed: bool = False
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole questionnaire. Its answers are known by the place of the question in `questions`."""

    code: str
    kind: SurveyKind
    title: Texts
    scales: Mapping[str, Sequence[ScaleAnswer]]
    dimensions: Mapping[str, Texts]
    questions: Sequence[SurveyQuestion]

    def as_json(self) -> dict[str, Any]:
        """For storing: dictionaries, lists, texts and numbers only."""
        return {
            "code": self.code,
            "kind": self.kind.value,
            "title": _pair(self.title),
            "scales": {
                code: [[answer.value, *_pair(answer.texts)] for answer in answers]
                for code, answers in self.scales.items()
            },
            "dimensions": [[code, *_pair(texts)] for code, texts in self.dimensions.items()],
            "questions": [
                [one.code, *_pair(one.texts), one.scale, one.dimension, one.is_reversed]
                + ([one.measure.value] if one.measure else [])
                for one in self.questions
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Definition":
        """What `as_json` gave, as it came back from the database."""
        return cls(
            code=stored["code"],
            kind=SurveyKind(stored["kind"]),
            title=Texts(*stored["title"]),
            scales={
                code: [ScaleAnswer(value, Texts(nl, en)) for value, nl, en in answers]
                for code, answers in stored["scales"].items()
            },
            dimensions={code: Texts(nl, en) for code, nl, en in stored["dimensions"]},
            questions=[
                SurveyQuestion(
                    code, Texts(nl, en), scale, dimension, is_reversed, *(Measure(each) for each in measure)
                )
                for code, nl, en, scale, dimension, is_reversed, *measure in stored["questions"]
            ],
        )

    def values(self, question: SurveyQuestion) -> list[str]:
        """The values that an answer to `question` can have."""
        return [str(answer.value) for answer in self.scales[question.scale]]

    def counts_as(self, question: SurveyQuestion, answer: ScaleAnswer) -> int:
        """How an answer counts in the dimension of `question`."""
        values = [each.value for each in self.scales[question.scale]]
        return min(values) + max(values) - answer.value if question.is_reversed else answer.value

    def agreeing(self, question: SurveyQuestion) -> list[str]:
        """The values that count as above the middle of the scale."""
        answers = self.scales[question.scale]
        ends = [each.value for each in answers]
        return [
            str(each.value) for each in answers if 2 * self.counts_as(question, each) > min(ends) + max(ends)
        ]

    def tables(self, version: int) -> list[DeclaredTable]:
        """What is published of the answers to this version: never one table for two versions."""
        number = len(self.questions)
        least = max(number / MOST_BY_PERSON**2, 2 * number / MOST_BY_ANSWER**2)
        variance = Fraction(ceil(least * 100), 100)
        return [
            DeclaredTable(f"{self.code}.{version}.{one.code}", (*self.values(one), OPEN), variance)
            for one in self.questions
        ]

    def counted(self, answers: Iterable[Mapping[str, str]], version: int) -> dict[str, Counter[str]]:
        """The exact contents of `tables`: for drawing, and for nothing else."""
        names = [table.name for table in self.tables(version)]
        exact: dict[str, Counter[str]] = {name: Counter() for name in names}
        for answer in answers:
            for place, name in enumerate(names):
                exact[name][answer.get(str(place), OPEN)] += 1
        return exact


@dataclass(frozen=True, slots=True)
class Score:
    """A mean by what was published, and the band that holds the true one in 9 of 10 cases."""

    called: str
    mean: float
    sd: float
    lowest: int
    highest: int

    @property
    def low(self) -> float:
        return max(self.lowest, self.mean - _BAND * self.sd)

    @property
    def high(self) -> float:
        return min(self.highest, self.mean + _BAND * self.sd)


def answers_given(tables: Iterable[DrawnTable]) -> float:
    """How many answered, by all tables together: each counts everybody once."""
    weighted = [(sum(table.cells.values()), len(table.cells)) for table in tables]
    return sum(total / cells for total, cells in weighted) / sum(1 / cells for _total, cells in weighted)


def scored(definition: Definition, tables: Sequence[DrawnTable]) -> list[Score | None]:
    """The mean of each question, in their order; None where too few answered it."""
    return [
        _score(definition, question, table)
        for question, table in zip(definition.questions, tables, strict=True)
    ]


def by_dimension(definition: Definition, scores: Sequence[Score | None]) -> list[Score]:
    """The mean of each dimension: of the means of its questions, those put the other way round turned.
    Without a dimension of which a question has too few answers.
    """
    found = []
    for code, texts in definition.dimensions.items():
        of_it = [
            _turned(score) if question.is_reversed and score else score
            for question, score in zip(definition.questions, scores, strict=True)
            if question.dimension == code
        ]
        known = [score for score in of_it if score]
        if known and len(known) == len(of_it):
            number = len(known)
            found.append(
                Score(
                    str(texts),
                    sum(score.mean for score in known) / number,
                    sqrt(sum(score.sd**2 for score in known)) / number,
                    min(score.lowest for score in known),
                    max(score.highest for score in known),
                )
            )
    return found


def _score(definition: Definition, question: SurveyQuestion, table: DrawnTable) -> Score | None:
    values = [answer.value for answer in definition.scales[question.scale]]
    counts = [table.cells[str(value)] for value in values]
    answered = sum(counts)
    if answered < LEAST:
        return None
    mean = sum(value * count for value, count in zip(values, counts, strict=True)) / answered
    sd = sqrt(sum(float(table.variances[str(value)]) * (value - mean) ** 2 for value in values)) / answered
    lowest, highest = min(values), max(values)
    return Score(str(question.texts), min(max(mean, lowest), highest), sd, lowest, highest)


def _turned(score: Score) -> Score:
    turned = score.lowest + score.highest - score.mean
    return Score(score.called, turned, score.sd, score.lowest, score.highest)


def _pair(texts: Texts) -> list[str]:
    return [texts.nl, texts.en]
