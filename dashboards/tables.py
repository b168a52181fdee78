"""What a release holds: every published table, as values and as the JSON that is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from evaluations.drawn import DrawnTable, added
from evaluations.enums import Measure, SurveyKind
from incidents.enums import Step

VERSION = 2
"""Of the shape that is stored: a release is never rewritten, so a later shape must still read this one. The
figures of version 1 (0.1.0) were protected in another way, and are not shown any more.
"""


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
class TrainingFigures:
    """How many supporters were trained in the period; of how many it has run out, and of how many it will
    within half a year; how often somebody came to an intervision (None: was not kept yet). Exact.
    """

    trained: int
    lapsed: int
    lapsing: int
    met: int | None = None


@dataclass(frozen=True, slots=True)
class MeasuredFigures:
    """What a survey that was opened says of a measure: the drawn table of its question, and which of its
    cells are the answers above the middle of the scale. Its noise is the survey's own (docs/privacy.md).
    """

    kind: SurveyKind
    measure: Measure
    ends_on: date
    counting: tuple[str, ...]
    table: DrawnTable

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "measure": self.measure.value,
            "ends_on": self.ends_on.isoformat(),
            "counting": list(self.counting),
            "table": self.table.as_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "MeasuredFigures":
        return cls(
            SurveyKind(stored["kind"]),
            Measure(stored["measure"]),
            date.fromisoformat(stored["ends_on"]),
            tuple(stored["counting"]),
            DrawnTable.from_json(stored["table"]),
        )


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one period, or of several together.

    `drawn` is all there is about people: the tables that dashboards.bound declares, by name; those about
    answers are not there when no evaluations were opened. The rest is about the organisation, and exact;
    `training` is None for a pool of fewer than 10, and in releases that have no such count. `measured` is
    what surveys had said until then, `asking` for whom a questionnaire was in use.
    """

    drawn: Mapping[str, DrawnTable]
    calamities: int
    steps: tuple[StepFigures, ...]
    supporters: int
    coverage: tuple[CoverageFigures, ...]
    norm: Norm
    training: TrainingFigures | None = None
    measured: tuple[MeasuredFigures, ...] = ()
    asking: tuple[SurveyKind, ...] = ()

    def newest(self, kind: SurveyKind, measure: Measure) -> MeasuredFigures | None:
        found = (each for each in self.measured if (each.kind, each.measure) == (kind, measure))
        return next(found, None)

    def as_json(self) -> dict[str, Any]:
        """For storing: dictionaries, lists, texts and numbers only."""
        return {
            "version": VERSION,
            "drawn": {name: table.as_json() for name, table in self.drawn.items()},
            "calamities": self.calamities,
            "steps": [asdict(row) for row in self.steps],
            "supporters": self.supporters,
            "coverage": [asdict(row) for row in self.coverage],
            "norm": asdict(self.norm),
            "training": asdict(self.training) if self.training else None,
            "measured": [each.as_json() for each in self.measured],
            "asking": [kind.value for kind in self.asking],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Tables":
        """What `as_json` gave, as it came back from the database."""
        return cls(
            drawn={name: DrawnTable.from_json(table) for name, table in stored["drawn"].items()},
            calamities=stored["calamities"],
            steps=tuple(
                StepFigures(
                    Step(row["step"]), _clock(row["internal"]), _clock(row["statutory"]), row["unnamed"]
                )
                for row in stored["steps"]
            ),
            supporters=stored["supporters"],
            coverage=tuple(CoverageFigures(**row) for row in stored["coverage"]),
            norm=Norm(**stored["norm"]),
            training=TrainingFigures(**stored["training"]) if stored.get("training") else None,
            measured=tuple(map(MeasuredFigures.from_json, stored.get("measured", ()))),
            asking=tuple(map(SurveyKind, stored.get("asking", ()))),
        )

    @classmethod
    def together(cls, periods: Sequence["Tables"]) -> "Tables":
        """Those of consecutive `periods` as one, oldest first: what happened added up, how the organisation
        is as it was last.
        """
        last = periods[-1]
        names = dict.fromkeys(name for each in periods for name in each.drawn)
        return cls(
            drawn={name: added(each.drawn[name] for each in periods if name in each.drawn) for name in names},
            calamities=sum(each.calamities for each in periods),
            steps=tuple(_added_steps([row for each in periods for row in each.steps])),
            supporters=last.supporters,
            coverage=last.coverage,
            norm=last.norm,
            training=_added_training([each.training for each in periods]),
            measured=last.measured,
            asking=last.asking,
        )


def _added_training(each: Sequence[TrainingFigures | None]) -> TrainingFigures | None:
    known = [training for training in each if training]
    if len(known) < len(each):
        return None
    met = [training.met for training in known if training.met is not None]
    return replace(
        known[-1],
        trained=sum(training.trained for training in known),
        met=sum(met) if len(met) == len(known) else None,
    )


def _added_steps(rows: Sequence[StepFigures]) -> list[StepFigures]:
    return [
        StepFigures(
            step,
            _added_clocks([row.internal for row in rows if row.step == step]),
            _added_clocks([row.statutory for row in rows if row.step == step]),
            sum(row.unnamed for row in rows if row.step == step),
        )
        for step in dict.fromkeys(row.step for row in rows)
    ]


def _added_clocks(clocks: Sequence[ClockFigures | None]) -> ClockFigures | None:
    known = [clock for clock in clocks if clock]
    if not known:
        return None
    return ClockFigures(
        sum(clock.in_time for clock in known),
        sum(clock.late for clock in known),
        sum(clock.running for clock in known),
    )


def _clock(stored: Mapping[str, int] | None) -> ClockFigures | None:
    return None if stored is None else ClockFigures(**stored)
