"""Two reports of one event: everybody involved stands on one of them, once, and nothing that runs is lost.

Also covers incidents.calamities.ended_report.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from incidents.calamities import classification, milestones
from incidents.enums import (
    EventType,
    Ground,
    IncidentKind,
    LaterMomentKind,
    LaterMomentWay,
    Step,
    TrackEventKind,
    Verdict,
)
from incidents.models import Incident, Involvement, LaterMoment, Milestone, events_of
from incidents.reports import joining, withdrawal
from incidents.reports.report_writer import Involved, report_incident
from notifications.models import Notice
from notifications.reminders.schedule import reminder
from supporters.contacts import flow, own_link
from supporters.contacts.announcing import mark_told
from supporters.enums import ContactState, EventKind, Outcome, Rule, Waiting
from supporters.matching import assignment
from supporters.models import (
    Contact,
    Offer,
    OutsideHelp,
    ReachMe,
    Referral,
    RenewedOffer,
    ToldOfMoment,
    Wishes,
)
from supporters.offers import opening, referral, retention
from supporters.offers.joining import TwoAtWork, join
from supporters.offers.reminders import SOMEBODY_WAITS
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = NOW + 3 * HOUR
pytestmark = [pytest.mark.django_db, pytest.mark.clock(LATER)]


BY_HAND = Involved(name="Fatima el Idrissi", telephone="+31612345678")


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def nurse():
    return UserFactory(name="Fatima el Idrissi")


def reported(*people, at=NOW, kind=IncidentKind.VIM, reporter=None, **fields):
    involved = [one if isinstance(one, Involved) else Involved(employee=one) for one in people]
    return report_incident(
        reporter=reporter or UserFactory(),
        kind=kind,
        event_type=EventType.SAFETY,
        involved=involved,
        submission_key=None,
        at=at,
        **fields,
    )


def told():
    """Everybody was, when they were named."""
    for involvement, at in Offer.objects.values_list("involvement", "opened_at"):
        mark_told(involvement, at)


def calamity(*people, at=NOW):
    return reported(*people, at=at, kind=IncidentKind.CALAMITY, noticed_at=at, department=DepartmentFactory())


def asked(incident, person, by):
    """A supporter was asked for this person on this report."""
    offer = Offer.objects.get(incident=incident, involvement__employee=person)
    supporter = SupporterFactory(trained=True)
    return assignment.assign(offer=offer, supporter=supporter, by=by, at=LATER, beyond_rules=True)


def on(incident):
    return sorted(row.name for row in Involvement.objects.filter(incident=incident))


class TestWhoStays:
    def test_what_was_reported_first(self, coordinator):
        second, first = reported(at=NOW + HOUR), reported(at=NOW)
        assert join(one=second, other=first, by=coordinator, at=LATER) == first
        second.refresh_from_db()
        assert (second.joined_into, second.joined_at) == (first, LATER)

    def test_what_the_committee_follows(self, coordinator):
        first, second = reported(at=NOW), calamity(at=NOW + HOUR)
        assert join(one=first, other=second, by=coordinator, at=LATER) == second
        line = second.track_events.get(kind=TrackEventKind.REPORT_JOINED)
        assert (line.moment, line.by) == (NOW, coordinator)
        second.refresh_from_db()
        assert second.noticed_at == NOW + HOUR

    def test_what_was_joined_before_follows(self, coordinator):
        first, second, third = reported(at=NOW), reported(at=NOW + HOUR), reported(at=NOW + 2 * HOUR)
        join(one=second, other=third, by=coordinator, at=LATER)
        join(one=first, other=second, by=coordinator, at=LATER)
        assert set(first.joined.all()) == {second, third}

    def test_of_two_that_the_committee_follows_neither(self, coordinator):
        one, other = calamity(), calamity()
        with pytest.raises(joining.BothFollowed):
            join(one=one, other=other, by=coordinator, at=LATER)

    def test_a_question_for_support_stands_by_itself(self, coordinator, nurse):
        question = reported(nurse, kind=IncidentKind.SELF, reporter=nurse)
        with pytest.raises(joining.NoEvent):
            join(one=reported(), other=question, by=coordinator, at=LATER)

    def test_a_report_is_joined_once_and_not_with_itself(self, coordinator):
        one, other = reported(), reported()
        with pytest.raises(joining.SameReport):
            join(one=one, other=one, by=coordinator, at=LATER)
        join(one=one, other=other, by=coordinator, at=LATER)
        with pytest.raises(joining.SameReport):
            join(one=one, other=other, by=coordinator, at=LATER)


class TestThePeople:
    def test_stand_on_it_once_with_one_offer_each(self, coordinator, nurse):
        one, other = UserFactory(name="Anouk Jansma"), UserFactory(name="Bram Kuipers")
        stays = reported(nurse, one)
        goes = reported(nurse, other, at=NOW + HOUR)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        assert on(stays) == ["Anouk Jansma", "Bram Kuipers", "Fatima el Idrissi"]
        assert on(goes) == []
        assert Offer.objects.filter(incident=stays).count() == 3
        assert Offer.objects.get(involvement__employee=nurse).opened_at == NOW

    @pytest.mark.parametrize("on_the_one_that_goes", [True, False])
    def test_whom_somebody_is_asked_for_keeps_that_contact(self, coordinator, nurse, on_the_one_that_goes):
        stays, goes = reported(nurse), reported(nurse, at=NOW + HOUR)
        contact = asked(goes if on_the_one_that_goes else stays, nurse, coordinator)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        contact.refresh_from_db()
        assert (contact.state, contact.offer.incident) == (ContactState.PROPOSED, stays)
        assert contact.offer.opened_at == NOW
        assert Offer.objects.get() == contact.offer
        flow.record(contact=contact, kind=EventKind.ACCEPTED, by=contact.supporter.user, at=LATER + HOUR)

    def test_contacts_of_both_stay_with_their_logs(self, coordinator, nurse):
        stays, goes = reported(nurse), reported(nurse, at=NOW + HOUR)
        ended = asked(stays, nurse, coordinator)
        flow.record(contact=ended, kind=EventKind.HANDED_BACK, by=coordinator, at=LATER + HOUR)
        runs = asked(goes, nurse, coordinator)
        told()
        join(one=stays, other=goes, by=coordinator, at=LATER + 2 * HOUR)
        offer = Offer.objects.get()
        assert set(offer.contacts.all()) == {ended, runs}
        assert (offer.announced_at, offer.offered_at) == (NOW, NOW)
        assert {contact.events.count() for contact in Contact.objects.all()} == {1, 2}

    def test_what_went_on_with_the_one_that_goes_goes_on_with_the_other(self, coordinator, nurse):
        stays, goes, third = (reported(nurse, at=NOW + number * HOUR) for number in range(3))
        contact = asked(goes, nurse, coordinator)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        contact.refresh_from_db()
        assert contact.offer == Offer.objects.get(incident=stays)
        assert Offer.objects.get(incident=third).continues == contact.offer

    def test_two_at_work_for_one_person_are_told_first(self, coordinator, nurse):
        stays, goes = reported(BY_HAND), reported(BY_HAND, at=NOW + HOUR)
        for incident in (stays, goes):
            asked(incident, None, coordinator)
        with pytest.raises(TwoAtWork) as refused:
            join(one=stays, other=goes, by=coordinator, at=LATER)
        assert refused.value.name == "Fatima el Idrissi"
        assert Involvement.objects.count() == 2
        assert not Incident.objects.exclude(joined_into=None).exists()

    def test_who_said_no_on_one_is_not_asked_again(self, coordinator, nurse):
        stays, goes = reported(nurse), reported(nurse, at=NOW + HOUR)
        said_no = Offer.objects.get(incident=goes)
        opening.close_offer(offer=said_no, outcome=Outcome.DECLINED, by=coordinator, at=LATER)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        offer = Offer.objects.get()
        assert (offer.incident, offer.outcome) == (stays, Outcome.DECLINED)

    def test_typed_by_hand_on_one_and_found_on_the_other_is_one_colleague(self, coordinator, nurse):
        by_hand = Involved(name=nurse.name, email=nurse.email)
        stays, goes = reported(by_hand), reported(nurse, at=NOW + HOUR)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        row = Involvement.objects.get()
        assert (row.employee, row.typed_name, row.email) == (nurse, "", "")

    def test_who_opened_either_is_still_on_the_own_page(self, client, coordinator, nurse):
        stays, goes = reported(nurse), reported(nurse, at=NOW + HOUR)
        client.force_login(coordinator)
        client.get(reverse("incidents:detail", args=[goes.reference]))
        join(one=stays, other=goes, by=coordinator, at=LATER)
        client.force_login(nurse)
        lines = client.get(reverse("me")).context["opened"]
        assert {line.action for line in lines} == {"viewed", "changed"}

    def test_a_supporter_on_either_is_not_asked_for_the_others(self, coordinator, nurse):
        there = SupporterFactory(trained=True)
        stays, goes = reported(there.user), reported(nurse, at=NOW + HOUR)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        offer = Offer.objects.get(involvement__employee=nurse)
        with pytest.raises(assignment.NotEligible) as refused:
            assignment.assign(offer=offer, supporter=there, by=coordinator, at=LATER)
        assert Rule.INVOLVED_IN_EVENT in refused.value.rules

    def test_who_has_a_role_is_put_aside_for_both(self, client, coordinator, nurse):
        other = UserFactory(roles=[Role.COORDINATOR])
        stays, goes = reported(nurse), reported(other, at=NOW + HOUR, reporter=other)
        told = reminder(
            key="told", kind=SOMEBODY_WAITS, due_at=NOW, subject_id=stays.pk, url="/", role=Role.COORDINATOR
        )
        told.save()
        told.notices.create(user=other, kind=SOMEBODY_WAITS, subject_id=stays.pk, url="/", created_at=NOW)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        assert set(events_of(other)) == {stays.pk, goes.pk}
        assert not Notice.objects.filter(user=other).exists()
        client.force_login(other)
        assert client.get(reverse("incidents:detail", args=[stays.reference])).status_code == 404
        own = client.get(reverse("incidents:detail", args=[goes.reference]))
        assert (own.status_code, own.context["sight"].role) == (200, None)

    def test_erased_they_are_on_neither_and_reported_neither(self, coordinator, nurse):
        stays, goes = reported(nurse), reported(nurse, at=NOW + HOUR, reporter=nurse)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        offer = opening.close_offer(
            offer=Offer.objects.get(), outcome=Outcome.DECLINED, by=coordinator, at=LATER
        )
        retention.erase_own(offer=offer, by=nurse, at=LATER + 25 * HOUR)
        goes.refresh_from_db()
        assert goes.reporter is None
        assert Involvement.objects.get().joined_ids == []


def hang_reach_me(offer):
    ReachMe.objects.create(offer=offer, parts_of_day=["evening"])


def hang_wishes(offer):
    Wishes.objects.create(offer=offer, profession=ProfessionFactory(name="Verloskundige"))


def hang_referral(offer):
    to = OutsideHelp.objects.get_or_create(name="De Luwte", telephone="+31301112233")[0]
    Referral.objects.create(offer=offer, to=to, at=NOW)


def a_moment(offer):
    return LaterMoment.objects.create(
        incident=offer.incident,
        kind=LaterMomentKind.HEARING,
        planned_for=LATER,
        way=LaterMomentWay.WARD,
        set_at=NOW,
        changed_at=NOW,
    )


def hang_renewed(offer):
    RenewedOffer.objects.create(offer=offer, moment=a_moment(offer), at=NOW)


def hang_told_of(offer):
    ToldOfMoment.objects.create(offer=offer, moment=a_moment(offer), changed_at=NOW, at=NOW)


def hang_contact(offer):
    ContactFactory(offer=offer, handed_back=True)


def hang_another(offer):
    OfferFactory(continues=offer)


def hang_counted(offer):
    OfferFactory(counted_with=offer)


#: Every relation to an offer, and something that hangs there; a new one has to be added, and kept by `join`.
HANGS = {
    "supporters.Contact.offer": hang_contact,
    "supporters.Offer.continues": hang_another,
    "supporters.Offer.counted_with": hang_counted,
    "supporters.ReachMe.offer": hang_reach_me,
    "supporters.Referral.offer": hang_referral,
    "supporters.RenewedOffer.offer": hang_renewed,
    "supporters.ToldOfMoment.offer": hang_told_of,
    "supporters.Wishes.offer": hang_wishes,
}


def relations_to(model):
    return {
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for relation in model._meta.related_objects
    }


class TestWhatHangsOnTheOfferThatGoes:
    def test_every_relation_is_thought_of(self):
        assert relations_to(Offer) == set(HANGS)
        # The offer itself, of which one is left.
        assert relations_to(Involvement) == {"supporters.Offer.involvement"}

    @pytest.mark.parametrize("relation", HANGS)
    @pytest.mark.parametrize("goes", ["of the report that goes", "of the report that stays"])
    def test_hangs_on_the_other(self, coordinator, nurse, relation, goes):
        first, second = reported(nurse), reported(nurse, at=NOW + HOUR)
        ends, keeps = Offer.objects.get(incident=second), Offer.objects.get(incident=first)
        if goes == "of the report that stays":
            ends, keeps = keeps, ends
        HANGS[relation](ends)
        # Closed, it is the one that stays.
        Offer.objects.filter(pk=keeps.pk).update(
            closed_at=LATER, waiting_for=Waiting.NOTHING, outcome=Outcome.DECLINED
        )
        join(one=first, other=second, by=coordinator, at=LATER)
        model, field = relation.rsplit(".", 1)
        assert apps.get_model(model).objects.filter(**{field: keeps}).count() == 1

    def test_of_two_wishes_the_newest_is_kept_each_by_itself(self, coordinator, nurse):
        stays, goes = reported(nurse), reported(nurse, at=NOW + HOUR)
        older, newer = Offer.objects.get(incident=stays), Offer.objects.get(incident=goes)
        chosen, midwife = SupporterFactory(trained=True), ProfessionFactory(name="Verloskundige")
        Wishes.objects.create(
            offer=older, profession=ProfessionFactory(), shown=[chosen.pk], shown_at=NOW, supporter=chosen
        )
        Wishes.objects.create(offer=newer, profession=midwife)
        ReachMe.objects.create(offer=older, language="en")
        ReachMe.objects.create(offer=newer, no_voicemail=True)
        Involvement.objects.filter(offer=newer).update(wish_physician=True, wish_other_department=False)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        offer = Offer.objects.get()
        assert offer == older
        assert (offer.wishes.profession, offer.wishes.supporter) == (midwife, chosen)
        assert (offer.reach_me.language, offer.reach_me.no_voicemail) == ("", True)
        person = offer.involvement
        assert (person.wish_physician, person.wish_other_department) == (True, False)

    def test_what_was_asked_where_support_is_open_is_newer_than_what_ended(self, coordinator, nurse):
        stays, goes = reported(nurse), reported(nurse, at=NOW + HOUR)
        runs, ended = Offer.objects.get(incident=stays), Offer.objects.get(incident=goes)
        ReachMe.objects.create(offer=ended, language="en")
        ReachMe.objects.create(offer=runs, language="de")
        opening.close_offer(offer=ended, outcome=Outcome.DECLINED, by=coordinator, at=LATER)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        offer = Offer.objects.get()
        assert (offer.outcome, offer.reach_me.language) == (Outcome.DECLINED, "de")

    @pytest.mark.parametrize("first_referred", [True, False])
    def test_who_was_referred_last_still_reads_where_to(self, coordinator, nurse, first_referred):
        stays, goes = reported(nurse), reported(nurse, at=NOW + HOUR)
        offers = [Offer.objects.get(incident=incident) for incident in (stays, goes)]
        before, after = offers if first_referred else reversed(offers)
        there = OutsideHelp.objects.create(name="De Luwte", telephone="+31301112233")
        opening.close_offer(offer=before, outcome=Outcome.COMPLETED, by=coordinator, at=LATER)
        referral.refer(offer=after, to=there, by=coordinator, at=LATER + HOUR)
        join(one=stays, other=goes, by=coordinator, at=LATER + 2 * HOUR)
        assert referral.help_for(Offer.objects.get()) == there

    def test_their_own_link_still_opens(self, client, coordinator):
        stays, goes = reported(BY_HAND), reported(BY_HAND, at=NOW + HOUR)
        links = [own_link.address(row.pk) for row in Involvement.objects.all()]
        join(one=stays, other=goes, by=coordinator, at=LATER)
        assert [client.get(link).status_code for link in links] == [200, 200]

    def test_a_number_on_one_and_an_address_on_the_other_are_both_kept(self, coordinator):
        with_mail = Involved(name=BY_HAND.name, telephone=BY_HAND.telephone, email="fatima@example.org")
        stays, goes = reported(BY_HAND), reported(with_mail, at=NOW + HOUR)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        person = Involvement.objects.get()
        assert (person.telephone, person.email) == (BY_HAND.telephone, "fatima@example.org")


def test_the_count_of_a_calamity_follows(coordinator, nurse):
    other = UserFactory()
    stays, goes = calamity(nurse), reported(nurse, other, at=NOW + HOUR)
    asked(goes, other, coordinator)
    told()
    join(one=stays, other=goes, by=coordinator, at=LATER)
    step = Milestone.objects.get(incident=stays, step=Step.SUPPORT)
    assert (step.offered, step.announced, step.involved) == (2, 2, 2)


def test_both_references_are_in_the_access_log(coordinator, nurse):
    stays, goes = reported(), reported(nurse, at=NOW + HOUR)
    join(one=stays, other=goes, by=coordinator, at=LATER)
    lines = AccessEvent.objects.filter(access_point="support:join")
    assert {(line.object_ref, line.record is None) for line in lines} == {
        (stays.reference, True),
        (stays.reference, False),
        (goes.reference, True),
    }


def test_what_was_a_calamity_stays_even_when_it_no_longer_is(coordinator):
    first, second = reported(at=NOW), calamity(at=NOW + HOUR)
    classification.classify(
        incident=second,
        verdict=Verdict.NONE,
        ground=Ground.MISTAKE,
        by=coordinator,
        at=LATER,
        seen=classification.standing(second),
    )
    assert join(one=first, other=milestones.locked(second), by=coordinator, at=LATER) == second


class TestThePages:
    def url(self, incident, page="support:join"):
        return reverse(page, args=[incident.reference])

    @pytest.fixture(autouse=True)
    def _sign_in(self, client, coordinator):
        client.force_login(coordinator)

    def test_shows_both_and_joins_them_when_sure(self, client, nurse):
        department = DepartmentFactory()
        stays, goes = reported(nurse, department=department), reported(department=department, at=NOW + HOUR)
        assert self.url(goes) in client.get(self.url(goes, "support:roll-call")).text
        assert stays.reference in client.get(self.url(goes)).text
        page = client.post(self.url(goes), {"other": "1"}).text
        assert "Join these reports?" in page
        assert not Incident.objects.exclude(joined_into=None).exists()
        response = client.post(self.url(goes), {"other": stays.reference, "sure": "1"}, follow=True)
        assert response.redirect_chain[-1][0] == self.url(stays, "support:roll-call")
        assert "Report 2026-0002 is joined to 2026-0001." in response.text

    def test_the_joined_reference_leads_to_the_other(self, client, coordinator):
        stays, goes = reported(), reported(at=NOW + HOUR, description="De pomp viel uit")
        join(one=stays, other=goes, by=coordinator, at=LATER)
        for page in ("support:roll-call", "incidents:detail"):
            assert client.get(self.url(goes, page)).url == self.url(stays, page)
        page = client.get(self.url(stays, "incidents:detail")).text
        assert "Also reported as 2026-0002" in page
        assert "De pomp viel uit" in page

    @pytest.mark.parametrize(
        ("method", "place"),
        [
            ("get", "support:join"),
            ("get", "calamities:classify"),
            ("get", "incidents:add-people"),
            ("post", "support:join"),
            ("post", "calamities:classify"),
        ],
    )
    def test_a_page_that_was_open_leads_to_where_the_report_is_now(self, client, coordinator, method, place):
        stays, goes = reported(), reported(at=NOW + HOUR)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        posted = {"other": stays.reference, "sure": "1", "seen": "none", "verdict": "none"}
        response = getattr(client, method)(self.url(goes, place), posted, follow=True)
        assert stays.reference in response.redirect_chain[-1][0]
        assert "joined" in str(next(iter(response.context["messages"])))

    def test_whoever_joins_them_a_second_later_reads_that_they_are(self, client, coordinator):
        stays, goes = reported(), reported(at=NOW + HOUR)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        for one, other in ((stays, goes), (goes, stays)):
            response = client.post(self.url(one), {"other": other.reference, "sure": "1"}, follow=True)
            assert response.redirect_chain[-1][0] == self.url(stays, "support:roll-call")
            assert "Report 2026-0002 is joined to 2026-0001." in response.text

    def test_what_was_taken_back_is_joined_with_nothing(self, client, nurse):
        gone = reported(reporter=nurse)
        withdrawal.withdraw(incident=gone, by=nurse, at=LATER)
        response = client.get(self.url(gone), follow=True)
        assert response.redirect_chain[-1][0] == self.url(gone, "incidents:detail")
        assert "This report was taken back or joined with another." in response.text

    def test_the_page_of_one_person_leads_to_where_they_stand_now(self, client, coordinator, nurse):
        """Also from a notice or a mail that was sent before."""
        stays, goes = reported(nurse), reported(nurse, at=NOW + HOUR)
        row, gone = (Involvement.objects.get(incident=one).pk for one in (stays, goes))
        join(one=stays, other=goes, by=coordinator, at=LATER)
        here, there = (reverse("support:match", args=[pk]) for pk in (row, gone))
        assert client.get(there).url == here
        supporter = SupporterFactory(trained=True)
        client.post(reverse("support:assign", args=[gone]), {"supporter": supporter.pk})
        assert Contact.objects.get().offer.involvement_id == row

    def test_supporters_chosen_for_all_are_asked_where_the_people_stand_now(self, client, coordinator, nurse):
        bram = UserFactory(name="Bram Kuipers")
        stays, goes = reported(nurse), reported(nurse, bram, at=NOW + HOUR)
        chosen = {
            f"supporter-{offer.pk}": SupporterFactory(trained=True).pk
            for offer in Offer.objects.filter(incident=goes)
        }
        join(one=stays, other=goes, by=coordinator, at=LATER)
        address = self.url(goes, "support:assign-together")
        response = client.post(address, chosen, follow=True)
        assert response.redirect_chain[-1][0] == self.url(stays, "support:roll-call")
        assert Contact.objects.get().offer.involvement.employee == bram

    def test_an_employee_whose_two_offers_became_one_is_led_to_the_own_page(self, client, coordinator, nurse):
        stays, goes = reported(nurse), reported(nurse, at=NOW + HOUR)
        gone = Offer.objects.get(incident=goes).pk
        join(one=stays, other=goes, by=coordinator, at=LATER)
        client.force_login(nurse)
        for address in ("me-decide", "me-erase"):
            response = client.post(reverse(address, args=[gone]), {"decision": "decline"}, follow=True)
            assert "Something has changed in the meantime" in response.text
        assert Offer.objects.get(incident=stays).closed_at is None

    def test_its_reporter_reads_that_it_was(self, client, coordinator, nurse):
        stays, goes = reported(), reported(at=NOW + HOUR, reporter=nurse)
        join(one=stays, other=goes, by=coordinator, at=LATER)
        client.force_login(nurse)
        page = client.get(self.url(goes, "incidents:detail")).text
        assert "dealt with together, as 2026-0001" in page
        assert self.url(goes, "incidents:withdraw") not in page
        assert "Joined" in client.get(reverse("incidents:list")).text

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("", "This field is required."),
            ("2026-0099", "There is no such report."),
            ("1", "This is the same report"),
            ("3", "A question for support is no report of an event"),
        ],
    )
    def test_what_cannot_be_joined_comes_back_with_words(self, client, nurse, typed, said):
        one = reported()
        calamity()
        reported(nurse, kind=IncidentKind.SELF, reporter=nurse)
        assert said in client.post(self.url(one), {"other": typed}).text

    def test_both_followed_by_the_committee_is_said(self, client):
        one = calamity()
        calamity()
        assert "The calamity committee follows both." in client.post(self.url(one), {"other": "2"}).text

    def test_two_at_work_is_said_with_the_name(self, client, coordinator, nurse):
        stays, goes = reported(BY_HAND), reported(BY_HAND, at=NOW + HOUR)
        for incident in (stays, goes):
            asked(incident, None, coordinator)
        page = client.post(self.url(stays), {"other": goes.reference, "sure": "1"}, follow=True).text
        assert "Two supporters are asked or at work for Fatima el Idrissi." in page

    def test_after_a_busy_night_the_likeliest_reports_are_suggested(self, client, nurse):
        ward = DepartmentFactory()
        this = reported(nurse, department=ward, occurred_at=NOW - HOUR)
        twin = reported(department=ward, at=NOW + HOUR, occurred_at=NOW - HOUR)
        same_person = reported(nurse, at=NOW - 30 * HOUR, department=DepartmentFactory())
        for number in range(8):
            reported(department=ward, at=NOW + 2 * HOUR, occurred_at=NOW + timedelta(minutes=number))
        likely = client.get(self.url(this)).context["likely"]
        assert likely[:2] == [same_person, twin]


def test_what_was_counted_with_the_one_that_ends_is_counted_with_the_other(coordinator, nurse):
    """A third event of the nurse goes on being counted once, whichever of two reports stays."""
    first, second = reported(nurse), reported(nurse, at=NOW + HOUR)
    third = reported(nurse, at=NOW + 2 * HOUR)
    counted = Offer.objects.filter(counted_with=None)
    assert [offer.incident for offer in counted] == [first]
    stays = join(one=second, other=first, by=coordinator, at=LATER)
    assert [offer.incident for offer in counted] == [stays]
    join(one=third, other=stays, by=coordinator, at=LATER)
    assert counted.count() == Offer.objects.count() == 1
