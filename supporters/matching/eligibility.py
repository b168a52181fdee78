"""Who may be asked to support one involved employee, and in which order: matching, said to the database.

The rules and the points are those of `matching.ranking`, which explains them. They stand here once more
because the database goes through a large pool without carrying it into memory; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DurationField,
    Expression,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.expressions import OrderBy
from django.db.models.functions import Abs, Cast, ExtractDay, Greatest, Least, RowNumber
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.people.who_is_who import Named, same_human
from incidents.models import Incident, Involvement, TeamMember
from supporters.enums import LadderStep, Rule, SameProfession, SupporterStatus
from supporters.matching.nobody_fits import RuleCount
from supporters.matching.ranking import Candidate, MatchingPolicy, Person, Wishes
from supporters.models import Contact, Exclusion, KeptApart, Offer, Supporter

NO_PROFESSION = UUID(int=0)

#: No coordinator can set these aside: the person is no supporter, or the two are never matched. Between
#: somebody and the own manager it is never, either way: one of the two has a say about the other's work.
NEVER = frozenset({Rule.STOPPED, Rule.IS_SELF, Rule.IS_MANAGER, Rule.IS_MANAGED, Rule.ON_EXCLUSION_LIST})

#: Counted and never named: who is left out so by a case would tell who handed back, or asked for another.
UNNAMED = frozenset({Rule.ON_EXCLUSION_LIST})

#: What the ladder may set aside on each of its steps (as in supporters.matching.nobody_fits).
LADDER_SETS_ASIDE = frozenset({Rule.OTHER_PROFESSION, Rule.NOT_PHYSICIAN, Rule.INSIDE, Rule.OUTSIDE})


@dataclass(frozen=True, slots=True)
class Need:
    """One offer of support, as far as choosing a supporter goes. Without an account `employee_id` is None,
    and `named` says who it is.
    """

    offer_id: UUID
    incident_id: UUID
    employee_id: UUID | None
    manager_id: UUID | None
    person: Person
    named: Named | None = None


def need_of(offer: Offer, at: datetime) -> Need:
    """The need behind `offer`; reads its incident, and its involvement with employee, profession and
    department.
    """
    involvement = offer.involvement
    employee, profession, department = involvement.employee, involvement.profession, involvement.department
    return Need(
        offer_id=offer.id,
        incident_id=offer.incident_id,
        employee_id=involvement.employee_id,
        manager_id=employee.manager_id if employee else None,
        person=Person(
            profession_id=involvement.profession_id,
            profession_group=profession.group if profession else "",
            department_id=involvement.department_id,
            location_id=department.location_id if department else None,
            language=employee.language if employee else "",
            years_in_profession=employee.years_in_profession(year=_year(at)) if employee else None,
            wishes=Wishes(
                other_department=involvement.wish_other_department,
                physician=involvement.wish_physician,
                outside=involvement.wish_outside,
            ),
        ),
        named=None if employee else involvement.named,
    )


def eligible(
    need: Need, policy: MatchingPolicy, at: datetime, *, aside: frozenset[Rule] = frozenset()
) -> QuerySet[Supporter]:
    """Everybody whom no rule leaves out (the rules `aside` are not looked at)."""
    rules = broken(need, policy, at)
    left_out = reduce(or_, (breaks for rule, breaks in rules.items() if rule not in aside))
    return Supporter.objects.filter(~left_out)


def ranked(
    need: Need, policy: MatchingPolicy, at: datetime, *, aside: frozenset[Rule] = frozenset()
) -> QuerySet[Any]:
    """`eligible`, best first, with `score`: slice it."""
    people: QuerySet[Any] = eligible(need, policy, at, aside=aside)
    people = people.annotate(score=score(need.person, policy, at))
    return people.order_by("score", F("last_asked_at").asc(nulls_first=True), "id")


def ladder(need: Need, policy: MatchingPolicy, at: datetime, *, each: int) -> QuerySet[Any]:
    """The best `each` of every step of the ladder (`step`), for when nobody is eligible."""
    order: list[str | OrderBy] = ["score", F("last_asked_at").asc(nulls_first=True), "id"]
    people: QuerySet[Any] = ranked(need, policy, at, aside=LADDER_SETS_ASIDE)
    people = people.annotate(step=_step(need.person, policy))
    people = people.annotate(place=Window(RowNumber(), partition_by="step", order_by=order))
    found: QuerySet[Any] = people.filter(place__lte=each)
    return found


def broken(need: Need, policy: MatchingPolicy, at: datetime) -> dict[Rule, Q]:
    """For each rule that somebody can break the condition under which a supporter does."""
    return {**_rules_of_supporter(at), **_rules_of_event(need), **_rules_of_pair(need.person, policy)}


def rules_of(
    need: Need, policy: MatchingPolicy, at: datetime, people: QuerySet[Supporter]
) -> dict[UUID, frozenset[Rule]]:
    """Which rules each of `people` breaks, by the supporter's id: one query."""
    rules = broken(need, policy, at)
    rows = people.annotate(**_flags(rules)).values_list("id", *map(_flag, rules))
    return {
        pk: frozenset(rule for rule, breaks in zip(rules, breaks_rules, strict=True) if breaks)
        for pk, *breaks_rules in rows
    }


