"""How many of the pool each rule leaves out for one involved employee, and who they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from supporters.enums import Rule, SupporterStatus
from supporters.matching import may_be_asked
from supporters.matching.may_be_asked import flag
from supporters.matching.need import Need
from supporters.models import Supporter

#: Counted and never named: who is left out so by a case would tell who handed back, or asked for another.
UNNAMED = frozenset({Rule.ON_EXCLUSION_LIST})


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many supporters a rule leaves out, and how many of those no other rule does."""

    rule: Rule
    count: int
    alone: int


def counts(need: Need) -> list[RuleCount]:
    """How many of the pool each rule leaves out, and how many it alone; the most first: one query."""
    rules = may_be_asked.broken(need)
    alone = Q(broken_count=1)
    totals = _pool(rules).aggregate(
        **{f"{rule}__count": Count("id", filter=Q(**{flag(rule): True})) for rule in rules},
        **{f"{rule}__alone": Count("id", filter=Q(**{flag(rule): True}) & alone) for rule in rules},
    )
    counted = [RuleCount(rule, totals[f"{rule}__count"], totals[f"{rule}__alone"]) for rule in rules]
    return sorted((each for each in counted if each.count), key=lambda each: -each.count)


def names(need: Need, *, first: int) -> dict[Rule, list[Supporter]]:
    """Names for the counts: of the first `first` supporters by name who are left out, by rule but those
    UNNAMED: one query.
    """
    rules = may_be_asked.broken(need)
    people = _pool(rules).filter(broken_count__gt=0)
    people = people.select_related("user").order_by("user__sort_key", "id")
    named: dict[Rule, list[Supporter]] = {}
    for supporter in people[:first]:
        for rule in rules:
            if rule not in UNNAMED and getattr(supporter, flag(rule)):
                named.setdefault(rule, []).append(supporter)
    return named


def _pool(rules: Mapping[Rule, Q]) -> QuerySet[Any]:
    """Everybody who is still in the pool, with a flag for each rule and the number that are broken."""
    ones = (
        Case(When(**{flag(rule): True}, then=1), default=0, output_field=IntegerField()) for rule in rules
    )
    people = Supporter.objects.exclude(status=SupporterStatus.STOPPED)
    return people.annotate(**may_be_asked.flags(rules)).annotate(broken_count=sum(ones, start=Value(0)))
