"""Points, reasons, rules and the ladder, as the database has them, are those of plain_matching."""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest
from django.utils import translation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import DepartmentFactory, LocationFactory, ProfessionFactory
from hospital.enums import ProfessionGroup
from hospital.models import Department, Profession
from supporters.enums import LadderStep, Rule, SameProfession
from supporters.matching import left_out, may_be_asked, nobody_fits, order, reasons
from supporters.matching.need import Need, need_of
from supporters.matching.tests import plain_matching as plain
from supporters.matching.tests.plain_matching import NOW, pool_of
from supporters.models import Offer, ReachMe, Supporter
from supporters.tests.factories import OfferFactory, SupporterFactory

pytestmark = [pytest.mark.clock(NOW), pytest.mark.django_db]


def need(**known) -> Need:
    offer = OfferFactory(involvement__by_hand=True)
    return Need(offer.id, frozenset({offer.incident_id}), NOW, **known)


def maybe(values):
    return st.one_of(st.none(), st.sampled_from(values))


def test_words_points_and_database_say_the_same():
    pool_of(60, seed=4)
    everybody = list(Supporter.objects.select_related(*reasons.READ_OF_SUPPORTER))
    template = need()
    departments = list(Department.objects.select_related("location"))
    professions = list(Profession.objects.all())

    @settings(
        max_examples=25,
        deadline=None,
        phases=[Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        department=maybe(departments),
        profession=maybe(professions),
        language=st.sampled_from(["", "nl", "en"]),
        years=maybe([0, 2, 3, 8, 10, 11, 40]),
        wishes=st.tuples(st.booleans(), st.booleans(), st.booleans()),
        asked=st.tuples(maybe(professions), maybe(departments), maybe(departments), maybe(everybody)),
        same_profession=st.sampled_from(SameProfession),
    )
    def holds(*, department, profession, language, years, wishes, asked, same_profession):
        other_department, physician, outside = wishes
        wish_profession, wish_from, wish_not_from, chosen = (each and each.id for each in asked)
        wanted = replace(
            template,
            profession_id=profession and profession.id,
            profession_group=profession.group if profession else "",
            department_id=department and department.id,
            location_id=department and department.location_id,
            language=language,
            years_in_profession=years,
            wish_other_department=other_department,
            wish_physician=physician,
            wish_outside=outside,
            wish_profession_id=wish_profession,
            wish_from_id=wish_from,
            wish_not_from_id=wish_not_from,
            chosen_id=chosen,
            same_profession=same_profession,
        )
        rules = {each.id: plain.pair_rules(wanted, each) for each in everybody}
        assert may_be_asked.rules_of(wanted, Supporter.objects.all()) == rules
        assert {(each.rule, each.count, each.alone) for each in left_out.counts(wanted)} == plain.counts(
            wanted, everybody
        )

        fitting = [each for each in everybody if not rules[each.id]]
        suggested = order.best_first(may_be_asked.supporters(wanted), wanted)
        assert list(suggested.values_list("id", "score")) == [
            (each.id, plain.score(wanted, each)) for each in plain.in_order(wanted, fitting)
        ]
        with translation.override("en"):
            for supporter in reasons.with_lines(Supporter.objects.all(), order.aspects(wanted)):
                said = reasons.reasons_of(supporter, wanted, order.aspects(wanted))
                assert said == tuple(reason for reason, _points in plain.reasons(wanted, supporter))
                assert all(reasons.say(reason) for reason in said)

        steps: dict[int, list[Supporter]] = {}
        for supporter in nobody_fits.best_of_steps(wanted, each=3):
            steps.setdefault(supporter.step, []).append(supporter)
        ladder = plain.ladder(wanted, everybody)
        assert steps == {step: people[:3] for step, people in ladder.items()}

    holds()


class House:
    """A hospital with a few people in it."""

    GROUPS: ClassVar = {
        "nurse": ProfessionGroup.NURSE,
        "senior nurse": ProfessionGroup.NURSE,
        "surgeon": ProfessionGroup.PHYSICIAN,
        "aios": ProfessionGroup.RESIDENT,
        "porter": ProfessionGroup.SUPPORT,
    }
    PLACES: ClassVar = {"icu": "north", "ward": "north", "south": "south", "clinic": "partner"}

    def __init__(self):
        self.professions = {
            name: ProfessionFactory(name=name, group=group) for name, group in self.GROUPS.items()
        }
        self.places = {
            name: DepartmentFactory(
                name=name, location=LocationFactory(name=location, is_partner=location == "partner")
            )
            for name, location in self.PLACES.items()
        }

    def need(self, **known) -> Need:
        """Of a nurse of the ward, ten years in the profession."""
        nurse, ward = self.professions["nurse"], self.places["ward"]
        usual = {
            "profession_id": nurse.id,
            "profession_group": nurse.group,
            "department_id": ward.id,
            "location_id": ward.location_id,
            "language": "nl",
            "years_in_profession": 10,
        }
        return need(**{**usual, **known})

    def supporter(self, profession="nurse", place="icu", years=10, asked=None, **known) -> Supporter:
        return SupporterFactory(
            trained=True,
            user__profession=self.professions[profession],
            user__department=self.places[place],
            user__in_profession_since=None if years is None else NOW.year - years,
            user__language=known.pop("language", "nl"),
            last_asked_at=None if asked is None else NOW - timedelta(days=asked),
            **known,
        )


@pytest.fixture
def house():
    return House()


USUAL = (
    "same_profession+ language+ other_department+ same_location+ "
    "similar_experience+ open_contacts+ never_asked+"
)
PHYSICIAN = {"wish_physician": True}
OUTSIDE = {"wish_outside": True}
IGNORED = {"same_profession": SameProfession.IGNORED}
# need, supporter → the reasons that a colleague as usual does not have; good + or bad -
REASONS = [
    # PMC: same profession, other department.
    ({}, {}, ""),
    ({}, {"profession": "senior nurse"}, "related_profession+"),
    ({}, {"profession": "porter"}, "other_profession-"),
    # OPEN 2017: some hospitals choose equality between professions; then another one says nothing.
    (IGNORED, {"profession": "porter"}, ""),
    # EMC: one insisted on a physician.
    (PHYSICIAN, {"profession": "surgeon"}, "physician+"),
    (PHYSICIAN, {"profession": "porter"}, "other_profession-"),
    ({}, {"place": "ward"}, "same_department-"),
    ({"wish_other_department": False}, {"place": "ward"}, "same_department+"),
    ({}, {"place": "south"}, "other_location-"),
    ({}, {"language": "en"}, "other_language-"),
    # Scott: some want somebody outside the hospital.
    (OUTSIDE, {"profession": "surgeon", "place": "clinic"}, "other_profession- outside+"),
    ({}, {"place": "clinic"}, "outside-"),
    # OPEN 2017: fit of experience is looked at.
    ({}, {"years": 2}, "less_experience-"),
    ({}, {"years": 30}, "more_experience+"),
    # Three years more or less is about as long; four is not.
    ({}, {"years": 7}, ""),
    ({}, {"years": 6}, "less_experience-"),
    ({}, {"years": 13}, ""),
    ({}, {"years": 14}, "more_experience+"),
    ({}, {"years": None}, "unknown_experience-"),
    ({}, {"load": 1}, "open_contacts-"),
    ({}, {"asked": 3}, "last_asked-"),
    ({}, {"asked": 40}, "last_asked+"),
]


def marked(wanted: Need, supporter: Supporter) -> list[str]:
    aspects = order.aspects(wanted)
    [read] = reasons.with_lines(Supporter.objects.filter(id=supporter.id), aspects)
    return [
        f"{each.code.value}{'+' if each.good else '-'}" for each in reasons.reasons_of(read, wanted, aspects)
    ]


@pytest.mark.parametrize(("who", "whom", "expected"), REASONS)
def test_reasons_say_what_speaks_for_and_against(house, who, whom, expected):
    unusual = [
        mark for mark in marked(house.need(**who), house.supporter(**whom)) if mark not in USUAL.split()
    ]

    assert " ".join(unusual) == expected


def test_a_reason_against_somebody_costs_points(house):
    wanted = [house.need(), house.need(**PHYSICIAN), house.need(**OUTSIDE), house.need(**IGNORED)]
    lines = [line for each in wanted for aspect in order.aspects(each).values() for line in aspect]
    assert all(line.points for line in lines if not line.good)


def test_all_that_is_known_is_said_and_of_what_is_not_known_nothing(house):
    supporter = house.supporter()

    assert marked(house.need(), supporter) == USUAL.split()
    # Typed in by hand: no profession, no department.
    assert marked(need(), supporter) == ["open_contacts+", "never_asked+"]


# Pairs: the first is ranked before the second, for a nurse of the ward.
BETTER = [
    ({}, {"profession": "senior nurse"}, {}),
    ({"profession": "senior nurse"}, {"profession": "surgeon"}, {}),
    ({}, {"place": "south"}, {}),
    ({"place": "south"}, {"profession": "senior nurse"}, {}),
    ({}, {"load": 1}, {}),
    ({"load": 1}, {"load": 2}, {}),
    ({"asked": 30}, {"asked": 3}, {}),
    ({"asked": 0}, {"language": "en"}, {}),
    ({"load": 1}, {"profession": "porter"}, {}),
    ({"profession": "porter"}, {"load": 1}, IGNORED),
    ({"years": 13}, {"years": 7}, {}),
    ({"years": 40}, {"years": 1}, {}),
    ({}, {"place": "clinic"}, {}),
    ({"profession": "surgeon", "place": "clinic"}, {"profession": "surgeon", "load": 1}, OUTSIDE),
    ({"profession": "aios"}, {"profession": "porter"}, PHYSICIAN),
]


@pytest.mark.parametrize(("first", "second", "who"), BETTER)
def test_the_better_one_comes_first(house, first, second, who):
    second, first = house.supporter(**second), house.supporter(**first)

    assert list(order.best_first(Supporter.objects.all(), house.need(**who))) == [first, second]


def test_among_equals_never_asked_comes_first_then_longest_ago_then_by_id():
    days = [50, 90, None, 50, None]
    equals = [SupporterFactory(trained=True, last_asked_at=ago and NOW - timedelta(days=ago)) for ago in days]
    never, fifty = sorted([equals[2].id, equals[4].id]), sorted([equals[0].id, equals[3].id])

    best = order.best_first(Supporter.objects.all(), need())

    assert [each.id for each in best] == [*never, equals[1].id, *fifty]
    assert {each.score for each in best} == {0}


def test_the_ladder_gives_each_step_who_is_new_on_it():
    same, related, other, partner = (
        SupporterFactory(trained=True),
        SupporterFactory(trained=True, user__profession__name="Gespecialiseerd verpleegkundige"),
        SupporterFactory(trained=True, user__midwife=True),
        SupporterFactory(trained=True, user__partner=True),
    )
    SupporterFactory(trained=True, paused=True)
    wanted = need(
        profession_id=same.user.profession_id,
        profession_group=ProfessionGroup.NURSE,
        wish_physician=True,
        same_profession=SameProfession.REQUIRED,
    )
    assert not may_be_asked.supporters(wanted).exists()

    assert {each.step: each for each in nobody_fits.best_of_steps(wanted, each=3)} == {
        LadderStep.SAME_PROFESSION_ELSEWHERE: same,
        LadderStep.RELATED_PROFESSION: related,
        LadderStep.ANY_PROFESSION: other,
        LadderStep.OUTSIDE: partner,
    }


def test_the_ladder_never_sets_aside_a_rule_that_protects_somebody():
    about_fit = nobody_fits.FIT | {Rule.OUTSIDE}
    assert about_fit.isdisjoint({*may_be_asked.NEVER, Rule.SAME_DEPARTMENT, Rule.UNWANTED_FROM})
    assert all(step.aside <= about_fit for step in nobody_fits.ladder(need()))


@pytest.mark.parametrize(("asked", "looked_for"), [("", "nl"), ("en", "en")])
def test_the_language_they_ask_to_be_called_in_goes_before_that_of_their_account(asked, looked_for):
    offer = OfferFactory(involvement__employee__language="nl")
    ReachMe.objects.create(offer=offer, language=asked)
    assert need_of(Offer.objects.get(pk=offer.pk), NOW).language == looked_for
