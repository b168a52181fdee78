"""Which analysts fit a calamity best, and why: a function of its arguments, no database and no clock.

A score is a sum of points and *lower is better*; every point belongs to a reason that can be said in words.
Who may never be on the team (involved in the event, the reporter) is ranked as everybody:
`calamities.analysis.team` refuses them when chosen, for the committee does not learn who was involved.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.enums import TeamReason, TeamRule

#: Points for each analysis that runs, and for having been asked just now; the last falls to 0 in REST_DAYS.
RUNNING, ASKED_TODAY, REST_DAYS = 30, 20, 60
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AnalystCandidate:
    """An analyst of the pool. `running` counts analyses that are not done, `last_asked_at` is aware."""

    analyst_id: UUID
    name: str
    profession: str = ""
    department_id: UUID | None = None
    department: str = ""
    apart: str = ""
    running: int = 0
    last_asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnalystReason:
    """One thing that speaks for (`good`) or against an analyst, with the points it costs."""

    code: TeamReason
    good: bool
    points: int = 0
    number: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class RankedAnalyst:
    """An analyst with the score (lower is better), the reasons that add up to it, and the rules that would
    be broken.
    """

    candidate: AnalystCandidate
    score: int
    reasons: tuple[AnalystReason, ...]
    rules: tuple[TeamRule, ...]


def rank(
    candidates: Iterable[AnalystCandidate], *, departments: Collection[UUID], at: datetime
) -> list[RankedAnalyst]:
    """`candidates` for a calamity in `departments`, best first, at the moment `at` (aware).

    Who breaks a rule stands behind everybody who breaks none. Ties go to who was on a team longest ago (never
    before all), then by id: the order of the input does not matter.
    """
    ranked = []
    for candidate in candidates:
        reasons = tuple(_reasons(candidate, departments, at))
        rules = tuple(rules_of(candidate, departments))
        ranked.append(RankedAnalyst(candidate, sum(reason.points for reason in reasons), reasons, rules))
    return sorted(
        ranked,
        key=lambda each: (
            bool(each.rules),
            each.score,
            each.candidate.last_asked_at or NEVER,
            each.candidate.analyst_id,
        ),
    )


def rules_of(candidate: AnalystCandidate, departments: Collection[UUID]) -> Iterator[TeamRule]:
    """The rules that this analyst would break; the committee may set each of them aside."""
    if candidate.department_id in departments:
        yield TeamRule.SAME_DEPARTMENT


def say(reason: AnalystReason) -> str:
    """The reason in plain words of the active language."""
    number = {"number": reason.number}
    match reason.code:
        case TeamReason.RUNNING if reason.number:
            text = ngettext("%(number)d analysis running", "%(number)d analyses running", reason.number)
            return text % number
        case TeamReason.LAST_ASKED if reason.number:
            text = ngettext(
                "last on a team %(number)d day ago", "last on a team %(number)d days ago", reason.number
            )
            return text % number
        case TeamReason.LAST_ASKED:
            return _("last on a team less than a day ago")
        case _:
            return f"{reason.code.label}: {reason.name}" if reason.name else str(reason.code.label)


def _reasons(
    candidate: AnalystCandidate, departments: Collection[UUID], at: datetime
) -> Iterator[AnalystReason]:
    # That it is the same one is said by the rule.
    if departments and candidate.department_id and candidate.department_id not in departments:
        yield AnalystReason(TeamReason.OTHER_DEPARTMENT, good=True, name=candidate.department)
    running = candidate.running
    yield AnalystReason(TeamReason.RUNNING, good=not running, points=running * RUNNING, number=running)
    if candidate.last_asked_at is None:
        yield AnalystReason(TeamReason.NEVER_ASKED, good=True)
        return
    days = max(0, (at - candidate.last_asked_at).days)
    points = ASKED_TODAY * max(0, REST_DAYS - days) // REST_DAYS
    yield AnalystReason(TeamReason.LAST_ASKED, good=not points, points=points, number=days)
