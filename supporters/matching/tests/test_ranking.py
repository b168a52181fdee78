import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from supporters.enums import LadderStep, ReasonCode, Rule, SameProfession
from supporters.matching.nobody_fits import Excluded, count_rules, ladder
from supporters.matching.ranking import (
    Candidate,
    MatchingPolicy,
    Person,
    Reason,
    Weights,
    Wishes,
    explain,
    pair_rules,
    rank,
    say,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
NURSE, SENIOR_NURSE, SURGEON, AIOS, PORTER = (UUID(int=number) for number in range(1, 6))
GROUPS = {
    NURSE: "nurse",
    SENIOR_NURSE: "nurse",
    SURGEON: "physician",
    AIOS: "resident",
    PORTER: "support",
}
ICU, WARD, PARTNER_WARD = (UUID(int=number) for number in range(11, 14))
NORTH, SOUTH, PARTNER = (UUID(int=number) for number in range(21, 24))
POLICY = MatchingPolicy()
REQUIRED = MatchingPolicy(same_profession=SameProfession.REQUIRED)
IGNORED = MatchingPolicy(same_profession=SameProfession.IGNORED)


def person(**known) -> Person:
    return replace(Person(NURSE, "nurse", WARD, NORTH, "nl", 10), **known)


def candidate(number: int = 1, profession: UUID = NURSE, **known) -> Candidate:
    usual = Candidate(UUID(int=number), profession, GROUPS[profession], ICU, NORTH, False, "nl", 10)
    return replace(usual, **known)


def outside(number: int = 1, profession: UUID = SURGEON, **known) -> Candidate:
    return candidate(
        number, profession, department_id=PARTNER_WARD, location_id=PARTNER, is_partner=True, **known
    )


def asked(days: float) -> datetime:
    return AT - timedelta(days=days)


people = st.builds(
    lambda profession, **known: Person(profession, GROUPS.get(profession, ""), **known),
    profession=st.sampled_from([None, *GROUPS]),
    department_id=st.sampled_from([None, ICU, WARD]),
    location_id=st.sampled_from([None, NORTH, SOUTH]),
    language=st.sampled_from(["", "nl", "en"]),
    years_in_profession=st.none() | st.integers(0, 45),
    wishes=st.builds(Wishes, st.booleans(), st.booleans(), st.booleans()),
)
candidates = st.builds(
    lambda identity, profession, place, **known: Candidate(
        identity, profession, GROUPS[profession], *place, **known
    ),
    identity=st.uuids(),
    profession=st.sampled_from(list(GROUPS)),
    place=st.sampled_from([(ICU, NORTH, False), (WARD, NORTH, False), (WARD, SOUTH, False)])
    | st.just((PARTNER_WARD, PARTNER, True)),
    language=st.sampled_from(["", "nl", "en"]),
    years_in_profession=st.none() | st.integers(0, 45),
    open_contacts=st.integers(0, 4),
    last_asked_at=st.none() | st.floats(-2, 90).map(asked),
)
pools = st.lists(candidates, max_size=12, unique_by=lambda each: each.supporter_id)
policies = st.builds(MatchingPolicy, same_profession=st.sampled_from(SameProfession))


USUAL = (
    "same_profession+ language+ other_department+ same_location+ "
    "similar_experience+ open_contacts+ never_asked+"
)
# person, candidate, policy → the reasons that a colleague as usual does not have; good + or bad -
REASONS = [
    # PMC: same profession, other department.
    (person(), candidate(), POLICY, ""),
    (person(), candidate(profession=SENIOR_NURSE), POLICY, "related_profession+"),
    (person(), candidate(profession=PORTER), POLICY, "other_profession-"),
    # OPEN 2017: some hospitals choose equality between professions; then another one says nothing.
    (person(), candidate(profession=PORTER), IGNORED, ""),
    # EMC: one insisted on a physician.
    (person(wishes=Wishes(physician=True)), candidate(profession=SURGEON), POLICY, "physician+"),
    (person(wishes=Wishes(physician=True)), candidate(profession=PORTER), POLICY, "other_profession-"),
    (person(), candidate(department_id=WARD), POLICY, "same_department-"),
    (
        person(wishes=Wishes(other_department=False)),
        candidate(department_id=WARD),
        POLICY,
        "same_department+",
    ),
    (person(), candidate(location_id=SOUTH), POLICY, "other_location-"),
    (person(), candidate(language="en"), POLICY, "other_language-"),
    # Scott: some want somebody outside the hospital.
    (person(wishes=Wishes(outside=True)), outside(), POLICY, "other_profession- outside+"),
    (person(), outside(profession=NURSE), POLICY, "outside-"),
    # OPEN 2017: fit of experience is looked at.
    (person(), candidate(years_in_profession=2), POLICY, "less_experience-"),
    (person(), candidate(years_in_profession=30), POLICY, "more_experience+"),
    (person(), candidate(years_in_profession=None), POLICY, "unknown_experience-"),
    (person(), candidate(open_contacts=1), POLICY, "open_contacts-"),
    (person(), candidate(last_asked_at=asked(3)), POLICY, "last_asked-"),
    (person(), candidate(last_asked_at=asked(40)), POLICY, "last_asked+"),
]


def marked(reasons: Iterable[Reason]) -> list[str]:
    return [f"{reason.code.value}{'+' if reason.good else '-'}" for reason in reasons]


@pytest.mark.parametrize(("who", "whom", "policy", "expected"), REASONS)
def test_reasons_say_what_speaks_for_and_against(who, whom, policy, expected):
    unusual = [mark for mark in marked(explain(who, whom, policy, AT)) if mark not in USUAL.split()]

    assert " ".join(unusual) == expected


def test_all_that_is_known_is_said_and_of_what_is_not_known_nothing():
    temporary = Person()  # typed in by hand: no profession, no department

    assert marked(explain(person(), candidate(), POLICY, AT)) == USUAL.split()
    assert marked(explain(temporary, candidate(), POLICY, AT)) == ["open_contacts+", "never_asked+"]


def test_a_reason_against_somebody_costs_points():
    for who, whom, policy, _ in REASONS:
        assert all(reason.good or reason.points > 0 for reason in explain(who, whom, policy, AT))


# Pairs: the first is ranked before the second, for a nurse of the ward.
BETTER = [
    (candidate(), candidate(profession=SENIOR_NURSE), POLICY, person()),
    (candidate(profession=SENIOR_NURSE), candidate(profession=SURGEON), POLICY, person()),
    (candidate(), candidate(location_id=SOUTH), POLICY, person()),
    (candidate(location_id=SOUTH), candidate(profession=SENIOR_NURSE), POLICY, person()),
    (candidate(), candidate(open_contacts=1), POLICY, person()),
    (candidate(open_contacts=1), candidate(open_contacts=2), POLICY, person()),
    (candidate(last_asked_at=asked(30)), candidate(last_asked_at=asked(3)), POLICY, person()),
    (candidate(last_asked_at=asked(0)), candidate(language="en"), POLICY, person()),
    (candidate(open_contacts=1), candidate(profession=PORTER), POLICY, person()),
    (candidate(profession=PORTER), candidate(open_contacts=1), IGNORED, person()),
    (candidate(years_in_profession=13), candidate(years_in_profession=7), POLICY, person()),
    (candidate(years_in_profession=40), candidate(years_in_profession=1), POLICY, person()),
    (candidate(), outside(profession=NURSE), POLICY, person()),
    (outside(), candidate(profession=SURGEON, open_contacts=1), POLICY, person(wishes=Wishes(outside=True))),
    (candidate(profession=AIOS), candidate(profession=PORTER), POLICY, person(wishes=Wishes(physician=True))),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "policy", "who"), BETTER)
