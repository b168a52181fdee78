"""What to try, step by step, when nobody may be asked for an involved employee."""

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber

from supporters.enums import LadderStep, Rule
from supporters.matching import may_be_asked, order
from supporters.matching.need import Need

#: About how well two people fit; protects nobody.
FIT = frozenset({Rule.OTHER_PROFESSION, Rule.NOT_PHYSICIAN, Rule.NOT_PROFESSION, Rule.NOT_FROM, Rule.INSIDE})

EVERYBODY = ~Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Widening:
    """Whom a step of the ladder is about, and which rules it sets aside for them. All others hold on every
    step: those that protect somebody (involved in the event, the manager …) and the wish for another
    department.
    """

    step: LadderStep
    people: Q
    aside: frozenset[Rule]


def ladder(need: Need) -> list[Widening]:
    """The steps in the order in which to try them."""
    by_profession = [
        Widening(LadderStep.SAME_PROFESSION_ELSEWHERE, Q(user__profession_id=need.profession_id), FIT),
        Widening(LadderStep.RELATED_PROFESSION, Q(user__profession__group=need.profession_group), FIT),
    ]
    return [
        *(by_profession if need.profession_id else ()),
        Widening(LadderStep.ANY_PROFESSION, EVERYBODY, FIT),
        Widening(LadderStep.OUTSIDE, EVERYBODY, FIT | {Rule.OUTSIDE}),
    ]


def best_of_steps(need: Need, *, each: int) -> QuerySet[Any]:
    """For every `step` of the ladder the best `each` of those who come into view on it, best first."""
    steps = ladder(need)
    aside = frozenset[Rule]().union(*(step.aside for step in steps))
    broken = may_be_asked.broken(need)

    def comes(step: Widening) -> Q:
        held = (~breaks for rule, breaks in broken.items() if rule in aside - step.aside)
        return reduce(and_, held, step.people)

    first_step = Case(*(When(comes(step), then=step.step) for step in steps), output_field=IntegerField())
    people = order.best_first(may_be_asked.supporters(need, aside=aside), need)
    place = Window(RowNumber(), partition_by="step", order_by=order.BEST_FIRST)
    found: QuerySet[Any] = people.annotate(step=first_step).annotate(place=place).filter(place__lte=each)
    return found
