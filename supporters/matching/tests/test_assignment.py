"""Choosing a supporter, and what happens when two choose at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from hospital.enums import ProfessionGroup
from incidents.enums import Step
from incidents.tests.factories import IncidentFactory, InvolvementFactory, MilestoneFactory
from notifications.models import Reminder
from supporters.contacts import flow
from supporters.contacts.announcing import mark_told
from supporters.enums import (
    Announce,
    ContactState,
    EventKind,
    HandBackReason,
    LadderStep,
    Rule,
    SameProfession,
    Waiting,
)
from supporters.matching import assignment, may_be_asked, order, together
from supporters.matching.assignment import AlreadyAssigned, NotEligible, assign
from supporters.matching.need import READ_OF_OFFER, needs_of
from supporters.matching.tests.plain_matching import NOW, pool_of
from supporters.models import Contact, Exclusion, Offer, Supporter, SupportPolicy
from supporters.offers.opening import OfferClosed, open_offers
from supporters.tests.factories import OfferFactory, SupporterFactory


@pytest.fixture
def coordinator(db):
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def offer(db):
    return OfferFactory()


def test_assign_proposes_and_leaves_its_traces(coordinator, offer):
    supporter = SupporterFactory(trained=True)
    now = timezone.now()

    contact = assign(offer=offer, supporter=supporter, by=coordinator, at=now)

    assert (contact.state, contact.supporter, contact.takes_capacity) == (
        ContactState.PROPOSED,
        supporter,
        True,
    )
    offer.refresh_from_db()
    supporter.refresh_from_db()
    assert (offer.waiting_for, offer.due_at) == (Waiting.ACCEPTANCE, contact.due_at)
    assert (supporter.load, supporter.last_asked_at) == (1, now)
    line = AccessEvent.objects.get()
    assert (line.user, line.record, line.object_ref) == (
        coordinator,
        offer.involvement_id,
        offer.incident.reference,
    )


def test_assign_cancels_the_reminder_that_nobody_was_asked(coordinator):
    involvement = InvolvementFactory()
    now = timezone.now()
    open_offers([involvement], now)
    offer = involvement.offer
    assign(offer=offer, supporter=SupporterFactory(trained=True), by=coordinator, at=now)
    assert Reminder.objects.get(subject_id=offer.id).cancelled_at == now


def test_assign_announces_it_where_the_policy_says_so_and_the_calamity_counts(coordinator):
    SupportPolicy.objects.create(announce=Announce.WHEN_ASKED)
    milestone = MilestoneFactory(step=Step.SUPPORT)
    involvements = InvolvementFactory.create_batch(2, incident=milestone.incident)
    now = timezone.now()
    open_offers(involvements, now)
    milestone.refresh_from_db()
    assert (milestone.offered, milestone.announced, milestone.involved) == (0, 0, 2)
    assign(
        offer=involvements[0].offer,
        supporter=SupporterFactory(trained=True),
        by=coordinator,
        at=now + timedelta(hours=2),
    )
    milestone.refresh_from_db()
    # Asked, and the mail has not left yet.
    assert (milestone.offered, milestone.announced, milestone.involved) == (0, 0, 2)
    mark_told(involvements[0].pk, now + timedelta(hours=2))
    assign(
        offer=involvements[1].offer,
        supporter=SupporterFactory(trained=True),
        by=coordinator,
        at=now + timedelta(hours=25),
    )
    mark_told(involvements[1].pk, now + timedelta(hours=25))
    milestone.refresh_from_db()
    assert (milestone.offered, milestone.announced, milestone.involved) == (1, 1, 2)
    # The second was not within 24 hours.


def test_assign_twice_tells_who_was_chosen(coordinator, offer):
    first, second = SupporterFactory.create_batch(2, trained=True)
    contact = assign(offer=offer, supporter=first, by=coordinator, at=timezone.now())
    with pytest.raises(AlreadyAssigned) as refused:
        assign(offer=offer, supporter=second, by=coordinator, at=timezone.now())
    assert refused.value.contact == contact
    assert refused.value.contact.supporter == first
    second.refresh_from_db()
    assert second.load == 0


def test_assign_refuses_who_is_not_eligible(coordinator, offer):
    with pytest.raises(NotEligible) as refused:
        assign(
            offer=offer,
            supporter=SupporterFactory(paused=True, trained_on=None),
            by=coordinator,
            at=timezone.now(),
        )
    assert refused.value.rules == (Rule.NOT_TRAINED, Rule.PAUSED)
    assert not Contact.objects.exists()


def test_assign_beyond_rules(coordinator, offer):
    supporter = SupporterFactory(trained=True, full=True)
    contact = assign(offer=offer, supporter=supporter, by=coordinator, at=timezone.now(), beyond_rules=True)
    supporter.refresh_from_db()
    assert contact.takes_capacity is False
    assert supporter.load == supporter.capacity


@pytest.mark.parametrize("never", [Rule.STOPPED, Rule.IS_SELF, Rule.ON_EXCLUSION_LIST])
def test_some_rules_are_never_set_aside(coordinator, offer, never):
    employee = offer.involvement.employee
    supporter = SupporterFactory(
        trained=True,
        **({"stopped": True} if never == Rule.STOPPED else {}),
        **({"user": employee} if never == Rule.IS_SELF else {}),
    )
    if never == Rule.ON_EXCLUSION_LIST:
        Exclusion.objects.create(supporter=supporter, employee=employee, added_at=timezone.now())
    with pytest.raises(NotEligible) as refused:
        assign(offer=offer, supporter=supporter, by=coordinator, at=timezone.now(), beyond_rules=True)
    assert never in refused.value.rules


def test_closed_offer_is_not_assigned(coordinator):
    with pytest.raises(OfferClosed):
        assign(
            offer=OfferFactory(closed=True),
            supporter=SupporterFactory(trained=True),
            by=coordinator,
            at=timezone.now(),
        )


def test_handed_back_offers_the_next_candidate(coordinator, offer):
    first, second = SupporterFactory.create_batch(2, trained=True)
    suggested = assignment.suggest(offer=offer, at=timezone.now(), first=5)
    assert {each.supporter for each in suggested} == {first, second}
    best, next_best = (each.supporter for each in suggested)

    contact = assign(offer=offer, supporter=best, by=coordinator, at=timezone.now())
    flow.record(
        contact=contact,
        kind=EventKind.HANDED_BACK,
        by=best.user,
        at=timezone.now(),
        reason=HandBackReason.NO_TIME,
    )

    offer.refresh_from_db()
    assert offer.waiting_for == Waiting.ASSIGNMENT
    suggested = assignment.suggest(offer=offer, at=timezone.now(), first=5)
    assert [each.supporter for each in suggested] == [next_best]
    assign(offer=offer, supporter=next_best, by=coordinator, at=timezone.now())


def test_suggest_is_four_queries_however_large_the_pool(offer, django_assert_num_queries):
    SupportPolicy.current()
    offer = Offer.objects.select_related(*READ_OF_OFFER).get(pk=offer.pk)
    SupporterFactory.create_batch(2, trained=True)
    with django_assert_num_queries(4):
        assert len(assignment.suggest(offer=offer, at=timezone.now(), first=5)) == 2
    SupporterFactory.create_batch(8, trained=True)
    with django_assert_num_queries(4):
        assert len(assignment.suggest(offer=offer, at=timezone.now(), first=5)) == 5


def test_search_shows_which_rules_asking_breaks(offer):
    paused = SupporterFactory(trained=True, paused=True, user__name="Hanneke Zijlstra")
    fine = SupporterFactory(trained=True, user__name="Willem Zijlstra")
    SupporterFactory(trained=True, user__name="Ilse Prins")
    SupporterFactory(stopped=True, user__name="Bas Zijlstra")
    found = assignment.search(offer=offer, text="zijls", at=timezone.now(), first=10)
    assert {choice.supporter: rules for choice, rules in found} == {paused: (Rule.PAUSED,), fine: ()}


def test_why_nobody_names_the_rule_and_the_steps(db):
    SupportPolicy.objects.create(id=1, same_profession=SameProfession.REQUIRED)
    midwife = UserFactory(midwife=True)
    offer = OfferFactory(involvement__employee=midwife)
    nurse = SupporterFactory(trained=True)
    outside = SupporterFactory(trained=True, user__partner=True)
    SupporterFactory(trained=True, paused=True, user__midwife=True)
    assert assignment.suggest(offer=offer, at=timezone.now(), first=5) == []

    why = assignment.why_nobody(offer=offer, at=timezone.now(), first=5)

    assert why.emptied_by == Rule.OTHER_PROFESSION
    assert {step: [each.supporter for each in choices] for step, choices in why.steps.items()} == {
        LadderStep.SAME_PROFESSION_ELSEWHERE: [],
        LadderStep.RELATED_PROFESSION: [],
        LadderStep.ANY_PROFESSION: [nurse],
        LadderStep.OUTSIDE: [outside],
    }


# --- several people together -----------------------------------------------------------------------------


def test_propose_together_gives_each_another_supporter(db):
    incident = IncidentFactory()
    offers = [OfferFactory(involvement__incident=incident) for _ in range(3)]
    SupporterFactory.create_batch(5, trained=True)
    proposals = assignment.propose_together(offers=offers, at=timezone.now())
    chosen = [each.choices[0].supporter for each in proposals]
    assert [each.offer for each in proposals] == offers
    assert len(set(chosen)) == 3
    assert all(each.supporter not in chosen for proposal in proposals for each in proposal.choices[1:])
    assert [len(each.choices) for each in proposals] == [3, 3, 3]


def test_propose_together_with_too_few_supporters_leaves_somebody_open(db):
    incident = IncidentFactory()
    offers = [OfferFactory(involvement__incident=incident) for _ in range(3)]
    SupporterFactory.create_batch(2, trained=True)
    proposals = assignment.propose_together(offers=offers, at=timezone.now())
    assert sorted(len(each.choices) for each in proposals) == [0, 1, 1]


def test_propose_together_asks_as_few_queries_for_many(db, django_assert_num_queries):
    SupportPolicy.current()
    incident = IncidentFactory()
    made = [OfferFactory(involvement__incident=incident) for _ in range(6)]
    offers = list(Offer.objects.select_related(*READ_OF_OFFER).filter(id__in=[each.id for each in made]))
    SupporterFactory.create_batch(8, trained=True)
    for few_or_many in (offers[:2], offers):
        with django_assert_num_queries(4):
            assignment.propose_together(offers=few_or_many, at=timezone.now())


@pytest.mark.django_db
@pytest.mark.clock(NOW)
def test_propose_together_is_the_best_of_all():
    """As good as the optimum over the whole pool, whatever the people are like."""
    pool_of(80, seed=11)
    incident = IncidentFactory()
    professions = [
        ProfessionFactory(name=f"P{n}", group=group)
        for n, group in enumerate([ProfessionGroup.NURSE, ProfessionGroup.PHYSICIAN])
    ]
    departments = DepartmentFactory.create_batch(2)
    offers = [
        OfferFactory(
            involvement__incident=incident,
            involvement__profession=professions[n % 2],
            involvement__department=departments[n // 3],
            involvement__wish_physician=n == 4,
        )
        for n in range(6)
    ]

    def scores_of(need):
        people = order.best_first(may_be_asked.supporters(need), need)
        return dict(people.values_list("id", "score"))

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sets(st.sampled_from(range(6)), min_size=1), st.integers(0, 20))
    def holds(chosen, days):
        at = timezone.now() + timedelta(days=days)
        people = [offers[n] for n in sorted(chosen)]
        proposals = assignment.propose_together(offers=people, at=at)
        scores = [scores_of(need) for need in needs_of(people, at)]
        pool = sorted(set().union(*scores))
        costs = [{column: row[pk] for column, pk in enumerate(pool) if pk in row} for row in scores]
        whole = together.assign(costs)
        least = sum(row[column] for row, column in zip(costs, whole, strict=True) if column is not None)
        chosen = [each.choices[0].supporter.id for each in proposals]
        assert len(set(chosen)) == len(people)
        assert sum(row[pk] for row, pk in zip(scores, chosen, strict=True)) == least

    holds()


# --- two at once -------------------------------------------------------------------------------------------


def race(offer, supporters, coordinator):
    """Everybody assigns another supporter to `offer` at the same moment: how each of them fared."""
    start = Barrier(len(supporters))

    def run(supporter):
        try:
            start.wait(timeout=60)
            return assign(offer=offer, supporter=supporter, by=coordinator, at=timezone.now())
        except AlreadyAssigned as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(supporters)) as threads:
        return list(threads.map(run, supporters))


def holds_one(offer, outcomes):
    contact = Contact.objects.get(offer=offer)
    won = [each for each in outcomes if isinstance(each, Contact)]
    lost = [each for each in outcomes if isinstance(each, AlreadyAssigned)]
    assert [each.pk for each in won] == [contact.pk]
    assert {each.contact.supporter_id for each in lost} == {contact.supporter_id}
    assert len(won) + len(lost) == len(outcomes)
    assert sum(Supporter.objects.values_list("load", flat=True)) == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_make_one_contact():
    offer, coordinator = OfferFactory(), UserFactory(roles=[Role.COORDINATOR])
    supporters = SupporterFactory.create_batch(50, trained=True)
    holds_one(offer, race(offer, supporters, coordinator))


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_make_one_contact_by_the_constraint_alone(monkeypatch):
    """Without the look for an open contact and without locks it is the database that refuses."""
    offer, coordinator = OfferFactory(), UserFactory(roles=[Role.COORDINATOR])
    supporters = SupporterFactory.create_batch(50, trained=True)
    monkeypatch.setattr(assignment, "_asked_before", lambda offer: None)
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **_options: self)
    holds_one(offer, race(offer, supporters, coordinator))


@pytest.mark.django_db(transaction=True)
def test_one_supporter_asked_for_many_at_once_stays_within_capacity():
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    supporter = SupporterFactory(trained=True, capacity=3)
    offers = OfferFactory.create_batch(12)
    start = Barrier(len(offers))

    def run(offer):
        try:
            start.wait(timeout=60)
            assign(offer=offer, supporter=supporter, by=coordinator, at=timezone.now())
        except NotEligible as error:
            return error.rules
        finally:
            connection.close()
        return ()

    with ThreadPoolExecutor(len(offers)) as threads:
        outcomes = list(threads.map(run, offers))
    supporter.refresh_from_db()
    assert supporter.load == 3
    assert sorted(outcomes) == [()] * 3 + [(Rule.AT_CAPACITY,)] * 9
    assert Contact.objects.open().count() == 3
