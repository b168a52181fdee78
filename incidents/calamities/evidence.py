"""What shows board and inspectorate (IGJ) that a calamity was followed up in time: moments and functions.

No name of an employee comes in here, and nothing of who accepted support: only how many were offered it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from hospital.moment_words import duration
from incidents.calamities import later_moments, milestones
from incidents.calamities.analysis.progress import Mark, marks
from incidents.calamities.family_talks import arrangements
from incidents.calamities.later_moments import Counted
from incidents.calamities.steps_on_page import ShownClock, TrackStep, track
from incidents.enums import Step, TrackEventKind
from incidents.models import (
    Analysis,
    DisclosureCoach,
    DisclosureTalk,
    Incident,
    Milestone,
    TermChange,
    TrackEvent,
)

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """One clock of a step, and how the step stands to it: a word, and whether that is good."""

    clock: ShownClock
    word: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One step: its two clocks, when it was done, and what moved its statutory term."""

    step: TrackStep
    internal: Judged | None
    statutory: Judged | None
    changes: tuple[TermChange, ...]

    @property
    def done_at(self) -> datetime | None:
        return self.step.milestone.done_at


@dataclass(frozen=True, slots=True)
class Evidence:
    """All of one sheet. `hours` is within how many support was to be offered, None where it was not counted.
    `distant` counts the analysts of another department.
    """

    lines: tuple[EvidenceLine, ...]
    support: Milestone | None
    hours: int
    analysts: int
    distant: int
    analysis: tuple[Mark, ...]
    talks: tuple[DisclosureTalk, ...]
    coach: DisclosureCoach | None
    later: tuple[Counted, ...]
    arrangements: tuple[arrangements.CheckLine, ...]
    decisions: tuple["Decision", ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A line of the log that the clocks rest on: what it was taken to be, a moment that was corrected, what
    the inspectorate said. `by` is a function, for the sheet names nobody.
    """

    line: TrackEvent
    by: str


def of(calamity: Incident, *, at: datetime) -> Evidence:
    """The evidence of `calamity` as it stands at `at` (aware); the same queries however long its history."""
    every = list(calamity.milestones.all())
    found = TermChange.objects.filter(milestone__incident=calamity, taken_back_at=None).order_by("moment")
    changes = list(found)
    by_step = {milestone.step: milestone for milestone in every}
    team = list(calamity.team.current().values_list("analyst__department", flat=True))
    steps = track(every, now=at, running=calamity.running_steps)
    support = next((step for step in steps if step.counts_support), None)
    return Evidence(
        lines=tuple(_line(step, changes, at) for step in steps),
        support=support.milestone if support else None,
        hours=milestones.support_norm(calamity, step=by_step.get(Step.SUPPORT)) // HOUR,
        analysts=len(team),
        distant=sum(department != calamity.department_id for department in team),
        analysis=tuple(marks(Analysis.objects.filter(incident=calamity).first(), by_step.get(Step.ANALYSIS))),
        talks=tuple(calamity.talks.filter(cancelled_at=None).order_by("held_at", "planned_for", "id")),
        coach=DisclosureCoach.objects.filter(incident=calamity).first(),
        arrangements=tuple(arrangements.of(calamity)),
        later=tuple(later_moments.of(calamity)),
        decisions=tuple(_decisions(calamity)),
    )


def _decisions(calamity: Incident) -> Iterator[Decision]:
    lines = list(calamity.track_events.filter(kind__in=TrackEventKind.of_clocks()).order_by("at", "id"))
    people = {line.by_id for line in lines if line.by_id}
    holders = User.objects.filter(pk__in=people, groups__name__in=(Role.CCP, Role.COORDINATOR))
    found = set(holders.values_list("pk", "groups__name"))
    for line in lines:
        # Who left the committee since has its role no more; what only the coordinator does, she did.
        is_coordinator = (line.by_id, Role.CCP) not in found and (line.by_id, Role.COORDINATOR) in found
        role = Role.COORDINATOR if is_coordinator else Role.CCP
        yield Decision(line, str(role.label) if line.by_id else _("by itself"))


def judged(
    done_at: datetime | None, due: datetime, *, at: datetime, leeway: timedelta = timedelta(0)
) -> tuple[str, bool]:
    """How a step stands to its due moment: in words, and whether it is late. Within `leeway`, of what is due
    at once (incidents.models.Milestone), it is said how long it took.
    """
    late = (done_at or at) - due
    if not done_at and late <= leeway:
        return _("still open"), False
    if late <= timedelta(0):
        return _("on time"), False
    if late <= leeway:
        return _("after %(duration)s") % {"duration": duration(late)}, False
    words = _("%(duration)s late") % {"duration": duration(late)}
    return (words if done_at else _("open, %(late)s") % {"late": words}), True


def _judged(step: TrackStep, clock: ShownClock, at: datetime) -> tuple[str, bool]:
    if clock.expected:
        return _("expected; not known yet what the inspectorate asks"), False
    leeway = timedelta(0) if clock.statutory else step.milestone.leeway
    return judged(step.milestone.done_at, clock.due, at=at, leeway=leeway)


def _line(step: TrackStep, changes: Iterable[TermChange], at: datetime) -> EvidenceLine:
    mine = tuple(change for change in changes if change.milestone_id == step.milestone.pk)
    judges = {clock.statutory: Judged(clock, *_judged(step, clock, at)) for clock in step.clocks}
    return EvidenceLine(step, judges.get(False), judges.get(True), mine)
