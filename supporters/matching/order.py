"""In which order supporters are suggested who may be asked: what is looked at, in points and reasons.

A score is a sum of points, a whole number, and *lower is better*. Every point belongs to a line that is said
in words (supporters.matching.reasons), so a coordinator sees the whole of what the order rests on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from django.db.models import (
    Case,
    DurationField,
    Expression,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs, Cast, ExtractDay, Greatest, Least
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual

from hospital.enums import ProfessionGroup
from supporters.enums import ReasonCode, SameProfession
from supporters.matching.may_be_asked import PARTNER
from supporters.matching.need import Need
from supporters.models import Supporter

#: Before all else together: whom the employee chose stands on top.
NOT_CHOSEN = 1000
RELATED_PROFESSION = 30
OTHER_PROFESSION = 60
OTHER_LANGUAGE = 80
SAME_DEPARTMENT = 50
OUTSIDE_UNASKED = 40
OTHER_LOCATION = 10
#: For each year less in the profession than the employee; half of it for each year more.
YEAR_LESS = 2
YEARS_COUNTED = 15
#: A difference of up to this many years in the profession is said as "about as long".
SIMILAR_YEARS = 3
UNKNOWN_YEARS = 6
OPEN_CONTACT = 15
#: Falls evenly to 0 over REST_DAYS whole periods of 24 hours.
ASKED_TODAY = 40
REST_DAYS = 40

#: The condition of a line that counts when no line before it does.
OTHERWISE = ~Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Line:
    """What speaks for (`good`) or against a supporter who meets the condition, the points it costs, and the
    years, contacts or days that its words mention. Without a code nothing is said.
    """

    when: Q | GreaterThan | GreaterThanOrEqual
    code: ReasonCode | None = None
    good: bool = True
    points: int | Combinable = 0
    number: int | Combinable = 0


#: One thing that is looked at: the first of its lines counts that holds.
Aspect: TypeAlias = tuple[Line, ...]

#: Of what is not known nothing is said.
UNSAID: Aspect = (Line(OTHERWISE),)


#: Among equals who was never asked, then who was asked longest ago.
BEST_FIRST = ("score", F("last_asked_at").asc(nulls_first=True), "id")


def best_first(people: QuerySet[Supporter], need: Need) -> QuerySet[Any]:
    """`people` with their `score`, best first: slice it."""
    scored: QuerySet[Any] = people.annotate(score=score(need))
    return scored.order_by(*BEST_FIRST)


def score(need: Need) -> Expression:
    """The sum of the points of every aspect."""
    points = (of_line(each, lambda _place, line: line.points) for each in aspects(need).values())
    return ExpressionWrapper(sum(points, start=Value(0)), output_field=IntegerField())


def of_line(aspect: Aspect, said: Callable[[int, Line], int | Combinable]) -> Expression:
    """For each supporter what `said` gives of the line that counts, with its place in `aspect`."""
    values = [said(place, line) for place, line in enumerate(aspect)]
    if not any(values):
        return Value(0)
    cases = (When(line.when, then=value) for line, value in zip(aspect, values, strict=True))
    return Case(*cases, output_field=IntegerField())


def aspects(need: Need) -> dict[str, Aspect]:
    """All that is looked at for `need`, by name, in the order in which it is said."""
    return {
        "chosen": _chosen(need),
        "profession": _profession(need),
        "language": _language(need),
        "department": _department(need),
        "location": _location(need),
        "experience": _experience(need),
        "contacts": _contacts(),
        "asked": _asked(need),
    }


def _chosen(need: Need) -> Aspect:
    if need.chosen_id is None:
        return UNSAID
    return (
        Line(Q(pk=need.chosen_id), ReasonCode.CHOSEN),
        Line(OTHERWISE, ReasonCode.NOT_CHOSEN, good=False, points=NOT_CHOSEN),
    )


def _profession(need: Need) -> Aspect:
    lines = []
    if need.profession_id is not None:
        lines.append(Line(Q(user__profession_id=need.profession_id), ReasonCode.SAME_PROFESSION))
    if need.wish_profession_id is not None:
        lines.append(Line(Q(user__profession_id=need.wish_profession_id), ReasonCode.AS_ASKED))
    if need.wish_physician:
        physician = Q(user__profession__group__in=ProfessionGroup.physicians())
        lines.append(Line(physician, ReasonCode.PHYSICIAN))
    if need.profession_id is None or need.same_profession == SameProfession.IGNORED:
        return (*lines, Line(OTHERWISE))
    related = Q(user__profession__group=need.profession_group)
    return (
        *lines,
        Line(related, ReasonCode.RELATED_PROFESSION, points=RELATED_PROFESSION),
        Line(OTHERWISE, ReasonCode.OTHER_PROFESSION, good=False, points=OTHER_PROFESSION),
    )


def _language(need: Need) -> Aspect:
    if not need.language:
        return UNSAID
    return (
        Line(Q(user__language=need.language), ReasonCode.LANGUAGE),
        Line(Q(user__language="")),
        Line(OTHERWISE, ReasonCode.OTHER_LANGUAGE, good=False, points=OTHER_LANGUAGE),
    )


def _department(need: Need) -> Aspect:
    asked, minds = need.wish_outside, need.minds_department
    unasked = 0 if asked else OUTSIDE_UNASKED
    outside = Line(PARTNER, ReasonCode.OUTSIDE, good=asked, points=unasked)
    if need.department_id is None:
        return outside, Line(OTHERWISE)
    same, points = Q(user__department_id=need.department_id), SAME_DEPARTMENT if minds else 0
    return (
        outside,
        Line(same, ReasonCode.SAME_DEPARTMENT, good=not minds, points=points),
        Line(OTHERWISE, ReasonCode.OTHER_DEPARTMENT),
    )


def _location(need: Need) -> Aspect:
    """Of a partner nothing is said but that it is one."""
    if need.location_id is None:
        return UNSAID
    return (
        Line(PARTNER),
        Line(Q(user__department__location_id=need.location_id), ReasonCode.SAME_LOCATION),
        Line(OTHERWISE, ReasonCode.OTHER_LOCATION, good=False, points=OTHER_LOCATION),
    )


def _experience(need: Need) -> Aspect:
    if need.years_in_profession is None:
        return UNSAID
    years = Greatest(Value(0), Value(need.year) - F("user__in_profession_since"))
    more = years - need.years_in_profession
    number = Abs(more)
    points = Least(number, Value(YEARS_COUNTED)) * YEAR_LESS
    unknown = Q(user__in_profession_since__isnull=True)
    similar = ReasonCode.SIMILAR_EXPERIENCE
    return (
        Line(unknown, ReasonCode.UNKNOWN_EXPERIENCE, good=False, points=UNKNOWN_YEARS),
        Line(GreaterThan(more, SIMILAR_YEARS), ReasonCode.MORE_EXPERIENCE, points=points / 2, number=number),
        Line(GreaterThan(more, 0), similar, points=points / 2, number=number),
        Line(GreaterThanOrEqual(more, -SIMILAR_YEARS), similar, points=points, number=number),
        Line(OTHERWISE, ReasonCode.LESS_EXPERIENCE, good=False, points=points, number=number),
    )


def _contacts() -> Aspect:
    points = F("load") * OPEN_CONTACT
    return (
        Line(Q(load=0), ReasonCode.OPEN_CONTACTS),
        Line(OTHERWISE, ReasonCode.OPEN_CONTACTS, good=False, points=points, number=F("load")),
    )


def _asked(need: Need) -> Aspect:
    since = ExpressionWrapper(Value(need.at) - F("last_asked_at"), output_field=DurationField())
    days = Greatest(Value(0), Cast(ExtractDay(since), IntegerField()))
    points = (Value(REST_DAYS) - days) * ASKED_TODAY / REST_DAYS
    rested = Q(last_asked_at__lte=need.at - timedelta(days=REST_DAYS))
    return (
        Line(Q(last_asked_at=None), ReasonCode.NEVER_ASKED),
        Line(rested, ReasonCode.LAST_ASKED, number=days),
        Line(OTHERWISE, ReasonCode.LAST_ASKED, good=False, points=points, number=days),
    )