def test_the_better_candidate_comes_first(first, second, policy, who):
    first, second = replace(first, supporter_id=UUID(int=2)), replace(second, supporter_id=UUID(int=1))

    assert [each.candidate for each in rank(who, [second, first], policy, AT)] == [first, second]


def test_among_equals_never_asked_comes_first_then_longest_ago_then_by_id():
    equals = [
        candidate(4, last_asked_at=asked(50)),
        candidate(3, last_asked_at=asked(90)),
        candidate(2),
        candidate(1, last_asked_at=asked(50)),
        candidate(5),
    ]

    ranked = rank(person(), equals, POLICY, AT)

    assert [each.candidate.supporter_id.int for each in ranked] == [2, 5, 3, 1, 4]
    assert len({each.score for each in ranked}) == 1


@given(people, pools, policies, st.randoms())
def test_ranking_does_not_depend_on_the_order_of_the_input(who, pool, policy, chance: random.Random):
    shuffled = chance.sample(pool, len(pool))

    assert rank(who, pool, policy, AT) == rank(who, shuffled, policy, AT)


@given(people, pools, policies)
def test_ranking_keeps_everybody_and_the_reasons_add_up_to_the_score(who, pool, policy):
    ranked = rank(who, pool, policy, AT)

    assert {each.candidate for each in ranked} == set(pool)
    assert all(each.score == sum(reason.points for reason in each.reasons) >= 0 for each in ranked)
    assert [each.score for each in ranked] == sorted(each.score for each in ranked)


