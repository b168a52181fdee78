"""When each step after a calamity is due, on the hospital's clock and on the law's.

Pure: no database, no clock. Sources: UMCG 2019 for the hospital's terms; Wkkgz with its Uitvoeringsbesluit
and the Algemene termijnenwet for the law's. How they are read:

- A term in hours is elapsed time.
- An internal term in days keeps the wall-clock time of Europe/Amsterdam and never rolls on: four weeks after
  Monday 9:00 is Monday 9:00, holiday or not.
- A statutory term ends at the end of its last local day. The day on which it starts does not count.
- Which days are working days is said in hospital.clock; those that a yearly decree adds are policy data.
- Whether a statutory term of weeks that ends on a day off rolls on to the next working day is open to
  question when the inspectorate sets it: the earlier, safe day is taken, and it does not.

Moments go in aware, in any zone, and come out in UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Self

from hospital.clock import add_days, add_working_days, end_of_day, local_day, on_the_wall
from incidents.enums import Moment, Step

STARTS: Mapping[Step, Moment] = MappingProxyType(
    {
        Step.DIRECTOR: Moment.REPORTED,
        Step.ALIGNMENT: Moment.REPORTED,
        Step.IGJ: Moment.ESTABLISHED,
        Step.SUPPORT: Moment.NOTICED,
        Step.ANALYSIS: Moment.ESTABLISHED,
        Step.FEEDBACK: Moment.ESTABLISHED,
        Step.FINAL_REPORT: Moment.ESTABLISHED,
    }
)
"""Which moment starts the internal clock of each step, unless a hospital's policy says otherwise. What is
to be done at once is so from the report: before it the head of the department could not act.
"""

AT_ONCE = frozenset({Step.DIRECTOR, Step.ALIGNMENT})
"""The steps of `director_hours`."""


class DeadlineError(ValueError):
    """A moment that cannot be used; the subclass says why."""


class MomentsOutOfOrderError(DeadlineError):
    """Noticed before it occurred, or established before it was noticed."""


class ExtensionError(DeadlineError):
    """`extension` does not fit the term that it extends, which ended at `end` (UTC)."""

    def __init__(self, extension: "Extension", end: datetime) -> None:
        super().__init__("An extension does not fit the term.")
        self.extension = extension
        self.end = end


class ExtensionTooLateError(ExtensionError):
    """It was asked for after the term had expired."""


class ExtensionShortensError(ExtensionError):
    """It ends before the term that it extends."""


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    """The terms in force; the defaults are those of the sources."""

    director_hours: int = 0
    """UMCG 2019: at once. The same for aligning with the other departments involved."""
    igj_days: int = 1
    """UMCG 2019: 1 day."""
    support_days: int = 1
    """UMCG 2019: 1 day."""
    analysis_days: int = 28
    """UMCG 2019: 4 weeks."""
    feedback_days: int = 35
    """UMCG 2019: week 4–5."""
    final_report_days: int = 42
    """UMCG 2019: by week 6."""
    igj_working_days: int = 3
    """Law: within 3 working days after the calamity is established."""
    establish_weeks: int = 6
    """Law: in doubt, at most 6 weeks from noticed to establish."""
    final_report_weeks: int = 8
    """Law: about 8 weeks."""
    starts: Mapping[Step, Moment] = field(default_factory=lambda: STARTS)
    remind_hours: tuple[int, ...] = (72, 4)
    """Hours before a due moment. This and the rest of the ladder: the house's own choice."""
    late_committee_hours: int = 4
    late_director_hours: int = 24
    duty_deputy_minutes: int = 30
    duty_all_minutes: int = 60
    decreed_holidays: frozenset[date] = frozenset()
    """Algemene termijnenwet art. 3 (3): days that a decree puts on a par with holidays."""

    def __post_init__(self) -> None:
        if any(
            isinstance(getattr(self, each.name), int) and getattr(self, each.name) < 0
            for each in fields(self)
        ):
            raise ValueError("A term is not negative.")

    def to_data(self) -> dict[str, Any]:
        """As JSON can hold it, to freeze on a milestone."""
        return {each.name: getattr(self, each.name) for each in fields(self)} | {
            "starts": {step.value: moment.value for step, moment in self.starts.items()},
            "remind_hours": list(self.remind_hours),
            "decreed_holidays": sorted(day.isoformat() for day in self.decreed_holidays),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The policy that `to_data` froze, also before there was a ladder in it, or with working hours."""
        known = {each.name: data[each.name] for each in fields(cls) if each.name in data}
        ladder = {"remind_hours": tuple(data["remind_hours"])} if "remind_hours" in data else {}
        return cls(
            **{
                **known,
                **ladder,
                "starts": {Step(step): Moment(moment) for step, moment in data["starts"].items()},
                "decreed_holidays": frozenset(map(date.fromisoformat, data["decreed_holidays"])),
            }
        )


@dataclass(frozen=True, slots=True)
class Moments:
    """What is known of a calamity. Until it is established the hospital's own clocks of what was reported as
    one run from the moment it was noticed, which is the safe side, unless the committee is `in_doubt`; the
    law's do not run yet.
    """

    noticed: datetime
    occurred: datetime | None = None
    established: datetime | None = None
    in_doubt: bool = False
    analysis_done: datetime | None = None
    reported: datetime | None = None
    named: datetime | None = None
    """When the first of the involved was named; None while nobody is."""

    def __post_init__(self) -> None:
        known = (
            *(self.noticed, self.occurred, self.reported),
            *(self.established, self.analysis_done, self.named),
        )
        for moment in known:
            if moment is not None:
                on_the_wall(moment)
        if self.occurred is not None and self.occurred > self.noticed:
            raise MomentsOutOfOrderError("It was noticed before it occurred.")
        if self.established is not None and self.established < self.noticed:
            raise MomentsOutOfOrderError("It was established before it was noticed.")

    def start(self, moment: Moment) -> datetime | None:
        """When a clock that runs from `moment` starts; None while that is not known."""
        if moment == Moment.OCCURRED:
            return self.occurred or self.noticed
        if moment == Moment.NOTICED:
            return self.noticed
        if moment == Moment.REPORTED:
            return self.reported or self.noticed
        return self.established or (None if self.in_doubt else self.noticed)

    def support_start(self, moment: Moment) -> datetime | None:
        """When support is owed from: as `start`, of who was named after the report from then on; None while
        nobody is named.
        """
        start = self.start(moment)
        if start is None or self.named is None:
            return None
        return start if self.named <= (self.reported or self.noticed) else max(start, self.named)


@dataclass(frozen=True, slots=True)
class Due:
    """When a step is due, in UTC. None: that clock does not run, or not yet.

    `opens` is the moment from which it can be done, where that is not at once. `is_expected`: `statutory` is
    only what may be expected, for the inspectorate has not said yet what it asks.
    """

    internal: datetime | None = None
    statutory: datetime | None = None
    opens: datetime | None = None
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """More time for a statutory term: asked for, and granted until a local day (None while undecided)."""

    asked: datetime
    granted_until: date | None = None
    reference: str = ""


def timeline(moments: Moments, policy: DeadlinePolicy) -> dict[Step, Due]:
    """The seven steps with their due moments, in their order."""
    return {step: due(step, moments, policy) for step in Step.track()}


def due(step: Step, moments: Moments, policy: DeadlinePolicy) -> Due:
    """When `step` is due on both clocks.

    In doubt (not established, `moments.in_doubt`) only what is owed anyway runs: telling the director,
    alignment, support, and the notification at the end of the time to establish. The final report is by law
    what the inspectorate asks: until that is known its term is expected only.
    """
    if step == Step.ESTABLISH:
        return Due(statutory=establish_by(moments, policy))
    begins = policy.starts[step]
    start = moments.support_start(begins) if step == Step.SUPPORT else moments.start(begins)
    if step == Step.FEEDBACK and start is not None:
        internal = add_days(start, policy.feedback_days)
        opens = min(internal, add_days(start, policy.analysis_days))
        if moments.analysis_done is not None:
            opens = min(opens, moments.analysis_done.astimezone(UTC))
        return Due(internal=internal, opens=opens)
    statutory = _statutory(step, moments, policy)
    return Due(
        internal=None if start is None else _internal(step, start, policy),
        statutory=statutory,
        is_expected=step == Step.FINAL_REPORT and statutory is not None,
    )


def _internal(step: Step, start: datetime, policy: DeadlinePolicy) -> datetime:
    if step in AT_ONCE:
        return start.astimezone(UTC) + timedelta(hours=policy.director_hours)
    days = {
        Step.IGJ: policy.igj_days,
        Step.SUPPORT: policy.support_days,
        Step.ANALYSIS: policy.analysis_days,
        Step.FINAL_REPORT: policy.final_report_days,
    }
    return add_days(start, days[step])


def _statutory(step: Step, moments: Moments, policy: DeadlinePolicy) -> datetime | None:
    if step == Step.IGJ:
        start = _legal_start(moments, policy)
        return end_of_day(add_working_days(start, policy.igj_working_days, policy.decreed_holidays))
    if step == Step.FINAL_REPORT and moments.established is not None:
        return end_of_day(_legal_start(moments, policy) + timedelta(weeks=policy.final_report_weeks))
    return None


def _legal_start(moments: Moments, policy: DeadlinePolicy) -> date:
    """The day the law's terms count from: established, and at the latest when the time to establish has run
    out.
    """
    last = local_day(moments.noticed) + timedelta(weeks=policy.establish_weeks)
    return last if moments.established is None else min(local_day(moments.established), last)


def establish_by(moments: Moments, policy: DeadlinePolicy) -> datetime:
    """The last moment to establish whether it is a calamity (law: 6 weeks from noticed)."""
    return end_of_day(local_day(moments.noticed) + timedelta(weeks=policy.establish_weeks))


def extended(statutory: datetime, extensions: Sequence[Extension], letter: date | None = None) -> datetime:
    """The end of a statutory term after the inspectorate’s letter and what was granted since, in that order.

    `letter` is the day that the letter names; it takes the place of the computed end. Raises
    ExtensionTooLateError for one asked after the end that held then, and ExtensionShortensError for one that
    would bring the end forward.
    """
    end = statutory if letter is None else end_of_day(letter)
    for extension in extensions:
        if extension.asked > end:
            raise ExtensionTooLateError(extension, end)
        if extension.granted_until is not None:
            until = end_of_day(extension.granted_until)
            if until < end:
                raise ExtensionShortensError(extension, end)
            end = until
    return end