def count_rules(need: Need, policy: MatchingPolicy, at: datetime) -> list[RuleCount]:
    """How many of the pool each rule leaves out, and how many it alone; the most first: one query."""
    rules = broken(need, policy, at)
    alone = Q(broken_count=1)
    totals = _pool_with_flags(rules).aggregate(
        **{f"{rule}__count": Count("id", filter=Q(**{_flag(rule): True})) for rule in rules},
        **{f"{rule}__alone": Count("id", filter=Q(**{_flag(rule): True}) & alone) for rule in rules},
    )
    counts = [RuleCount(rule, totals[f"{rule}__count"], totals[f"{rule}__alone"]) for rule in rules]
    return sorted((each for each in counts if each.count), key=lambda each: -each.count)


def left_out(need: Need, policy: MatchingPolicy, at: datetime, *, first: int) -> dict[Rule, list[Supporter]]:
    """Names for the counts: of the first `first` supporters by name who are left out, by rule but those
    UNNAMED: one query.
    """
    rules = broken(need, policy, at)
    people = _pool_with_flags(rules).filter(broken_count__gt=0)
    people = people.select_related("user").order_by("user__sort_key", "id")
    named: dict[Rule, list[Supporter]] = {}
    for supporter in people[:first]:
        for rule in rules:
            if rule not in UNNAMED and getattr(supporter, _flag(rule)):
                named.setdefault(rule, []).append(supporter)
    return named


def candidate(supporter: Supporter, at: datetime) -> Candidate:
    """What matching says about this supporter; reads its user with profession, department and location."""
    user = supporter.user
    profession, department = user.profession, user.department
    location = department.location if department else None
    return Candidate(
        supporter_id=supporter.id,
        profession_id=profession.id if profession else NO_PROFESSION,
        profession_group=profession.group if profession else "",
        department_id=user.department_id,
        location_id=location.id if location else None,
        is_partner=bool(location and location.is_partner),
        language=user.language,
        years_in_profession=user.years_in_profession(year=_year(at)),
        open_contacts=supporter.load,
        last_asked_at=supporter.last_asked_at,
        profession_name=profession.name if profession else "",
        department_name=department.name if department else "",
        location_name=location.name if location else "",
    )


def score(person: Person, policy: MatchingPolicy, at: datetime) -> Expression:
    """The points of `matching.explain` for each supporter, lower is better."""
    parts = (
        _trade_points(person, policy),
        _language_points(person, policy),
        _place_points(person, policy),
        _experience_points(person, policy, at),
        F("load") * policy.weights.open_contact,
        _asked_points(policy, at),
    )
    total = sum(parts[1:], start=parts[0])
    return ExpressionWrapper(total, output_field=IntegerField())


def _rules_of_supporter(at: datetime) -> Mapping[Rule, Q]:
    today = timezone.localdate(at)
    trained = Q(trained_on__lte=today)
    return {
        Rule.NOT_TRAINED: ~trained,
        Rule.TRAINING_EXPIRED: trained & (Q(current_until__isnull=True) | Q(current_until__lt=today)),
        Rule.STOPPED: Q(status=SupporterStatus.STOPPED) | Q(user__is_active=False),
        Rule.PAUSED: Q(status=SupporterStatus.PAUSED),
        Rule.ABSENT: Q(absent_from__lte=today) & (Q(absent_until__isnull=True) | Q(absent_until__gte=today)),
        Rule.AT_CAPACITY: Q(load__gte=F("capacity")),
        Rule.COOLING_DOWN: Q(rests_until__gt=at),
    }


