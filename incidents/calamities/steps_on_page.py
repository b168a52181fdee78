"""The track of a calamity's seven steps, as its page shows it. Pure: milestones go in, no queries."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hospital import names
from incidents.enums import Step
from incidents.models import Milestone

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: Who has to act (UMCG 2019).
ACTS: "dict[Step, StrPromise]" = {
    Step.ESTABLISH: names.committee,
    Step.DIRECTOR: _("Head of the department or deputy"),
    Step.ALIGNMENT: _("Head of the department"),
    Step.IGJ: format_lazy(_("{committee}, on the board’s behalf"), committee=names.committee),
    Step.SUPPORT: _("Coordinator of peer support"),
    Step.ANALYSIS: names.analysis_team,
    Step.FEEDBACK: format_lazy(
        _("{team} and {committee}"), team=names.analysis_team, committee=names.the_committee
    ),
    Step.FINAL_REPORT: names.committee,
}


#: A step with one of these states waits for nobody.
CLOSED = frozenset({"done", "ended"})


@dataclass(frozen=True)
class ShownClock:
    """One due moment of a step: by the hospital's own norm, or by law; what is `expected` is never late."""

    statutory: bool
    due: datetime
    late: bool
    expected: bool = False


@dataclass(frozen=True)
class TrackStep:
    """A step on the track: "done", "late", "now" (the next one due), "next", or "ended" undone."""

    milestone: Milestone
    state: str
    clocks: tuple[ShownClock, ...]
    is_running: bool = True

    @property
    def step(self) -> Step:
        return Step(self.milestone.step)

    @property
    def label(self) -> str:
        return str(self.step.label)

    @property
    def acts(self) -> "StrPromise":
        return ACTS[self.step]

    @property
    def names_nobody(self) -> bool:
        """Whether support is owed to nobody, for nobody is named: its clock does not run."""
        return self.step == Step.SUPPORT and not self.milestone.involved

    @property
    def counts_support(self) -> bool:
        """Whether it is to be said to how many support was offered, or that nobody is named."""
        return self.step == Step.SUPPORT and (self.is_running or bool(self.milestone.involved))

    @property
    def first_due(self) -> datetime | None:
        return min((clock.due for clock in self.running_clocks), default=None)

    @property
    def running_clocks(self) -> tuple[ShownClock, ...]:
        """Those that somebody can miss."""
        return tuple(clock for clock in self.clocks if not clock.expected)


def track(
    milestones: Iterable[Milestone], *, now: datetime, running: Collection[Step] = tuple(Step)
) -> list[TrackStep]:
    """The steps in their order, with the state of each at `now`. The clocks of the `running` ones run."""
    order = {step.value: index for index, step in enumerate(Step)}
    ranked = sorted(milestones, key=lambda milestone: order[milestone.step])
    first = next_of([_step(milestone, now, running, is_next=False) for milestone in ranked])
    current = first.milestone if first and first.first_due else None
    return [
        _step(milestone, now, running, is_next=current is not None and milestone is current)
        for milestone in ranked
    ]


def next_of(steps: Sequence[TrackStep]) -> TrackStep | None:
    """The open step that is due first, else the first one without a term; None when all are done."""
    dated = [(step.first_due, index) for index, step in enumerate(steps) if step.state not in CLOSED]
    due = [(moment, index) for moment, index in dated if moment is not None]
    if due:
        return steps[min(due)[1]]
    return next((step for step in steps if step.state not in CLOSED), None)


def _clocks(milestone: Milestone, until: datetime) -> Iterator[ShownClock]:
    internal, statutory = milestone.internal_due_at, milestone.statutory_due_at
    if internal is not None:
        yield ShownClock(False, internal, until > internal + milestone.leeway)
    expected = milestone.statutory_expected
    if statutory is not None and not (expected and milestone.done_at):
        yield ShownClock(True, statutory, not expected and until > statutory, expected)


def _step(milestone: Milestone, now: datetime, running: Collection[Step], *, is_next: bool) -> TrackStep:
    until, runs = milestone.done_at or now, Step(milestone.step) in running
    if not runs and milestone.done_at is None:
        return TrackStep(milestone, "ended", (), is_running=False)
    clocks = tuple(_clocks(milestone, until))
    if milestone.done_at is not None:
        state = "done"
    elif any(clock.late for clock in clocks):
        state = "late"
    else:
        state = "now" if is_next else "next"
    return TrackStep(milestone, state, clocks, is_running=runs)
