"""What a release holds: every published table, as values and as the JSON that is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboards.blurring import AnswerChange, Answers, Figure, OneWay, Shown
from evaluations.enums import Question
from incidents.enums import Step

VERSION = 1
"""Of the shape that is stored: a release is never rewritten, so a later shape must still read this one."""


@dataclass(frozen=True, slots=True)
class ClockFigures:
    """Of how many calamities a step was done in time, done late or not at all, or still has time. Exact."""

    in_time: int
    late: int
    running: int

    @property
    def due(self) -> int:
        return self.in_time + self.late


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step after a calamity on both clocks; None where a clock has no term for it. `unnamed` calamities
    name nobody to whom support is owed.
    """

    step: Step
    internal: ClockFigures | None
    statutory: ClockFigures | None
    unnamed: int = 0


@dataclass(frozen=True, slots=True)
class CoverageFigures:
    """How many of a profession group are trained supporters, and how many the norm wants. Exact.

    The three numbers are None for a group of fewer than 10.
    """

    group: str
    people: int | None
    supporters: int | None
    wanted: int | None


@dataclass(frozen=True, slots=True)
class Norm:
    """How many are to be trained for each 1,000 employees of a profession, as it was when it was counted."""

    per_thousand: int
    in_shifts: int


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one period.

    About people, blurred: `event`, `profession`, `first_contact`, `outcome` of everybody to whom support was
    offered in the period; `supported` of them had a conversation; `conversations` of those whose support has
    ended, `follow_ups` of those among them with a conversation; `on_the_way`, of which several may be so for
    one person; `answers`, of the evaluations opened in the period.
    About the organisation, exact: `calamities`, `steps`, `supporters`, `coverage` and the `norm` of it (None:
    of before it was kept).
    """

    event: OneWay
    profession: OneWay
    first_contact: OneWay
    outcome: OneWay
    supported: Figure
    conversations: OneWay
    follow_ups: OneWay
    on_the_way: OneWay
    answers: Mapping[Question, Answers | AnswerChange]
    calamities: int
    steps: tuple[StepFigures, ...]
    supporters: int
    coverage: tuple[CoverageFigures, ...]
    norm: Norm | None = None

    @property
    def offered(self) -> Figure:
        """To how many people support was offered."""
        return self.event.total

    def as_json(self) -> dict[str, Any]:
        """For storing: dictionaries, lists, texts and numbers only."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Tables":
        """What `as_json` gave, as it came back from the database."""
        return cls(
            event=_one_way(stored["event"]),
            profession=_one_way(stored["profession"]),
            first_contact=_one_way(stored["first_contact"]),
            outcome=_one_way(stored["outcome"]),
            supported=Figure(stored["supported"]["value"]),
            conversations=_one_way(stored["conversations"]),
            follow_ups=_one_way(stored["follow_ups"]),
            on_the_way=_one_way(stored["on_the_way"]),
            answers={
                Question(question): AnswerChange(**{part: _answers(each) for part, each in given.items()})
                if "moved" in given
                else _answers(given)
                for question, given in stored["answers"].items()
            },
            calamities=stored["calamities"],
            steps=tuple(
                StepFigures(
                    Step(row["step"]),
                    _clock(row["internal"]),
                    _clock(row["statutory"]),
                    row.get("unnamed", 0),
                )
                for row in stored["steps"]
            ),
            supporters=stored["supporters"],
            coverage=tuple(CoverageFigures(**row) for row in stored["coverage"]),
            norm=Norm(**stored["norm"]) if stored.get("norm") else None,
        )


def _one_way(stored: Mapping[str, Any]) -> OneWay:
    cells: Sequence[tuple[str, Mapping[str, int | None]]] = stored["cells"]
    return OneWay(
        Figure(stored["total"]["value"]), tuple((name, Figure(each["value"])) for name, each in cells)
    )


def _answers(stored: Mapping[str, Any]) -> Answers:
    shares = tuple((value, share) for value, share in stored["shares"])
    return Answers(Shown(stored["shown"]), stored["number"], stored["mean"], shares)


def _clock(stored: Mapping[str, int] | None) -> ClockFigures | None:
    return None if stored is None else ClockFigures(**stored)