@given(people, candidates, policies)
def test_more_load_or_asked_more_recently_never_ranks_higher(who, whom, policy):
    def score(each: Candidate) -> int:
        return rank(who, [each], policy, AT)[0].score

    assert score(whom) < score(replace(whom, open_contacts=whom.open_contacts + 1))
    assert score(whom) <= score(replace(whom, last_asked_at=AT))
    assert score(whom) >= score(replace(whom, last_asked_at=None))


# person, candidate, policy → the rules this pair breaks
RULES = [
    (person(), candidate(), POLICY, set()),
    (person(), candidate(profession=SURGEON), POLICY, set()),
    (person(), candidate(profession=SENIOR_NURSE), REQUIRED, {Rule.OTHER_PROFESSION}),
    (person(profession_id=None), candidate(), REQUIRED, set()),
    (person(), candidate(department_id=WARD), POLICY, {Rule.SAME_DEPARTMENT}),
    (person(wishes=Wishes(other_department=False)), candidate(department_id=WARD), POLICY, set()),
    (person(department_id=None), candidate(department_id=None), POLICY, set()),
    (person(), outside(), POLICY, {Rule.OUTSIDE}),
    (person(wishes=Wishes(outside=True)), outside(), POLICY, set()),
    (person(wishes=Wishes(outside=True)), candidate(), POLICY, {Rule.INSIDE}),
    # A wish comes before policy.
    (person(wishes=Wishes(outside=True)), outside(), REQUIRED, set()),
    (person(wishes=Wishes(physician=True)), candidate(profession=AIOS), REQUIRED, set()),
    (person(wishes=Wishes(physician=True)), candidate(), REQUIRED, {Rule.NOT_PHYSICIAN}),
    (person(wishes=Wishes(True, True, True)), outside(profession=NURSE), POLICY, {Rule.NOT_PHYSICIAN}),
]  # fmt: skip


@pytest.mark.parametrize(("who", "whom", "policy", "expected"), RULES)
def test_rules_between_two_people(who, whom, policy, expected):
    assert pair_rules(who, whom, policy) == expected


@given(people, candidates, policies)
def test_rules_between_two_people_can_all_be_set_aside(who, whom, policy):
    assert all(rule.is_soft for rule in pair_rules(who, whom, policy))


def excluded(policy: MatchingPolicy, who: Person, *pool: Candidate) -> list[Excluded]:
    return [Excluded(each, pair_rules(who, each, policy)) for each in pool]


def test_the_ladder_gives_each_step_who_is_new_on_it():
    who = person(wishes=Wishes(physician=True))
    related, any_profession, same = candidate(1, SENIOR_NURSE), candidate(2, PORTER), candidate(3)

    result = ladder(who, excluded(REQUIRED, who, related, any_profession, same, outside(4)), REQUIRED, AT)

    given_by = {
        offer.step: [each.candidate.supporter_id.int for each in offer.ranked] for offer in result.offers
    }
    assert given_by == {
        LadderStep.SAME_PROFESSION_ELSEWHERE: [3],
        LadderStep.RELATED_PROFESSION: [1],
        LadderStep.ANY_PROFESSION: [2],
        LadderStep.OUTSIDE: [4],
    }
    assert [offer.sets_aside for offer in result.offers] == [
        (Rule.NOT_PHYSICIAN,),
        (Rule.NOT_PHYSICIAN,),
        (Rule.NOT_PHYSICIAN,),
        (Rule.OUTSIDE,),
    ]
    assert result.next_offer == result.offers[0]
    assert result.emptied_by == Rule.NOT_PHYSICIAN


