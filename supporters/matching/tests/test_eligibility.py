"""The database and `supporters.matching.ranking` say the same: who may be asked, and in which order."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import DepartmentFactory, UserFactory
from hospital.enums import ProfessionGroup
from hospital.models import Department, Location, Profession
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from supporters.enums import ContactState, LadderStep, Rule, SameProfession
from supporters.matching import eligibility, ranking
from supporters.matching import nobody_fits as ladders
from supporters.matching.ranking import MatchingPolicy, Person, Weights, Wishes
from supporters.models import Exclusion, Supporter
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
POLICY = MatchingPolicy()
READ = ("user__profession", "user__department__location")
pytestmark = pytest.mark.clock(NOW)


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
            in_profession_since=chance.choice([None, 1998, 2015, 2016, 2024, 2030]),
            language=chance.choice(["nl", "nl", "en"]),
        )
        for n in range(size)
    )
    return Supporter.objects.bulk_create(
        Supporter(
            user=user,
            trained_on=date(2025, 1, 1),
            current_until=date(2027, 1, 1),
            load=chance.choice([0, 0, 1, 2]),
            last_asked_at=chance.choice(
                [None, NOW, NOW - timedelta(days=3, hours=chance.choice([0, 5])), NOW - timedelta(days=60)]
            ),
        )
        for user in users
    )


def need(person: Person) -> eligibility.Need:
    offer = OfferFactory(involvement__by_hand=True)
    return eligibility.Need(offer.id, offer.incident_id, None, None, person)


def maybe(values):
    return st.one_of(st.none(), st.sampled_from(values))


@pytest.mark.django_db
def test_database_order_equals_matching_rank():
    pool_of(150, seed=4)
    everybody = Supporter.objects.select_related(*READ)
    template = need(Person())
    departments = list(Department.objects.select_related("location"))
    professions = list(Profession.objects.all())

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        department=maybe(departments),
        profession=maybe(professions),
        language=st.sampled_from(["", "nl", "en"]),
        years=maybe([0, 2, 10, 11, 40]),
        wishes=st.builds(Wishes, st.booleans(), st.booleans(), st.booleans()),
        same_profession=st.sampled_from(SameProfession),
    )
    def holds(*, department, profession, language, years, wishes, same_profession):
        person = Person(
            profession_id=profession and profession.id,
            profession_group=profession.group if profession else "",
            department_id=department and department.id,
            location_id=department and department.location_id,
            language=language,
            years_in_profession=years,
            wishes=wishes,
        )
        policy = MatchingPolicy(
            same_profession=same_profession, weights=Weights(asked_today=37, rest_days=50)
        )
        asked = eligibility.Need(template.offer_id, template.incident_id, None, None, person)
        candidates = [eligibility.candidate(each, NOW) for each in everybody]
        fitting = [each for each in candidates if not ranking.pair_rules(person, each, policy)]
        expected = [
            (each.candidate.supporter_id, each.score) for each in ranking.rank(person, fitting, policy, NOW)
        ]
        assert list(eligibility.ranked(asked, policy, NOW).values_list("id", "score")) == expected

        flags = eligibility.rules_of(asked, policy, NOW, Supporter.objects.all())
        assert flags == {each.supporter_id: ranking.pair_rules(person, each, policy) for each in candidates}
        counts = eligibility.count_rules(asked, policy, NOW)
        excluded = [
            ladders.Excluded(each, flags[each.supporter_id])
            for each in candidates
            if flags[each.supporter_id]
        ]
        pure = ladders.ladder(person, excluded, policy, NOW)
        assert {(each.rule, each.count, each.alone) for each in counts} == {
            (each.rule, each.count, each.alone) for each in pure.counts
        }

    holds()


@pytest.mark.django_db
def test_ladder_in_database_equals_matching_ladder_when_nobody_is_eligible():
    pool_of(120, seed=7)
    profession = Profession.objects.create(name="Perfusionist", group=ProfessionGroup.NURSE)
    person = Person(profession_id=profession.id, profession_group=profession.group)
    policy = MatchingPolicy(same_profession=SameProfession.REQUIRED)
    asked = need(person)
    assert not eligibility.eligible(asked, policy, NOW).exists()

    candidates = [eligibility.candidate(each, NOW) for each in Supporter.objects.select_related(*READ)]
    excluded = [ladders.Excluded(each, ranking.pair_rules(person, each, policy)) for each in candidates]
    pure = ladders.ladder(person, excluded, policy, NOW)
    expected = {
        offer.step: [each.candidate.supporter_id for each in offer.ranked[:3]]
        for offer in pure.offers
        if offer.ranked
    }
    found: dict[int, list] = {}
    for supporter in eligibility.ladder(asked, policy, NOW, each=3):
        found.setdefault(LadderStep(supporter.step), []).append(supporter.id)
    assert found == expected
    assert LadderStep.RELATED_PROFESSION in found


def rules_for(offer, supporter, **policy) -> set[Rule]:
    asked = eligibility.need_of(offer, NOW)
    rules = eligibility.rules_of(
        asked, MatchingPolicy(**policy), NOW, Supporter.objects.filter(id=supporter.id)
    )[supporter.id]
    eligible = eligibility.eligible(asked, MatchingPolicy(**policy), NOW).filter(id=supporter.id)
    assert eligible.exists() is not bool(rules)
    return set(rules)


@pytest.fixture
def offer(db):
    return OfferFactory()


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        # trained and current
        ({"trained_on": None}, Rule.NOT_TRAINED),
        ({"trained_on": date(2026, 11, 19)}, Rule.NOT_TRAINED),
        ({"trained_on": date(2026, 11, 18)}, None),
        ({"current_until": None}, Rule.TRAINING_EXPIRED),
        ({"current_until": date(2026, 11, 17)}, Rule.TRAINING_EXPIRED),
        ({"current_until": date(2026, 11, 18)}, None),
        # there
        ({"status": "paused"}, Rule.PAUSED),
        ({"status": "stopped"}, Rule.STOPPED),
        ({"user__is_active": False}, Rule.STOPPED),
        ({"absent_from": date(2026, 11, 18)}, Rule.ABSENT),
        ({"absent_from": date(2026, 11, 19)}, None),
        ({"absent_from": date(2026, 11, 1), "absent_until": date(2026, 11, 18)}, Rule.ABSENT),
        ({"absent_from": date(2026, 11, 1), "absent_until": date(2026, 11, 17)}, None),
        # room
        ({"load": 3, "capacity": 3}, Rule.AT_CAPACITY),
        ({"load": 2, "capacity": 3}, None),
        ({"capacity": 0}, Rule.AT_CAPACITY),
        ({"rests_until": NOW + timedelta(minutes=1)}, Rule.COOLING_DOWN),
        ({"rests_until": NOW}, None),
    ],
)
def test_rule_of_supporter(offer, fields, rule):
    supporter = SupporterFactory(
        **{"trained_on": date(2025, 6, 1), "current_until": date(2027, 6, 1), **fields}
    )
    assert rules_for(offer, supporter) == ({rule} if rule else set())


def test_date_of_absence_is_local(offer):
    supporter = SupporterFactory(trained=True, absent_from=date(2026, 11, 19))
    late_evening = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)  # 00:30 on the 19th in Amsterdam
    asked = eligibility.need_of(offer, late_evening)
    rules = eligibility.rules_of(asked, POLICY, late_evening, Supporter.objects.filter(id=supporter.id))
    assert rules[supporter.id] == {Rule.ABSENT}


def test_employee_is_not_the_own_supporter(offer):
    supporter = SupporterFactory(trained=True, user=offer.involvement.employee)
    assert rules_for(offer, supporter) == {Rule.IS_SELF, Rule.SAME_DEPARTMENT}


def test_involved_in_same_event(offer):
    supporter = SupporterFactory(trained=True)
    InvolvementFactory(incident=offer.incident, employee=supporter.user)
    InvolvementFactory(by_hand=True, incident=offer.incident)
    assert rules_for(offer, supporter) == {Rule.INVOLVED_IN_EVENT}


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Noor", "email": "Noor.Bos@ziekenhuis.example"},
        {"name": "Noor", "telephone": "06-12345678"},
        {"name": "BOS, Noor", "email": "noor@thuis.example"},
    ],
    ids=["mail", "telephone", "name"],
)
def test_who_is_typed_in_and_a_supporter_is_not_the_own_supporter(db, typed):
    user = UserFactory(name="Noor Bos", email="noor.bos@ziekenhuis.example", telephone="+31612345678")
    supporter = SupporterFactory(trained=True, user=user)
    offer = OfferFactory(involvement=InvolvementFactory(by_hand=True, **{"email": "", **typed}))
    assert rules_for(offer, supporter) == {Rule.IS_SELF}
    assert rules_for(offer, SupporterFactory(trained=True)) == set()


def test_who_is_typed_in_beside_the_employee_is_involved(offer):
    supporter = SupporterFactory(trained=True, user__email="noor.bos@ziekenhuis.example")
    InvolvementFactory(by_hand=True, incident=offer.incident, email="Noor.Bos@ziekenhuis.example")
    assert rules_for(offer, supporter) == {Rule.INVOLVED_IN_EVENT}


def test_involved_in_another_event_does_not_matter(offer):
    supporter = SupporterFactory(trained=True)
    InvolvementFactory(employee=supporter.user)
    assert rules_for(offer, supporter) == set()


def test_own_manager(db):
    supporter = SupporterFactory(trained=True)
    offer = OfferFactory(involvement__employee=UserFactory(manager=supporter.user))
    assert rules_for(offer, supporter) == {Rule.IS_MANAGER}


def test_own_report_of_a_manager_is_never_asked_for_that_manager(db):
    manager = UserFactory()
    supporter = SupporterFactory(trained=True, user__manager=manager)
    offer = OfferFactory(involvement__employee=manager)
    assert rules_for(offer, supporter) == {Rule.IS_MANAGED}


def test_who_leads_the_department_is_a_manager_in_both_directions(db):
    """Not every hospital's personnel file names managers."""
    head = UserFactory(roles=[Role.TEAM_LEADER])
    nurse = UserFactory(department=head.department)
    no_wish = {"involvement__wish_other_department": False}
    for_nurse = OfferFactory(involvement__employee=nurse, **no_wish)
    for_head = OfferFactory(involvement__employee=head, **no_wish)
    assert rules_for(for_nurse, SupporterFactory(trained=True, user=head)) == {Rule.IS_MANAGER}
    assert rules_for(for_head, SupporterFactory(trained=True, user=nurse)) == {Rule.IS_MANAGED}
    colleague = SupporterFactory(trained=True, user__department=head.department)
    other_head = SupporterFactory(
        trained=True, user__department=head.department, user__roles=[Role.TEAM_LEADER]
    )
    elsewhere = SupporterFactory(trained=True, user__roles=[Role.TEAM_LEADER])
    nowhere = SupporterFactory(trained=True, user__department=None)
    assert rules_for(for_nurse, colleague) == set()
    assert rules_for(for_head, other_head) == set()
    assert rules_for(for_nurse, elsewhere) == rules_for(for_head, elsewhere) == set()
    assert rules_for(for_nurse, nowhere) == rules_for(for_head, nowhere) == set()