def _rules_of_event(need: Need) -> Mapping[Rule, Q]:
    involved = Involvement.objects.filter(incident_id=need.incident_id, employee__isnull=False)
    analysts = TeamMember.objects.current().filter(incident_id=need.incident_id)
    asked = Contact.objects.filter(offer_id=need.offer_id)
    rules = {
        Rule.INVOLVED_IN_EVENT: Q(user_id__in=involved.values("employee_id")) | _typed_in(need.incident_id),
        Rule.IS_ANALYST: Q(user_id__in=analysts.values("analyst_id")),
        Rule.ALREADY_ASKED: Q(id__in=asked.values("supporter_id")),
    }
    if need.named is not None:
        # Typed in, and a supporter all the same: nobody is asked to support themselves.
        rules[Rule.IS_SELF] = Q(user__in=User.objects.filter(same_human(need.named)).values("pk"))
        rules[Rule.INVOLVED_IN_EVENT] &= ~rules[Rule.IS_SELF]
    if need.employee_id:
        pairs = Exclusion.objects.filter(employee_id=need.employee_id).values("supporter_id")
        by_hand = KeptApart.objects.filter(employee_id=need.employee_id).values("supporter_id")
        rules[Rule.IS_SELF] = Q(user_id=need.employee_id)
        rules[Rule.INVOLVED_IN_EVENT] &= ~rules[Rule.IS_SELF]
        rules[Rule.ON_EXCLUSION_LIST] = Q(id__in=pairs) | Q(id__in=by_hand)
        rules |= _rules_of_line(need.employee_id, need.manager_id)
    rules[Rule.REPORTED_EVENT] = _reported(need)
    return rules


def _typed_in(incident_id: UUID) -> Q:
    """Who may be one of those without an account in the event, by mail address or telephone number."""
    by_hand = Involvement.objects.filter(incident_id=incident_id, employee__isnull=True)
    addresses = by_hand.exclude(email="").values("email")
    numbers = by_hand.exclude(telephone="").values("telephone")
    return Q(user__email__in=addresses) | Q(user__telephone__in=numbers)


def _reported(need: Need) -> Q:
    """Who reported the event, also on a report that was joined with it; not the person themselves."""
    reports = Incident.objects.filter(Q(pk=need.incident_id) | Q(joined_into=need.incident_id))
    others = reports.exclude(reporter=None).exclude(reporter=need.employee_id)
    return Q(user_id__in=others.values("reporter_id"))


def _rules_of_line(employee_id: UUID, manager_id: UUID | None) -> Mapping[Rule, Q]:
    """Nobody is asked to support their own manager, nor a manager somebody whom they manage. A manager is who
    stands so in the personnel file, and who leads the department; not the manager's manager.
    """
    leaders = User.groups.through.objects.filter(group__name=Role.TEAM_LEADER).values("user_id")
    leads = Q(user_id__in=leaders)
    departments = User.objects.filter(pk=employee_id, department__isnull=False).values("department_id")
    led_in = Q(user__department_id__in=departments.exclude(pk__in=leaders))
    led = Q(user__department_id__in=departments.filter(pk__in=leaders))
    manages = led_in & leads | Q(user_id=manager_id) if manager_id else led_in & leads
    return {
        Rule.IS_MANAGER: manages & ~Q(user_id=employee_id),
        Rule.IS_MANAGED: (Q(user__manager_id=employee_id) | led & ~leads) & ~Q(user_id=employee_id),
    }


def _rules_of_pair(person: Person, policy: MatchingPolicy) -> Mapping[Rule, Q]:
    wishes = person.wishes
    partner = Q(user__department__location__is_partner=True)
    rules = {Rule.INSIDE: ~partner} if wishes.outside else {Rule.OUTSIDE: partner}
    if wishes.physician:
        rules[Rule.NOT_PHYSICIAN] = ~Q(user__profession__group__in=policy.physician_groups)
    elif (
        policy.same_profession == SameProfession.REQUIRED
        and person.profession_id is not None
        and not wishes.outside
    ):
        rules[Rule.OTHER_PROFESSION] = ~Q(user__profession_id=person.profession_id)
    if wishes.other_department and person.department_id is not None:
        rules[Rule.SAME_DEPARTMENT] = Q(user__department_id=person.department_id)
    return rules


