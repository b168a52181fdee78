"""Which reports that name nobody wait for the coordinator, and which close by themselves, and when.

The most precise rule counts, which is the one that says most of event, harm and department; of two that are
equally precise the one that waits longer. The agreement about what harmed no patient
(`SupportPolicy.unharmed_days`) is such a rule, of harm alone. Where none fits, it waits. A calamity always
waits. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from incidents.enums import Harm, IncidentKind
from incidents.models import Incident
from supporters.models import IntakeRule


@dataclass(frozen=True)
class ReportFacts:
    """Of a report, what rules look at."""

    kind: str
    event_type: str
    harm: str
    department_id: UUID | None


def facts_of(incident: Incident) -> ReportFacts:
    return ReportFacts(incident.kind, incident.event_type, incident.harm, incident.department_id)


def days_until_closed(
    facts: ReportFacts, rules: Iterable[IntakeRule], *, unharmed_days: int | None
) -> int | None:
    """After how many days such a report is closed; None: it waits."""
    if facts.kind == IncidentKind.CALAMITY:
        return None
    usual = IntakeRule(harm=Harm.NONE, closes_after_days=unharmed_days)
    fitting = [(_said(rule), rule) for rule in (usual, *rules) if _fits(rule, facts)]
    if not fitting:
        return None
    most = max(said for said, _rule in fitting)
    days = [rule.closes_after_days for said, rule in fitting if said == most]
    return None if None in days else max(day for day in days if day is not None)


def weight(kind: str, harm: str) -> int:
    """How far on top of the list: a calamity, then by harm; what is not known stands above no harm."""
    return 4 if kind == IncidentKind.CALAMITY else _BY_HARM[Harm(harm)]


_BY_HARM = {Harm.SERIOUS: 3, Harm.SOME: 2, Harm.UNKNOWN: 1, Harm.NONE: 0}


def _fits(rule: IntakeRule, facts: ReportFacts) -> bool:
    return (
        rule.event_type in {"", facts.event_type}
        and rule.harm in {"", facts.harm}
        and rule.department_id in {None, facts.department_id}
    )


def _said(rule: IntakeRule) -> int:
    return bool(rule.event_type) + bool(rule.harm) + (rule.department_id is not None)