def test_managers_manager_may_be_asked(db):
    top = SupporterFactory(trained=True)
    offer = OfferFactory(involvement__employee=UserFactory(manager=UserFactory(manager=top.user)))
    assert rules_for(offer, top) == set()


def test_no_coordinator_sets_the_line_aside():
    assert {Rule.IS_MANAGER, Rule.IS_MANAGED} <= eligibility.NEVER


def test_who_reported_the_event_is_not_asked_in_it(offer):
    reporter = SupporterFactory(trained=True, user=offer.incident.reporter)
    assert rules_for(offer, reporter) == {Rule.REPORTED_EVENT}
    assert rules_for(OfferFactory(), reporter) == set()
    named = eligibility.left_out(eligibility.need_of(offer, NOW), POLICY, NOW, first=50)
    assert named == {Rule.REPORTED_EVENT: [reporter]}


@pytest.mark.django_db
def test_who_reported_it_on_a_report_that_was_joined_is_not_asked_either():
    offer = OfferFactory()
    reporter = SupporterFactory(trained=True)
    joined = IncidentFactory(reporter=reporter.user, joined_into=offer.incident, joined_at=NOW)
    IncidentFactory(reporter=None, joined_into=offer.incident, joined_at=NOW)
    other = SupporterFactory(trained=True)
    assert rules_for(offer, reporter) == {Rule.REPORTED_EVENT}
    assert rules_for(offer, other) == set()
    joined.joined_into = joined.joined_at = None
    joined.save()
    assert rules_for(offer, reporter) == set()


