"""Who is reminded of a step, and when: before, at and after its due moment, from its owner up to a director.

Pure: moments and the frozen policy go in. A ladder begins at `since`, when the step was opened or its due
moment changed; what would have come before that is not sent afterwards, but for the word that it is late.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from accounts.enums import Role
from incidents.clocks.deadlines import DeadlinePolicy
from incidents.enums import Clock, Rung, Step

OWNERS: Mapping[Step, Role] = MappingProxyType(
    {
        Step.ESTABLISH: Role.CCP,
        Step.ALIGNMENT: Role.TEAM_LEADER,
        Step.IGJ: Role.CCP,
        Step.SUPPORT: Role.COORDINATOR,
        Step.ANALYSIS: Role.ANALYST,
        Step.FEEDBACK: Role.CCP,
        Step.FINAL_REPORT: Role.CCP,
    }
)
"""Whose step it is (UMCG 2019). The step of the director has a ladder of its own: `duty_rungs`.

A team leader's is the department's own, an analyst's the analysis one is on; where there is nobody yet, the
committee is told instead.
"""

MAY_BE_NOBODY = frozenset({Step.ALIGNMENT, Step.ANALYSIS})

#: The rungs on which a step's owner stands, and who stands on those above.
OF_THE_OWNER = frozenset({Rung.SOON, Rung.DUE})
ABOVE: Mapping[Rung, Role] = MappingProxyType({Rung.COMMITTEE: Role.CCP, Rung.DIRECTOR: Role.DIRECTOR})


def roles_on(rung: Rung, step: Step) -> tuple[Role, ...]:
    """Who stands on this rung of the ladder of `step`; whom of them it concerns is asked when it is sent
    (incidents.calamities.who_is_told).
    """
    if rung not in OF_THE_OWNER:
        return (ABOVE[rung],)
    return (OWNERS[step], Role.CCP) if step in MAY_BE_NOBODY else (OWNERS[step],)


@dataclass(frozen=True, slots=True)
class Call:
    """One reminder of the ladder: on which rung, of which clock, about which due moment, and when."""

    rung: Rung
    clock: Clock
    due: datetime
    at: datetime


def rungs(
    *, internal: datetime | None, statutory: datetime | None, since: datetime, policy: DeadlinePolicy
) -> Iterator[Call]:
    """The ladder of a step with these due moments, as it stands at `since`.

    Of two terms that have passed already only the law's is told.
    """
    if internal is not None and statutory is not None and max(internal, statutory) <= since:
        internal = None
    for clock, due in ((Clock.INTERNAL, internal), (Clock.STATUTORY, statutory)):
        if due is None:
            continue
        for hours in policy.remind_hours:
            if (at := due - timedelta(hours=hours)) > since:
                yield Call(Rung.SOON, clock, due, at)
        for rung in (Rung.DUE, Rung.COMMITTEE, Rung.DIRECTOR):
            yield Call(rung, clock, due, told_at(rung, due=due, since=since, policy=policy))


def told_at(rung: Rung, *, due: datetime, since: datetime, policy: DeadlinePolicy) -> datetime:
    """When a rung at or after the due moment is told: counted from that moment, or from `since` if it had
    passed already.
    """
    hours = {
        Rung.DUE: 0,
        Rung.COMMITTEE: policy.late_committee_hours,
        Rung.DIRECTOR: policy.late_director_hours,
    }
    return max(due, since) + timedelta(hours=hours[rung])


def duty_rungs(*, since: datetime, policy: DeadlinePolicy) -> dict[Rung, datetime]:
    """When the director on duty, the deputy and then all directors hear of a new calamity."""
    return {
        Rung.ON_DUTY: since,
        Rung.DEPUTY: since + timedelta(minutes=policy.duty_deputy_minutes),
        Rung.EVERYBODY: since + timedelta(minutes=policy.duty_all_minutes),
    }
