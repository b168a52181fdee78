"""What shows board and inspectorate (IGJ) that a calamity was followed up in time: moments and functions.

No name of an employee comes in here, and nothing of who accepted support: only how many were offered it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents import milestones
from incidents.analysis import Mark, marks
from incidents.enums import Step
from incidents.models import Analysis, DisclosureCoach, DisclosureTalk, Incident, Milestone, TermChange
from incidents.track import Clock, TrackStep, track

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """One clock of a step, and how the step stands to it: a word, and whether that is good."""

    clock: Clock
    word: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Line:
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

    lines: tuple[Line, ...]
    support: Milestone | None
    hours: int
    analysts: int
    distant: int
    analysis: tuple[Mark, ...]
    talks: tuple[DisclosureTalk, ...]
    coach: DisclosureCoach | None


def of(calamity: Incident, *, at: datetime) -> Evidence:
    """The evidence of `calamity` as it stands at `at` (aware); the same queries however long its history."""
    every = list(calamity.milestones.all())
    found = TermChange.objects.filter(milestone__incident=calamity, taken_back_at=None).order_by("moment")
    changes = list(found)
    by_step = {milestone.step: milestone for milestone in every}
    team = list(calamity.team.current().values_list("analyst__department", flat=True))
    support = by_step.get(Step.SUPPORT)
    return Evidence(
        lines=tuple(
            _line(step, changes, at) for step in track(every, now=at, running=calamity.running_steps)
        ),
        support=support if support and support.involved is not None else None,
        hours=milestones.support_norm(calamity) // HOUR,
        analysts=len(team),
        distant=sum(department != calamity.department_id for department in team),
        analysis=tuple(marks(Analysis.objects.filter(incident=calamity).first(), by_step.get(Step.ANALYSIS))),
        talks=tuple(calamity.talks.filter(cancelled_at=None).order_by("held_at", "planned_for", "id")),
        coach=DisclosureCoach.objects.filter(incident=calamity).first(),
    )


def judged(done_at: datetime | None, due: datetime, *, at: datetime) -> tuple[str, bool]:
    """How a step stands to its due moment: in words, and whether it is late.

    Counted in whole hours, begun ones too, and in days from three days on.
    """
    late = (done_at or at) - due
    if late <= timedelta(0):
        return (_("on time"), False) if done_at else (_("still open"), False)
    hours = ceil(late / HOUR)
    if hours < 72:
        words = ngettext("%(count)d hour late", "%(count)d hours late", hours) % {"count": hours}
    else:
        days = late.days
        words = ngettext("%(count)d day late", "%(count)d days late", days) % {"count": days}
    return (words if done_at else _("open, %(late)s") % {"late": words}), True


def _line(step: TrackStep, changes: Iterable[TermChange], at: datetime) -> Line:
    mine = tuple(change for change in changes if change.milestone_id == step.milestone.pk)
    judges = {
        clock.statutory: Judged(clock, *judged(step.milestone.done_at, clock.due, at=at))
        for clock in step.clocks
    }
    return Line(step, judges.get(False), judges.get(True), mine)