def test_who_was_there_too_is_not_asked_whatever_became_of_their_own_offer(offer):
    witness = SupporterFactory(trained=True)
    OfferFactory(involvement__incident=offer.incident, involvement__employee=witness.user, closed=True)
    assert rules_for(offer, witness) == {Rule.INVOLVED_IN_EVENT}


def test_analyst_of_the_event(db):
    supporter = SupporterFactory(trained=True)
    offer = OfferFactory(involvement__incident=IncidentFactory(calamity=True, analysts=[supporter.user]))
    assert rules_for(offer, supporter) == {Rule.IS_ANALYST}


def test_exclusion_list(offer):
    supporter = SupporterFactory(trained=True)
    Exclusion.objects.create(supporter=supporter, employee=offer.involvement.employee, added_at=NOW)
    assert rules_for(offer, supporter) == {Rule.ON_EXCLUSION_LIST}


def test_already_asked_for_this_employee(offer):
    supporter = SupporterFactory(trained=True)
    ContactFactory(state=ContactState.HANDED_BACK, offer=offer, supporter=supporter)
    assert rules_for(offer, supporter) == {Rule.ALREADY_ASKED}


def test_same_department_unless_asked_otherwise(db):
    department = DepartmentFactory()
    supporter = SupporterFactory(trained=True, user__department=department)
    minds = OfferFactory(involvement__department=department)
    does_not_mind = OfferFactory(involvement__department=department, involvement__wish_other_department=False)
    assert rules_for(minds, supporter) == {Rule.SAME_DEPARTMENT}
    assert rules_for(does_not_mind, supporter) == set()


def test_somebody_without_account_is_matched_by_what_was_typed_in(db):
    supporter = SupporterFactory(trained=True)
    offer = OfferFactory(involvement__by_hand=True)
    assert rules_for(offer, supporter) == set()
    assert rules_for(offer, supporter, same_profession=SameProfession.REQUIRED) == set()


def test_partner_only_when_somebody_outside_is_asked_for(db):
    partner = SupporterFactory(trained=True, user__partner=True)
    inside = SupporterFactory(trained=True, user__physician=True)
    asks = OfferFactory(involvement__wish_outside=True)
    assert rules_for(OfferFactory(), partner) == {Rule.OUTSIDE}
    assert rules_for(asks, partner) == set()
    assert rules_for(asks, inside) == {Rule.INSIDE}


def test_names_of_who_is_left_out(offer):
    paused = SupporterFactory(trained=True, paused=True)
    SupporterFactory(trained=True)
    SupporterFactory(stopped=True)
    named = eligibility.left_out(eligibility.need_of(offer, NOW), POLICY, NOW, first=50)
    assert named == {Rule.PAUSED: [paused]}
