"""Who may not be asked to support one involved employee: every rule, as a condition on supporters."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, F, Q, QuerySet, When
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.people.who_is_who import same_human
from hospital.enums import ProfessionGroup
from incidents.models import Incident, Involvement, TeamMember
from supporters.enums import Rule, SameProfession, SupporterStatus
from supporters.matching.need import Need
from supporters.models import Contact, Exclusion, KeptApart, Supporter

#: No coordinator can set these aside: the person is no supporter, has a part in the event, or the two are
#: never matched. Between somebody and the own manager it is never, either way: one of the two has a say about
#: the other's work. What is left is about room and fit, which she weighs.
NEVER = frozenset(
    {
        *(Rule.STOPPED, Rule.IS_SELF, Rule.IS_MANAGER, Rule.IS_MANAGED, Rule.ON_EXCLUSION_LIST),
        *(Rule.INVOLVED_IN_EVENT, Rule.REPORTED_EVENT, Rule.IS_ANALYST),
    }
)

#: Those of one event.
OF_EVENT = frozenset({Rule.INVOLVED_IN_EVENT, Rule.REPORTED_EVENT, Rule.IS_ANALYST})

NOBODY = Q(pk__in=())
#: The accounts of those who lead a department.
LEADERS = User.groups.through.objects.filter(group__name=Role.TEAM_LEADER).values("user_id")
#: Who works outside the hospital.
PARTNER = Q(user__department__location__is_partner=True)


def supporters(need: Need, *, aside: frozenset[Rule] = frozenset()) -> QuerySet[Supporter]:
    """Everybody whom no rule leaves out (the rules `aside` are not looked at)."""
    left_out = reduce(or_, (breaks for rule, breaks in broken(need).items() if rule not in aside))
    return Supporter.objects.filter(~left_out)


def broken(need: Need) -> dict[Rule, Q]:
    """For each rule that somebody can break the condition under which a supporter does."""
    return {**_rules_of_supporter(need.at), **_rules_of_event(need), **_rules_of_pair(need)}


def rules_of(need: Need, people: QuerySet[Supporter]) -> dict[UUID, frozenset[Rule]]:
    """Which rules each of `people` breaks, by the supporter's id: one query."""
    rules = broken(need)
    rows = people.annotate(**flags(rules)).values_list("id", *map(flag, rules))
    return {
        pk: frozenset(rule for rule, breaks in zip(rules, breaks_rules, strict=True) if breaks)
        for pk, *breaks_rules in rows
    }


def flags(rules: Mapping[Rule, Q]) -> dict[str, Case]:
    """For each of `rules` a column that is true for who breaks it."""
    return {
        flag(rule): Case(When(breaks, then=True), default=False, output_field=BooleanField())
        for rule, breaks in rules.items()
    }


def flag(rule: Rule) -> str:
    """The name of that column."""
    return f"breaks_{rule}"


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
    involved = Involvement.objects.filter(incident__in=need.incident_ids, employee__isnull=False)
    analysts = TeamMember.objects.current().filter(incident__in=need.incident_ids)
    asked = Contact.objects.filter(offer_id=need.offer_id)
    rules = {
        Rule.INVOLVED_IN_EVENT: Q(user_id__in=involved.values("employee_id")) | _typed_in(need.incident_ids),
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
        rules |= _rules_of_line(need.employee_id, need.works_in_id, need.manager_id)
    rules[Rule.REPORTED_EVENT] = _reported(need)
    return rules


def _typed_in(incident_ids: Collection[UUID]) -> Q:
    """Who may be one of those without an account in the event, by mail address or telephone number."""
    by_hand = Involvement.objects.filter(incident__in=incident_ids, employee__isnull=True)
    addresses = by_hand.exclude(email="").values("email")
    numbers = by_hand.exclude(telephone="").values("telephone")
    return Q(user__email__in=addresses) | Q(user__telephone__in=numbers)


def _reported(need: Need) -> Q:
    """Who reported the event, also on a report that was joined with it; not the person themselves."""
    reports = Incident.objects.filter(Q(pk__in=need.incident_ids) | Q(joined_into__in=need.incident_ids))
    others = reports.exclude(reporter=None).exclude(reporter=need.employee_id)
    return Q(user_id__in=others.values("reporter_id"))


def _rules_of_line(
    employee_id: UUID, department_id: UUID | None, manager_id: UUID | None
) -> Mapping[Rule, Q]:
    """Nobody is asked to support their own manager, nor a manager somebody whom they manage. A manager is who
    stands so in the personnel file, and who leads the department; not the manager's manager.
    """
    manages, managed = Q(user_id=manager_id) if manager_id else NOBODY, Q(user__manager_id=employee_id)
    if department_id:
        colleague, leads = Q(user__department_id=department_id), Q(user_id__in=LEADERS)
        employee_leads = Q(Exists(LEADERS.filter(user_id=employee_id)))
        manages |= colleague & leads & ~employee_leads
        managed |= colleague & ~leads & employee_leads
    return {
        Rule.IS_MANAGER: manages & ~Q(user_id=employee_id),
        Rule.IS_MANAGED: managed & ~Q(user_id=employee_id),
    }


def _rules_of_pair(need: Need) -> Mapping[Rule, Q]:
    """Made by wishes and policy. A wish comes before policy: who asked for a profession or for somebody
    outside is not held to the own, nor who asked for the own department to another one.
    """
    rules = {Rule.INSIDE: ~PARTNER} if need.wish_outside else {Rule.OUTSIDE: PARTNER}
    if need.wish_physician:
        rules[Rule.NOT_PHYSICIAN] = ~Q(user__profession__group__in=ProfessionGroup.physicians())
    if need.wish_profession_id:
        rules[Rule.NOT_PROFESSION] = ~Q(user__profession_id=need.wish_profession_id)
    elif (
        need.same_profession == SameProfession.REQUIRED
        and need.profession_id is not None
        and not (need.wish_outside or need.wish_physician)
    ):
        rules[Rule.OTHER_PROFESSION] = ~Q(user__profession_id=need.profession_id)
    if need.minds_department and need.department_id is not None:
        rules[Rule.SAME_DEPARTMENT] = Q(user__department_id=need.department_id)
    if need.wish_from_id:
        rules[Rule.NOT_FROM] = ~Q(user__department_id=need.wish_from_id)
    if need.wish_not_from_id:
        rules[Rule.UNWANTED_FROM] = Q(user__department_id=need.wish_not_from_id)
    return rules