def test_the_ladder_never_sets_aside_a_rule_that_protects_somebody():
    held = [
        Excluded(candidate(number), frozenset({rule}))
        for number, rule in enumerate(Rule, 1)
        if not rule.is_soft
    ]
    held += [
        Excluded(candidate(90, department_id=WARD), frozenset({Rule.SAME_DEPARTMENT})),
        Excluded(outside(91), frozenset({Rule.OUTSIDE, Rule.PAUSED})),
    ]

    result = ladder(person(), held, POLICY, AT)

    assert [offer.ranked for offer in result.offers] == [(), (), (), ()]
    assert result.next_offer is None


def test_the_rule_that_emptied_the_list_is_the_one_that_alone_gives_most_back():
    left_out = [
        Excluded(candidate(1), frozenset({Rule.PAUSED, Rule.ABSENT})),
        Excluded(candidate(2), frozenset({Rule.PAUSED, Rule.ABSENT})),
        Excluded(candidate(3), frozenset({Rule.PAUSED, Rule.AT_CAPACITY})),
        Excluded(candidate(4), frozenset({Rule.AT_CAPACITY})),
    ]

    counted = [(each.rule, each.count, each.alone) for each in count_rules(left_out)]

    assert counted == [(Rule.PAUSED, 3, 0), (Rule.ABSENT, 2, 0), (Rule.AT_CAPACITY, 2, 1)]
    assert ladder(person(), left_out, POLICY, AT).emptied_by == Rule.AT_CAPACITY


def test_the_ladder_of_an_empty_pool_is_empty():
    result = ladder(person(), [], POLICY, AT)

    assert (result.counts, result.emptied_by, result.next_offer) == ((), None, None)


@given(people, pools, policies)
def test_the_ladder_offers_nobody_twice(who, pool, policy):
    left_out = [each for each in excluded(policy, who, *pool) if each.rules]

    offered = [each.candidate for offer in ladder(who, left_out, policy, AT).offers for each in offer.ranked]

    assert len(offered) == len(set(offered))
    assert set(offered) == {each.candidate for each in left_out if Rule.SAME_DEPARTMENT not in each.rules}


WORDS = [
    (Reason(ReasonCode.SAME_PROFESSION, True), "same profession"),
    (Reason(ReasonCode.OTHER_PROFESSION, False, 60, name="Porter"), "other profession: Porter"),
    (Reason(ReasonCode.OTHER_DEPARTMENT, True, name="ICU"), "other department: ICU"),
    (Reason(ReasonCode.OTHER_DEPARTMENT, True), "other department"),
    (Reason(ReasonCode.OPEN_CONTACTS, True), "no open contacts"),
    (Reason(ReasonCode.OPEN_CONTACTS, False, 15, number=1), "1 open contact"),
    (Reason(ReasonCode.OPEN_CONTACTS, False, 30, number=2), "2 open contacts"),
    (Reason(ReasonCode.LAST_ASKED, False, 40, number=0), "last asked less than a day ago"),
    (Reason(ReasonCode.LAST_ASKED, False, 39, number=1), "last asked 1 day ago"),
    (Reason(ReasonCode.LAST_ASKED, True, number=34), "last asked 34 days ago"),
    (Reason(ReasonCode.NEVER_ASKED, True), "never asked yet"),
    (Reason(ReasonCode.LANGUAGE, True, name="nl"), "speaks Dutch"),
    (Reason(ReasonCode.OTHER_LANGUAGE, False, 80, name="xx"), "does not speak xx"),
    (Reason(ReasonCode.MORE_EXPERIENCE, True, number=12), "12 years longer in the profession"),
    (Reason(ReasonCode.LESS_EXPERIENCE, False, 2, number=1), "1 year shorter in the profession"),
    (Reason(ReasonCode.OUTSIDE, True), "from outside the hospital, as asked"),
    (Reason(ReasonCode.OUTSIDE, False, 40), "from outside the hospital"),
]


@pytest.mark.parametrize(("reason", "words"), WORDS)
def test_reasons_are_said_in_plain_words(reason, words):
    with translation.override("en"):
        assert say(reason) == words


@given(people, candidates, policies)
def test_every_reason_has_words(who, whom, policy):
    with translation.override("en"):
        assert all(say(reason) and "%" not in say(reason) for reason in explain(who, whom, policy, AT))


@pytest.mark.parametrize("wrong", [{"open_contact": -1}, {"rest_days": 0}])
def test_weights_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="not negative"):
        Weights(**wrong)
