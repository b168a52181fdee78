"""Matching once more, in plain Python and one supporter at a time: what the database is held against.

And a pool in which everything that matching looks at varies.
"""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from accounts.models import User
from hospital.enums import ProfessionGroup
from hospital.models import Department, Location, Profession
from supporters.enums import LadderStep, ReasonCode, Rule, SameProfession
from supporters.matching.need import Need
from supporters.matching.reasons import Reason
from supporters.models import Supporter
from supporters.tests.factories import trained

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
NEVER_ASKED = datetime.min.replace(tzinfo=UTC)
PHYSICIANS = {"physician", "resident"}
TO_ANOTHER_PROFESSION = {
    *(Rule.OTHER_PROFESSION, Rule.NOT_PHYSICIAN, Rule.NOT_PROFESSION),
    *(Rule.NOT_FROM, Rule.INSIDE),
}


def pool_of(size: int, seed: int) -> list[Supporter]:
    """A pool in which everything that matching looks at varies, and ties are common."""
    chance = random.Random(seed)
    locations = [Location.objects.create(name=f"Locatie {n}", is_partner=n == 2) for n in range(3)]
    departments = [
        Department.objects.create(name=f"Afdeling {n}", location=chance.choice(locations)) for n in range(6)
    ]
    groups = [
        ProfessionGroup.NURSE,
        ProfessionGroup.NURSE,
        ProfessionGroup.PHYSICIAN,
        ProfessionGroup.RESIDENT,
    ]
    professions = [
        Profession.objects.create(name=f"Beroep {n}", group=group) for n, group in enumerate(groups)
    ]
    users = User.objects.bulk_create(
        User(
            username=f"p{n}",
            name=f"Peer {n}",
            department=chance.choice([*departments, None]),
            profession=chance.choice([*professions, None]),
            in_profession_since=chance.choice([None, 1998, 2013, 2015, 2016, 2018, 2024, 2030]),
            language=chance.choice(["nl", "nl", "en", ""]),
        )
        for n in range(size)
    )
    asked = [None, NOW, NOW - timedelta(days=3), NOW - timedelta(days=3, hours=5), NOW - timedelta(days=60)]
    asked += [NOW - timedelta(days=40), NOW - timedelta(days=39, hours=23), NOW + timedelta(hours=1)]
    people, day = list(users), date(2025, 1, 1)
    trained(people, day)
    return Supporter.objects.bulk_create(
        Supporter(
            user=user,
            trained_on=day,
            current_until=date(2027, 1, 1),
            load=chance.choice([0, 0, 1, 2]),
            last_asked_at=chance.choice(asked),
        )
        for user in people
    )


def reasons(need: Need, supporter: Supporter) -> list[tuple[Reason, int]]:
    """Every reason, with its points."""
    return [
        *_chosen(need, supporter),
        *_profession(need, supporter.user),
        *_language(need, supporter.user),
        *_place(need, supporter.user),
        *_experience(need, supporter.user),
        *_contacts(supporter),
        *_asked(need, supporter),
    ]


def score(need: Need, supporter: Supporter) -> int:
    return sum(points for _reason, points in reasons(need, supporter))


def in_order(need: Need, people: list[Supporter]) -> list[Supporter]:
    return sorted(people, key=lambda each: (score(need, each), each.last_asked_at or NEVER_ASKED, each.id))


def pair_rules(need: Need, supporter: Supporter) -> frozenset[Rule]:
    """The rules that policy and wishes make for these two people."""
    profession, department = supporter.user.profession, supporter.user.department
    outside = _is_partner(supporter.user)
    broken = set()
    if outside is not need.wish_outside:
        broken.add(Rule.OUTSIDE if outside else Rule.INSIDE)
    required = need.same_profession == SameProfession.REQUIRED and need.profession_id
    if need.wish_physician and (not profession or profession.group not in PHYSICIANS):
        broken.add(Rule.NOT_PHYSICIAN)
    if need.wish_profession_id and (not profession or profession.id != need.wish_profession_id):
        broken.add(Rule.NOT_PROFESSION)
    wished = need.wish_physician or need.wish_profession_id
    held = required and not wished and not need.wish_outside
    if held and (not profession or profession.id != need.profession_id):
        broken.add(Rule.OTHER_PROFESSION)
    place = department.id if department else None
    if _minds(need) and place and place == need.department_id:
        broken.add(Rule.SAME_DEPARTMENT)
    if need.wish_from_id and place != need.wish_from_id:
        broken.add(Rule.NOT_FROM)
    if need.wish_not_from_id and place == need.wish_not_from_id:
        broken.add(Rule.UNWANTED_FROM)
    return frozenset(broken)


