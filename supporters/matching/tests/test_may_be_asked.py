"""Who may not be asked: each rule, on people as they are stored."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from supporters.enums import ContactState, Rule, SameProfession
from supporters.matching import left_out, may_be_asked
from supporters.matching.need import need_of
from supporters.models import Exclusion, Supporter, SupportPolicy
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
pytestmark = pytest.mark.clock(NOW)


def rules_for(offer, supporter) -> set[Rule]:
    need = need_of(offer, NOW)
    rules = may_be_asked.rules_of(need, Supporter.objects.filter(id=supporter.id))[supporter.id]
    assert may_be_asked.supporters(need).filter(id=supporter.id).exists() is not bool(rules)
    return set(rules)


@pytest.fixture
def offer(db):
    return OfferFactory()


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        # trained and current
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
    rules = may_be_asked.rules_of(need_of(offer, late_evening), Supporter.objects.filter(id=supporter.id))
    assert rules[supporter.id] == {Rule.ABSENT}


def test_employee_is_not_the_own_supporter(offer):
    supporter = SupporterFactory(trained=True, user=offer.involvement.employee)
    assert rules_for(offer, supporter) == {Rule.IS_SELF, Rule.SAME_DEPARTMENT}


def test_who_was_typed_in_without_a_department_is_of_that_of_the_event(db):
    ward = DepartmentFactory()
    agency_nurse = InvolvementFactory(by_hand=True, department=None, incident__department=ward)
    supporter = SupporterFactory(trained=True, user__department=ward)
    offer = OfferFactory(involvement=agency_nurse)
    assert rules_for(offer, supporter) == {Rule.SAME_DEPARTMENT}
    assert rules_for(offer, SupporterFactory(trained=True)) == set()


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


def test_a_coordinator_sets_aside_what_is_about_room_and_fit_and_nothing_else():
    assert set(Rule) - may_be_asked.NEVER == {
        *(Rule.NOT_TRAINED, Rule.TRAINING_EXPIRED, Rule.PAUSED, Rule.ABSENT, Rule.AT_CAPACITY),
        *(Rule.COOLING_DOWN, Rule.ALREADY_ASKED, Rule.SAME_DEPARTMENT, Rule.OTHER_PROFESSION),
        *(Rule.NOT_PHYSICIAN, Rule.INSIDE, Rule.OUTSIDE),
        *(Rule.NOT_PROFESSION, Rule.NOT_FROM, Rule.UNWANTED_FROM),
    }


def test_who_reported_the_event_is_not_asked_in_it(offer):
    reporter = SupporterFactory(trained=True, user=offer.incident.reporter)
    assert rules_for(offer, reporter) == {Rule.REPORTED_EVENT}
    assert rules_for(OfferFactory(), reporter) == set()
    named = left_out.names(need_of(offer, NOW), first=50)
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
    SupportPolicy.objects.update(same_profession=SameProfession.REQUIRED)
    assert rules_for(offer, supporter) == set()


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
    named = left_out.names(need_of(offer, NOW), first=50)
    assert named == {Rule.PAUSED: [paused]}