def _step(person: Person, policy: MatchingPolicy) -> Case:
    """The first step of the ladder on which a supporter comes into view."""
    steps = []
    outside = _rules_of_pair(person, policy).get(Rule.OUTSIDE)
    if outside:
        steps.append(When(outside, then=LadderStep.OUTSIDE))
    if person.profession_id is not None:
        steps += [
            When(user__profession_id=person.profession_id, then=LadderStep.SAME_PROFESSION_ELSEWHERE),
            When(user__profession__group=person.profession_group, then=LadderStep.RELATED_PROFESSION),
        ]
    return Case(*steps, default=LadderStep.ANY_PROFESSION, output_field=IntegerField())


def _trade_points(person: Person, policy: MatchingPolicy) -> Expression:
    weights = policy.weights
    looked_at = person.profession_id is not None and policy.same_profession != SameProfession.IGNORED
    if not looked_at:
        return Value(0)
    cases = [When(user__profession_id=person.profession_id, then=0)]
    if person.wishes.physician:
        cases.append(When(user__profession__group__in=policy.physician_groups, then=0))
    cases.append(When(user__profession__group=person.profession_group, then=weights.related_profession))
    return Case(*cases, default=weights.other_profession, output_field=IntegerField())


def _language_points(person: Person, policy: MatchingPolicy) -> Expression:
    if not person.language:
        return Value(0)
    return Case(
        When(user__language__in=("", person.language), then=0),
        default=policy.weights.other_language,
        output_field=IntegerField(),
    )


def _place_points(person: Person, policy: MatchingPolicy) -> Expression:
    weights, wishes = policy.weights, person.wishes
    partner = When(
        user__department__location__is_partner=True, then=0 if wishes.outside else weights.outside_unasked
    )
    near: Expression = Value(0)
    far: Expression = Value(0)
    if person.department_id is not None and wishes.other_department:
        near = Case(
            When(user__department_id=person.department_id, then=weights.same_department),
            default=0,
            output_field=IntegerField(),
        )
    if person.location_id is not None:
        far = Case(
            When(user__department__location_id=person.location_id, then=0),
            default=weights.other_location,
            output_field=IntegerField(),
        )
    return Case(partner, default=near + far, output_field=IntegerField())


def _experience_points(person: Person, policy: MatchingPolicy, at: datetime) -> Expression:
    weights, years = policy.weights, person.years_in_profession
    if years is None:
        return Value(0)
    more = Greatest(Value(0), Value(_year(at)) - F("user__in_profession_since")) - years
    points = Least(Abs(more), Value(weights.years_counted)) * weights.fewer_years
    return Case(
        When(user__in_profession_since__isnull=True, then=weights.unknown_years),
        When(user__in_profession_since__lt=_year(at) - years, then=points / 2),
        default=points,
        output_field=IntegerField(),
    )


def _asked_points(policy: MatchingPolicy, at: datetime) -> Expression:
    weights = policy.weights
    since = ExpressionWrapper(Value(at) - F("last_asked_at"), output_field=DurationField())
    days = Greatest(Value(0), Cast(ExtractDay(since), IntegerField()))
    points = Greatest(Value(0), Value(weights.rest_days) - days) * weights.asked_today / weights.rest_days
    # By a case and not by COALESCE: to PostgreSQL the greatest of 0 and NULL is 0.
    return Case(When(last_asked_at__isnull=True, then=0), default=points, output_field=IntegerField())


def _flag(rule: Rule) -> str:
    return f"breaks_{rule}"


def _flags(rules: Mapping[Rule, Q]) -> dict[str, Expression]:
    return {
        _flag(rule): Case(When(breaks, then=True), default=False, output_field=BooleanField())
        for rule, breaks in rules.items()
    }


def _pool_with_flags(rules: Mapping[Rule, Q]) -> QuerySet[Any]:
    """Everybody who is still in the pool, with a flag for each rule and the number that are broken."""
    ones = (
        Case(When(**{_flag(rule): True}, then=1), default=0, output_field=IntegerField()) for rule in rules
    )
    people = Supporter.objects.exclude(status=SupporterStatus.STOPPED)
    return people.annotate(**_flags(rules)).annotate(broken_count=sum(ones, start=Value(0)))


def _year(at: datetime) -> int:
    return timezone.localtime(at).year
