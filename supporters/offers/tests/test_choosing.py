"""Who is supported wishes for a department or a profession, or chooses among supporters who show themselves.

Also covers supporters.offers.wishes_form, supporters.matching.free_to_choose, supporters.pool.showing and
supporters.pool.views.showing.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from incidents.tests.factories import InvolvementFactory
from supporters.contacts import flow, own_link
from supporters.enums import Rule
from supporters.matching import assignment, may_be_asked
from supporters.matching.need import need_of
from supporters.models import KeptApart, Offer, ShownAs, Supporter, SupportPolicy, Wishes
from supporters.offers import choosing, own_support, retention
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ME, SHOWING = reverse("me"), reverse("contacts:showing")
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


@pytest.fixture
def policy():
    policy = SupportPolicy.current()
    policy.employee_chooses = True
    policy.save()
    return policy


@pytest.fixture
def offer(policy):
    return OfferFactory(involvement__employee__name="Noor Bos")


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR], name="Roos Timmer")


def shows(**fields):
    supporter = SupporterFactory(trained=True, **fields)
    ShownAs.objects.create(supporter=supporter, profession=True, knows=["calamity"])
    return supporter


def sign_in(user):
    client = Client()
    client.force_login(user)
    return client


def decide(offer, decision, **fields):
    client = sign_in(offer.involvement.employee)
    return client.post(reverse("me-decide", args=[offer.pk]), {"decision": decision, **fields}, follow=True)


def shown(offer):
    return Wishes.objects.get(offer=offer).shown


def match(offer):
    return reverse("support:match", args=[offer.involvement_id])


def rules(offer, supporter):
    found = Offer.objects.get(pk=offer.pk)
    return may_be_asked.rules_of(need_of(found, MONDAY), Supporter.objects.filter(pk=supporter.pk))[
        supporter.pk
    ]


class TestWishes:
    def test_a_profession_and_a_department_are_asked_for(self, offer, coordinator):
        surgeon, ward = ProfessionFactory(name="Chirurg"), DepartmentFactory(name="Chirurgie")
        fits = SupporterFactory(trained=True, user__profession=surgeon, user__department=ward)
        page = decide(offer, "wishes", profession=surgeon.pk, from_department=ward.pk)
        assert "Your wishes are noted." in page.text
        assert rules(offer, fits) == frozenset()
        assert rules(offer, SupporterFactory(trained=True)) == {Rule.NOT_PROFESSION, Rule.NOT_FROM}
        desk = sign_in(coordinator).get(match(offer)).text
        assert "From Chirurgie" in desk
        assert "the profession that was asked for" in desk

    def test_not_from_a_department(self, offer):
        ward = DepartmentFactory()
        decide(offer, "wishes", not_department=ward.pk)
        assert rules(offer, SupporterFactory(trained=True, user__department=ward)) == {Rule.UNWANTED_FROM}

    def test_the_own_department_asked_for_is_not_left_out(self, offer):
        own = offer.involvement.department
        colleague = SupporterFactory(trained=True, user__department=own)
        assert Rule.SAME_DEPARTMENT in rules(offer, colleague)
        decide(offer, "wishes", from_department=own.pk)
        assert rules(offer, colleague) == frozenset()

    def test_from_and_not_from_the_same_is_refused_also_by_the_database(self, offer):
        ward = DepartmentFactory()
        page = decide(offer, "wishes", from_department=ward.pk, not_department=ward.pk)
        assert "choose one of the two" in page.text
        # It comes back open, as it was filled in.
        form = page.text.partition("My wishes")
        assert form[0].rpartition("<details")[2].startswith(' class="fold" open')
        assert form[2].count(f'<option value="{ward.pk}" selected>') == 2
        assert not Wishes.objects.exists()
        with pytest.raises(IntegrityError, match="wishes_departments_differ"), transaction.atomic():
            Wishes.objects.create(offer=offer, from_department=ward, not_department=ward)

    def test_they_go_with_the_name(self, offer):
        decide(offer, "wishes", not_department=DepartmentFactory().pk)
        own_support.decline(offer=offer, by=offer.involvement.employee, at=MONDAY)
        retention.erase_due(at=MONDAY + 40 * DAY)
        assert not Wishes.objects.exists()


class TestShown:
    def test_a_few_of_those_who_are_free_without_their_names(self, offer):
        people = [shows(user__name=f"Peer Uniek {number}") for number in range(8)]
        page = decide(offer, "show").text
        assert len(shown(offer)) == 4
        assert set(shown(offer)) <= {each.pk for each in people}
        assert "Knows from experience: a calamity and its analysis" in page
        assert "Uniek" not in page

    def test_half_of_the_own_profession_group_where_there_are_any(self, policy):
        """Of a group of few also who has no room: being there does not say that she is free."""
        nurse = ProfessionFactory()
        offer = OfferFactory(involvement__employee__profession=nurse, involvement__profession=nurse)
        doctor = ProfessionFactory(physician=True)
        alike = {shows(user__profession=nurse).pk, shows(user__profession=nurse, full=True).pk}
        for _ in range(10):
            shows(user__profession=doctor)
        page = decide(offer, "show")
        drawn = shown(offer)
        assert len(drawn) == choosing.HANDFUL
        assert alike <= set(drawn)
        page = decide(offer, "choose", number="1")
        assert "You chose this colleague, who will be asked if it is possible." in page.text

    def test_of_many_alike_who_are_free_at_most_half(self, policy):
        nurse = ProfessionFactory()
        offer = OfferFactory(involvement__employee__profession=nurse, involvement__profession=nurse)
        for _ in range(12):
            shows(user__profession=nurse)
        full = shows(user__profession=nurse, full=True)
        decide(offer, "show")
        assert len(shown(offer)) == choosing.HANDFUL
        assert full.pk not in shown(offer)

    def test_never_more_than_a_handful_and_nobody_of_a_few(self, offer):
        for _ in range(3):
            shows()
        decide(offer, "show")
        assert shown(offer) == []
        other = OfferFactory()
        for _ in range(20):
            shows()
        decide(other, "show")
        assert len(shown(other)) == choosing.HANDFUL

    def test_who_is_not_free_or_conflicts_or_does_not_show_herself_is_simply_not_there(
        self, offer, coordinator
    ):
        full, resting, kept_apart = shows(full=True), shows(resting=True), shows()
        involved, same = shows(), shows(user__department=offer.involvement.department)
        KeptApart.objects.create(
            supporter=kept_apart,
            employee=offer.involvement.employee,
            added_at=MONDAY,
            added_by=coordinator,
        )
        InvolvementFactory(incident=offer.incident, employee=involved.user)
        hidden = SupporterFactory(trained=True)
        free = {shows().pk for _ in range(8)}
        left_out = {each.pk for each in (full, resting, kept_apart, involved, same, hidden)}
        [found] = [source(offer, MONDAY) for source in choosing.free]
        assert set(found) == free
        assert left_out.isdisjoint(found)

    def test_the_list_does_not_tell_who_was_asked_since(self, offer, coordinator):
        for _ in range(10):
            shows(capacity=1)
        first = decide(offer, "show").text
        before = shown(offer)
        other = OfferFactory()
        supporter = Supporter.objects.get(pk=before[0])
        flow.propose(offer=other, supporter=supporter, by=coordinator, at=MONDAY)
        again = decide(offer, "show").text
        assert shown(offer) == before
        assert first.count('name="number"') == again.count('name="number"') == 6

    def test_a_next_case_of_the_same_person_shows_the_same(self, offer, coordinator):
        people = [shows(capacity=1) for _ in range(12)]
        decide(offer, "show")
        own_support.decline(offer=offer, by=offer.involvement.employee, at=MONDAY)
        for each in people[:4]:
            ContactFactory(supporter=each)
        after = OfferFactory(involvement__employee=offer.involvement.employee)
        decide(after, "show")
        assert shown(after) == shown(offer)

    def test_who_no_longer_shows_herself_is_no_longer_shown(self, offer):
        for _ in range(8):
            shows()
        decide(offer, "show")
        ShownAs.objects.filter(pk=shown(offer)[0]).delete()
        page = sign_in(offer.involvement.employee).get(ME)
        assert [each.number for each in page.context["own"][0].shown] == [2, 3, 4]

    def test_behind_the_own_link_as_well(self, policy):
        typed_in = InvolvementFactory(employee=None, typed_name="Sanne de Wit", email="s@example.org")
        mine = OfferFactory(involvement=typed_in)
        for _ in range(8):
            shows()
        link = own_link.address(typed_in.pk)
        Client().post(link, {"decision": "show"})
        Client().post(link, {"decision": "choose", "number": "2"})
        assert Wishes.objects.get(offer=mine).supporter_id == shown(mine)[1]

    def test_not_where_the_policy_does_not_let_them(self, offer, policy):
        policy.employee_chooses = False
        policy.save()
        assert "Choose a colleague myself" not in sign_in(offer.involvement.employee).get(ME).text
        with pytest.raises(flow.NotAllowed):
            choosing.show(offer=offer, by=offer.involvement.employee, at=MONDAY)
        supporter = SupporterFactory(trained=True)
        assert sign_in(supporter.user).get(SHOWING).status_code == 404

    def test_not_for_somebody_else_and_not_once_somebody_is_asked(self, offer, coordinator):
        with pytest.raises(flow.NotAllowed):
            choosing.show(offer=offer, by=coordinator, at=MONDAY)
        flow.propose(offer=offer, supporter=SupporterFactory(trained=True), by=coordinator, at=MONDAY)
        with pytest.raises(flow.NotAllowed):
            choosing.show(offer=offer, by=offer.involvement.employee, at=MONDAY)


class TestChosen:
    @pytest.fixture
    def chosen(self, offer):
        for number in range(8):
            shows(user__name=f"Peer {number}")
        decide(offer, "show")
        page = decide(offer, "choose", number="3")
        assert [str(each) for each in page.context["messages"]] == [
            "Noted. The coordinator asks this colleague if it is possible, and else looks for somebody else."
        ]
        return Supporter.objects.get(pk=shown(offer)[2])

    def test_stands_on_top_and_the_coordinator_asks(self, offer, chosen, coordinator):
        page = sign_in(coordinator).get(match(offer))
        assert page.context["cards"][0].choice.supporter == chosen
        assert "chosen by the colleague" in page.text
        assert not offer.contacts.exists()

    def test_stands_on_top_of_a_proposal_for_several_too(self, offer, chosen):
        others = [OfferFactory() for _ in range(3)]
        offers = [Offer.objects.get(pk=each.pk) for each in (*others, offer)]
        *_rest, mine = assignment.propose_together(offers=offers, at=MONDAY)
        assert mine.choices[0].supporter == chosen

    def test_who_cannot_be_asked_any_more_is_said_to_the_coordinator_alone(self, offer, chosen, coordinator):
        Supporter.objects.filter(pk=chosen.pk).update(load=chosen.capacity)
        page = sign_in(coordinator).get(match(offer)).text
        assert f"Your colleague chose {chosen.user.name}, who cannot be asked now." in page
        assert "Has no room for another contact" in page
        own = sign_in(offer.involvement.employee).get(ME).context["own"][0]
        assert [each.is_chosen for each in own.shown] == [False, False, True, False]

    def test_is_taken_back(self, offer, chosen):
        decide(offer, "choose", number="")
        assert Wishes.objects.get(offer=offer).supporter is None

    def test_who_was_not_shown_is_not_chosen(self, offer, chosen):
        decide(offer, "choose", number="9")
        assert Wishes.objects.get(offer=offer).supporter == chosen
        other = OfferFactory()
        with pytest.raises(flow.NotAllowed):
            choosing.choose(offer=other, number=1, by=other.involvement.employee, at=MONDAY)
        with pytest.raises(IntegrityError, match="wishes_chosen_of_shown"), transaction.atomic():
            Wishes.objects.create(offer=other, supporter=chosen)


class TestSomebodyOutsideWished:
    REFUSED = (
        "You asked for somebody from outside the hospital. "
        "Take that back first, and you can choose a colleague."
    )

    @pytest.fixture
    def outside(self, offer):
        for _ in range(8):
            shows()
        decide(offer, "outside")
        return offer

    def test_choosing_is_not_offered_and_a_page_still_open_draws_nobody(self, outside):
        page = decide(outside, "show")
        assert [str(each) for each in page.context["messages"]] == [self.REFUSED]
        assert "Choose a colleague myself" not in page.text
        assert "There is nobody to show you now" not in page.text
        assert not Wishes.objects.filter(shown__isnull=False).exists()

    def test_taken_back_there_is_somebody_to_choose(self, outside):
        decide(outside, "show")
        page = decide(outside, "inside")
        assert "See whom I can choose" in page.text
        decide(outside, "show")
        assert len(shown(outside)) == 4

    def test_what_was_drawn_and_chosen_before_stays_and_nothing_is_chosen_meanwhile(self, offer):
        for _ in range(8):
            shows()
        decide(offer, "show")
        before = shown(offer)
        decide(offer, "choose", number="1")
        decide(offer, "outside")
        page = decide(offer, "choose", number="2")
        assert [str(each) for each in page.context["messages"]] == [self.REFUSED]
        [own] = decide(offer, "inside").context["own"]
        assert shown(offer) == before
        assert [each.number for each in own.shown if each.is_chosen] == [1]

    def test_an_empty_draw_for_any_other_reason_stays(self, offer):
        """Drawn anew it would tell that somebody became free."""
        decide(offer, "show")
        for _ in range(8):
            shows()
        decide(offer, "outside")
        decide(offer, "inside")
        decide(offer, "show")
        assert shown(offer) == []

    def test_behind_the_own_link_as_well(self, policy):
        typed_in = InvolvementFactory(
            employee=None, typed_name="Sanne de Wit", email="s@example.org", wish_outside=True
        )
        mine = OfferFactory(involvement=typed_in)
        for _ in range(8):
            shows()
        page = Client().post(own_link.address(typed_in.pk), {"decision": "show"}, follow=True).text
        assert self.REFUSED in page
        assert "Choose a colleague myself" not in page
        assert not Wishes.objects.filter(offer=mine).exists()


class TestShowing:
    def test_a_supporter_says_what_she_shows_and_takes_it_back(self, policy):
        supporter = SupporterFactory(trained=True, user__in_profession_since=2018)
        client = sign_in(supporter.user)
        assert SHOWING in client.get(reverse("contacts:availability")).text
        fields = {"show": "on", "years": "on", "languages": ["nl", "tr"], "knows": ["child"]}
        page = client.post(SHOWING, fields, follow=True).text
        assert "5 to 10 years in this work" in page
        assert "Speaks Dutch, Turkish" in page
        assert "Knows from experience: the death of a child" in page
        client.post(SHOWING, {})
        assert not ShownAs.objects.exists()

    @pytest.mark.parametrize("fields", [{"show": "on"}, {"show": "on", "knows": ["everything"]}])
    def test_nothing_or_a_word_of_her_own_is_refused(self, policy, fields):
        supporter = SupporterFactory(trained=True)
        sign_in(supporter.user).post(SHOWING, fields)
        assert not ShownAs.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [({}, "shown_as_something"), ({"knows": ["everything"]}, "shown_as_knows_in_list")],
    )
    def test_and_by_the_database(self, fields, constraint):
        supporter = SupporterFactory(trained=True)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            ShownAs.objects.create(supporter=supporter, **fields)