def counts(need: Need, people: list[Supporter]) -> set[tuple[Rule, int, int]]:
    """Rule, how many it leaves out, and how many it alone."""
    broken = [pair_rules(need, each) for each in people]
    alone = Counter(rule for rules in broken if len(rules) == 1 for rule in rules)
    return {
        (rule, count, alone[rule])
        for rule, count in Counter(rule for each in broken for rule in each).items()
    }


def ladder(need: Need, people: list[Supporter]) -> dict[LadderStep, list[Supporter]]:
    """Who is new on each step, best first."""
    found: dict[LadderStep, list[Supporter]] = {}
    for supporter in in_order(need, people):
        step = _step(need, supporter)
        if step:
            found.setdefault(step, []).append(supporter)
    return found


def _step(need: Need, supporter: Supporter) -> LadderStep | None:
    rules, profession = pair_rules(need, supporter), supporter.user.profession
    if not rules <= TO_ANOTHER_PROFESSION:
        return LadderStep.OUTSIDE if rules <= TO_ANOTHER_PROFESSION | {Rule.OUTSIDE} else None
    if need.profession_id and profession and profession.id == need.profession_id:
        return LadderStep.SAME_PROFESSION_ELSEWHERE
    if need.profession_id and profession and profession.group == need.profession_group:
        return LadderStep.RELATED_PROFESSION
    return LadderStep.ANY_PROFESSION


def _minds(need: Need) -> bool:
    return need.wish_other_department and not (need.wish_from_id and need.wish_from_id == need.department_id)


def _is_partner(user: User) -> bool:
    return bool(user.department and user.department.location.is_partner)


def _chosen(need, supporter):
    if need.chosen_id:
        is_chosen = supporter.id == need.chosen_id
        code = ReasonCode.CHOSEN if is_chosen else ReasonCode.NOT_CHOSEN
        yield Reason(code, is_chosen), 0 if is_chosen else 1000


def _profession(need, user):
    name, group = (user.profession.name, user.profession.group) if user.profession else ("", None)
    if need.profession_id and user.profession_id == need.profession_id:
        yield Reason(ReasonCode.SAME_PROFESSION, True), 0
    elif need.wish_profession_id and user.profession_id == need.wish_profession_id:
        yield Reason(ReasonCode.AS_ASKED, True), 0
    elif need.wish_physician and group in PHYSICIANS:
        yield Reason(ReasonCode.PHYSICIAN, True), 0
    elif not need.profession_id or need.same_profession == SameProfession.IGNORED:
        return
    elif group == need.profession_group:
        yield Reason(ReasonCode.RELATED_PROFESSION, True, name=name), 30
    else:
        yield Reason(ReasonCode.OTHER_PROFESSION, False, name=name), 60


def _language(need, user):
    if need.language and user.language:
        if need.language == user.language:
            yield Reason(ReasonCode.LANGUAGE, True, name=need.language), 0
        else:
            yield Reason(ReasonCode.OTHER_LANGUAGE, False, name=need.language), 80


def _place(need, user):
    if _is_partner(user):
        yield Reason(ReasonCode.OUTSIDE, need.wish_outside), 0 if need.wish_outside else 40
        return
    department = user.department
    if need.department_id:
        if department and department.id == need.department_id:
            minds = _minds(need)
            yield Reason(ReasonCode.SAME_DEPARTMENT, not minds), 50 if minds else 0
        else:
            yield Reason(ReasonCode.OTHER_DEPARTMENT, True, name=department.name if department else ""), 0
    if need.location_id:
        if department and department.location_id == need.location_id:
            yield Reason(ReasonCode.SAME_LOCATION, True), 0
        else:
            name = department.location.name if department else ""
            yield Reason(ReasonCode.OTHER_LOCATION, False, name=name), 10


def _experience(need, user):
    if need.years_in_profession is None:
        return
    years = user.years_in_profession(year=2026)
    if years is None:
        yield Reason(ReasonCode.UNKNOWN_EXPERIENCE, False), 6
        return
    more = years - need.years_in_profession
    points = min(abs(more), 15) if more > 0 else 2 * min(-more, 15)
    if abs(more) <= 3:
        code = ReasonCode.SIMILAR_EXPERIENCE
    else:
        code = ReasonCode.MORE_EXPERIENCE if more > 0 else ReasonCode.LESS_EXPERIENCE
    yield Reason(code, more >= -3, abs(more)), points


def _contacts(supporter):
    yield Reason(ReasonCode.OPEN_CONTACTS, supporter.load == 0, supporter.load), 15 * supporter.load


def _asked(need, supporter):
    if supporter.last_asked_at is None:
        yield Reason(ReasonCode.NEVER_ASKED, True), 0
        return
    days = max(0, (need.at - supporter.last_asked_at).days)
    points = max(0, 40 - days)
    yield Reason(ReasonCode.LAST_ASKED, points == 0, days), points
