"""Everybody who was involved is told of a moment after the event; who asked is offered support anew."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.calamities import later_moments
from incidents.enums import LaterMomentKind, LaterMomentWay, Step
from incidents.models import LaterMoment
from incidents.reports.report_writer import Involved, add_involved
from incidents.tests.factories import IncidentFactory, InvolvementFactory, MilestoneFactory
from notifications.delivery import sweep
from notifications.models import Mail, Reminder
from notifications.notices import listing
from notifications.reminders import kinds
from notifications.reminders.reconcile import reconcile
from supporters.contacts import own_link
from supporters.enums import Outcome, Waiting
from supporters.models import Offer, RenewedOffer, SupportPolicy
from supporters.offers import joining, own_support, retention, told_later
from supporters.tests.factories import ContactFactory, OfferFactory

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def calamity():
    return IncidentFactory(established=True)


def involve(calamity, **fields):
    offer = {key.removeprefix("offer_"): fields.pop(key) for key in list(fields) if key.startswith("offer_")}
    fields.setdefault("added_at", offer.get("opened_at", NOW))
    return OfferFactory(involvement=InvolvementFactory(incident=calamity, **fields), **offer)


def set_moment(calamity, kind=LaterMomentKind.FEEDBACK, at=NOW):
    way = LaterMomentWay.MEETING if kind in LaterMomentKind.met() else None
    return later_moments.set_moment(
        incident=calamity, kind=kind, planned_for=LATER, way=way, place="", by=ccp(), at=at
    )


def move(moment, planned_for, at):
    return later_moments.move(
        moment=moment,
        planned_for=planned_for,
        way=LaterMomentWay(moment.way),
        place="",
        by=ccp(),
        at=at,
        seen=moment.changed_at,
    )


def ccp():
    return UserFactory(roles=[Role.CCP])


def ended(outcome=Outcome.DECLINED, **fields):
    return {
        "offer_waiting_for": Waiting.NOTHING,
        "offer_closed_at": NOW - DAY,
        "offer_outcome": outcome,
        **{f"offer_{key}": value for key, value in fields.items()},
    }


def told(kind):
    return set(Reminder.objects.filter(kind=kind).values_list("recipient", flat=True))


class TestTold:
    def test_all_are_whether_or_not_they_took_it_up(self, calamity):
        declined = involve(calamity, **ended())
        waits = involve(calamity)
        helped = ContactFactory(offer=involve(calamity), accepted=True).offer
        typed = involve(calamity, employee=None, typed_name="Sanne", email="sanne@example.org")
        moment = set_moment(calamity)
        everybody = {each.involvement.employee_id for each in (declined, waits, helped)}
        assert told(told_later.SET) == everybody
        assert Mail.objects.get(kind=told_later.SET).subject_id == typed.involvement_id
        (counted,) = later_moments.of(calamity)
        assert (counted.told, counted.involved, counted.mail_at) == (0, 4, NOW)
        sweep.sweep(at=NOW)  # told is whose mail left
        (counted,) = later_moments.of(calamity)
        assert (counted.told, counted.involved) == (4, 4)
        later_moments.move(
            moment=moment,
            planned_for=LATER + DAY,
            way=LaterMomentWay.WARD,
            place="",
            by=ccp(),
            at=NOW + DAY / 24,
            seen=NOW,
        )
        assert told(told_later.MOVED) == everybody
        later_moments.cancel(moment=moment, by=ccp(), at=NOW + DAY / 12, seen=NOW + DAY / 24)
        assert told(told_later.CANCELLED) == everybody
        assert Mail.objects.filter(subject_id=typed.involvement_id).count() == 3

    def test_who_was_erased_before_it_moved_was_not_told_of_that_before_the_others(self, calamity):
        gone, stays = involve(calamity, **ended()), involve(calamity)
        moment = set_moment(calamity)
        sweep.sweep(at=NOW)
        retention.erase_own(offer=gone, by=gone.involvement.employee, at=NOW + 2 * DAY)
        (counted,) = later_moments.of(calamity)
        assert (counted.told, counted.involved) == (2, 2)
        move(moment, LATER + DAY, NOW + 3 * DAY)
        assert told(told_later.MOVED) == {stays.involvement.employee_id}
        (counted,) = later_moments.of(calamity)
        assert (counted.told, counted.involved) == (0, 2)
        sweep.sweep(at=NOW + 3 * DAY)
        (counted,) = later_moments.of(calamity)
        assert (counted.told, counted.involved) == (2, 2)

    def test_neither_notice_nor_mail_says_what_it_is_or_what_happened(self, calamity):
        offer = involve(calamity, employee=None, typed_name="Sanne", email="sanne@example.org")
        set_moment(calamity, LaterMomentKind.PRESS)
        kind = kinds.get(told_later.SET)
        assert kind.outside
        mail = kind.outside(offer.involvement_id)
        assert mail
        for text in (str(kind.line), mail.text):
            for secret in ("Sanne", "press", "pers", calamity.reference, calamity.get_event_type_display()):
                assert secret not in text.replace("peersupport", "").replace("persoon", "")
        assert mail.link.endswith(own_link.address(offer.involvement_id))

    def test_whom_no_mail_reaches_is_called_by_the_coordinators(self, calamity):
        offer = involve(calamity, employee=None, typed_name="Sanne", telephone="+31612345678")
        set_moment(calamity)
        asked = Reminder.objects.get(kind=told_later.TO_CALL)
        assert (asked.role, asked.recipient) == (Role.COORDINATOR, None)
        assert str(offer.involvement_id) in asked.url
        coordinator = UserFactory(roles=[Role.COORDINATOR])
        assert kinds.get(told_later.TO_CALL).concerns(coordinator, asked.subject_id)
        assert not kinds.get(told_later.TO_CALL).concerns(UserFactory(), asked.subject_id)
        (counted,) = later_moments.of(calamity)
        assert (counted.told, counted.involved) == (0, 1)

    def test_who_was_called_counts_once_the_coordinator_notes_it(self, client, calamity):
        offer = involve(calamity, employee=None, typed_name="Sanne", telephone="+31612345678", email="")
        involve(calamity)
        moment = set_moment(calamity)
        sweep.sweep(at=NOW)
        coordinator, member = UserFactory(roles=[Role.COORDINATOR], language="en"), ccp()
        for user, says in ((coordinator, True), (member, False)):
            client.force_login(user)
            address = "support:roll-call" if says else "calamities:later"
            page = client.get(reverse(address, args=[calamity.reference]), headers={"accept-language": "en"})
            said = " ".join(strip_tags(page.text).split())
            assert "1 of 2 was told or can no longer be reached" in said
            assert ("1 has to be called" in said) is says
        client.force_login(coordinator)
        case = reverse("support:match", args=[offer.involvement_id])
        assert "I told them" in client.get(case).text
        sent = {"moment": moment.pk, "seen": moment.changed_at.isoformat()}
        stale = {**sent, "seen": (NOW - DAY).isoformat()}
        told_address = reverse("support:told", args=[offer.involvement_id])
        assert "Something has changed" in client.post(told_address, stale, follow=True).text
        for _tap in range(2):
            assert "Noted that you told them." in client.post(told_address, sent, follow=True).text
        assert "I told them" not in client.get(case).text
        (counted,) = later_moments.of(calamity)
        assert (counted.told, counted.involved) == (2, 2)
        assert not kinds.get(told_later.TO_CALL).concerns(coordinator, offer.pk)
        later_moments.cancel(moment=moment, by=ccp(), at=NOW + DAY, seen=moment.changed_at)
        assert "I told them" in client.get(case).text

    def test_who_has_no_address_reads_it_on_the_own_page(self, client, calamity):
        offer = involve(calamity, employee__email="")
        set_moment(calamity)
        assert later_moments.of(calamity)[0].told == 0
        client.force_login(offer.involvement.employee)
        client.get(reverse("me"))
        assert later_moments.of(calamity)[0].told == 1

    def test_who_reads_the_notice_before_the_mail_leaves_was_told(self, calamity):
        night = NOW.replace(hour=22)
        offer = involve(calamity)
        set_moment(calamity, at=night)
        sweep.sweep(at=night)
        assert later_moments.of(calamity)[0].told == 0
        listing.mark_read(user=offer.involvement.employee, at=night)
        assert later_moments.of(calamity)[0].told == 1

    def test_whom_to_tell_what_stands_on_the_case_that_the_coordinator_opens(self, client, calamity):
        offer = involve(calamity, employee=None, typed_name="Sanne", telephone="+31612345678", email="")
        other = involve(calamity)
        set_moment(calamity, LaterMomentKind.HEARING)
        client.force_login(UserFactory(roles=[Role.COORDINATOR], language="en"))
        pages = [
            client.get(f"/support/involved/{each.involvement_id}/match/").text for each in (offer, other)
        ]
        assert ["Tell them when you call" in page for page in pages] == [True, False]
        assert "Hearing" in pages[0]

    def test_the_count_does_not_tell_whose_support_ended_long_ago(self, calamity):
        set_moment(calamity)
        involve(calamity, erased=True, **ended())
        (counted,) = later_moments.of(calamity)
        assert (counted.told, counted.involved) == (1, 1)

    def test_who_is_named_later_or_comes_with_a_joined_report_is_told_too(self, calamity):
        set_moment(calamity)
        late = UserFactory()
        coordinator = UserFactory(roles=[Role.COORDINATOR])
        add_involved(incident=calamity, involved=[Involved(employee=late)], by=coordinator, at=NOW)
        other = involve(IncidentFactory(department=calamity.department))
        joining.join(one=calamity, other=other.incident, by=coordinator, at=NOW)
        assert told(told_later.SET) == {late.pk, other.involvement.employee_id}

    def test_at_night_the_page_says_when_the_mail_leaves(self, client, calamity, time_machine):
        night = NOW.replace(hour=22)
        time_machine.move_to(night)
        involve(calamity)
        set_moment(calamity, at=night)
        assert told(told_later.SET)
        (counted,) = later_moments.of(calamity)
        assert counted.mail_at == datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
        client.force_login(ccp())
        url = f"/calamities/{calamity.reference}/afterwards/"
        page = client.get(url, headers={"accept-language": "en"}).text
        assert "0 of 1 were told" in page
        assert "the mail leaves" in page
        time_machine.move_to(counted.mail_at)
        assert "the mail leaves" not in client.get(url, headers={"accept-language": "en"}).text

    @pytest.mark.parametrize(("hours", "kind"), [(13, told_later.NEAR), (40, told_later.SET)])
    def test_what_would_be_mailed_too_late_is_mailed_at_night(self, calamity, hours, kind):
        night = NOW.replace(hour=22)
        offer = involve(calamity)
        typed = involve(calamity, employee=None, typed_name="Sanne", email="sanne@example.org")
        later_moments.set_moment(
            incident=calamity,
            kind=LaterMomentKind.PRESS,
            planned_for=night + timedelta(hours=hours),
            way=None,
            place="",
            by=ccp(),
            at=night,
        )
        assert told(kind) == {offer.involvement.employee_id}
        assert Mail.objects.get(subject_id=typed.involvement_id).kind == kind
        (counted,) = later_moments.of(calamity)
        assert (counted.mail_at == night) == (kind == told_later.NEAR) == kinds.get(kind).urgent

    def test_who_would_come_for_nothing_is_told_at_night_that_it_moved(self, calamity):
        offer = involve(calamity)
        night = NOW.replace(hour=22)
        moment = set_moment(calamity)
        LaterMoment.objects.update(planned_for=night + timedelta(hours=11))
        moment.refresh_from_db()
        later_moments.move(
            moment=moment,
            planned_for=LATER,
            way=LaterMomentWay.WARD,
            place="",
            by=ccp(),
            at=night,
            seen=NOW,
        )
        assert told(told_later.NEAR) == {offer.involvement.employee_id}

    def test_what_is_missing_is_found_at_night(self, calamity):
        involve(calamity)
        set_moment(calamity)
        Reminder.objects.all().delete()
        reconcile(at=NOW)
        assert Reminder.objects.filter(kind=told_later.SET).count() == 1


class TestOwnPage:
    def test_says_what_comes_and_how_to_prepare_each(self, client, calamity):
        offer = involve(calamity, **ended())
        for kind in LaterMomentKind:
            set_moment(calamity, kind)
        client.force_login(offer.involvement.employee)
        page = client.get("/me/", headers={"accept-language": "en"}).text
        assert page.count("What happens there") == len(LaterMomentKind)
        for kind in LaterMomentKind:
            assert str(kind.label) in page
        assert "113" in page

    def test_behind_the_link_it_names_nobody_and_no_event(self, calamity):
        offer = involve(calamity, employee=None, typed_name="Sanne", email="sanne@example.org")
        set_moment(calamity, LaterMomentKind.INTERVIEW)
        page = Client(headers={"accept-language": "en"}).get(own_link.address(offer.involvement_id)).text
        assert "Interview for the analysis" in page
        page = re.sub(r"<option.*?</option>", "", page)  # every department can be wished for
        for secret in ("Sanne", calamity.reference, str(calamity.department)):
            assert secret not in page

    def test_nobody_else_reads_it(self, client, calamity):
        set_moment(calamity)
        other = involve(IncidentFactory(established=True))
        client.force_login(other.involvement.employee)
        assert "What comes after" not in client.get("/me/", headers={"accept-language": "en"}).text


class TestAskedAgain:
    def ask(self, offer, decision="ask_again"):
        client = Client(headers={"accept-language": "en"})
        if offer.involvement.employee:
            client.force_login(offer.involvement.employee)
            return client.post(f"/me/{offer.pk}/decide/", {"decision": decision}, follow=True)
        return client.post(own_link.address(offer.involvement_id), {"decision": decision}, follow=True)

    @pytest.mark.parametrize(
        "person", [{}, {"employee": None, "typed_name": "Sanne", "email": "sanne@example.org"}]
    )
    def test_is_offered_support_once_for_each_moment(self, calamity, person):
        offer = involve(calamity, **person, **ended(Outcome.COMPLETED))
        assert "a colleague gets in touch with you again" in self.ask(offer).text
        moment = set_moment(calamity)
        offer.refresh_from_db()
        assert (offer.waiting_for, offer.closed_at) == (Waiting.ASSIGNMENT, None)
        Offer.objects.update(closed_at=NOW, waiting_for=Waiting.NOTHING, outcome=Outcome.COMPLETED)
        later_moments.move(
            moment=moment,
            planned_for=LATER + DAY,
            way=LaterMomentWay.WARD,
            place="",
            by=ccp(),
            at=NOW + DAY / 24,
            seen=NOW,
        )
        assert Offer.objects.get().closed_at == NOW
        set_moment(calamity, LaterMomentKind.HEARING)
        assert Offer.objects.get().closed_at is None
        assert RenewedOffer.objects.count() == 2

    def test_is_not_after_no_or_without_having_said_so(self, calamity):
        silent = involve(calamity, **ended())
        took_back = involve(calamity, **ended(Outcome.COMPLETED))
        self.ask(took_back)
        assert "not asked again" in self.ask(took_back, "ask_no_more").text
        said_no = involve(calamity)
        self.ask(said_no)
        own_support.decline(offer=said_no, by=said_no.involvement.employee, at=NOW)
        set_moment(calamity)
        for offer in (silent, took_back, said_no):
            offer.refresh_from_db()
            assert offer.closed_at is not None
        self.ask(said_no)  # herself, after her no
        set_moment(calamity, LaterMomentKind.PRESS)
        said_no.refresh_from_db()
        assert said_no.closed_at is None

    def test_the_database_holds_that_it_is_once(self, calamity):
        offer, moment = involve(calamity), set_moment(calamity)
        RenewedOffer.objects.create(offer=offer, moment=moment, at=NOW)
        with pytest.raises(DatabaseError, match="renewed_offer_once_per_moment"), transaction.atomic():
            RenewedOffer.objects.create(offer=offer, moment=moment, at=NOW)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            RenewedOffer.objects.update(at=LATER)

    def test_only_after_what_the_committee_follows(self):
        offer = OfferFactory()
        self.ask(offer)
        assert Offer.objects.get().ask_again_since is None

    def test_the_committee_cannot_see_it(self, client, calamity):
        member = UserFactory(roles=[Role.CCP], language="en")
        client.force_login(member)
        one = involve(calamity, **ended())
        set_moment(calamity)
        card = client.get(f"/calamities/{calamity.reference}/").text.partition('id="later"')[2]
        self.ask(one)
        set_moment(IncidentFactory(established=True))
        again = client.get(f"/calamities/{calamity.reference}/").text.partition('id="later"')[2]
        assert again.partition("</section>")[0] == card.partition("</section>")[0]


class TestNamesStay:
    def test_until_the_feedback_and_no_longer_than_it_is_due(self, calamity):
        step = MilestoneFactory(incident=calamity, step="feedback", internal_due_at=NOW + 5 * DAY)
        offer = involve(calamity, **ended(closed_at=NOW - 31 * DAY, opened_at=NOW - 32 * DAY))
        assert retention.due(at=NOW) == 0
        assert retention.due(at=NOW + 6 * DAY) == 1
        policy = SupportPolicy.current()
        shown = retention.with_feedback(Offer.objects.filter(pk=offer.pk)).get()
        assert retention.erases_at(shown, policy) == NOW + 5 * DAY
        step.done_at, step.done_by = NOW, ccp()
        step.save()
        assert retention.due(at=NOW) == 1

    @pytest.mark.parametrize("kind", [LaterMomentKind.FEEDBACK, LaterMomentKind.HEARING])
    def test_until_a_day_after_what_is_set_also_when_it_is_moved(self, calamity, kind):
        offer = involve(calamity, **ended(closed_at=NOW - 31 * DAY, opened_at=NOW - 32 * DAY))
        assert retention.due(at=NOW) == 1
        moment = set_moment(calamity, kind)
        moved = move(moment, LATER + 5 * DAY, NOW + DAY)
        assert retention.due(at=LATER + 5 * DAY) == 0
        assert retention.due(at=LATER + 6 * DAY) == 1
        shown = retention.with_feedback(Offer.objects.filter(pk=offer.pk)).get()
        assert retention.erases_at(shown, SupportPolicy.current()) == LATER + 6 * DAY
        later_moments.cancel(moment=moved, by=ccp(), at=NOW + 2 * DAY, seen=NOW + DAY)
        assert retention.due(at=NOW + 2 * DAY) == 1

    def test_as_long_as_the_policy_says_for_who_is_asked_again(self, calamity):
        since = {"closed_at": NOW - 31 * DAY, "opened_at": NOW - 32 * DAY, "ask_again_since": NOW - 31 * DAY}
        offer = involve(calamity, **ended(**since))
        assert retention.due(at=NOW) == 0
        assert retention.due(at=NOW + 700 * DAY) == 1
        own_support.ask_again(offer=offer, wanted=False, by=offer.involvement.employee, at=NOW)
        assert retention.due(at=NOW) == 1


class TestErasedBefore:
    """What falls away is said on the question, before somebody has their name erased."""

    @pytest.fixture(params=["account", "link"])
    def asks(self, request, calamity):
        """The offer of somebody whose support ended, and what the question says."""
        by_hand = request.param == "link"
        offer = involve(calamity, by_hand=by_hand, **ended())

        def question():
            client = Client(headers={"accept-language": "en"})
            if by_hand:
                return said(client.get(f"{own_link.address(offer.involvement_id)}erase/"))
            client.force_login(offer.involvement.employee)
            return said(client.get(reverse("me-erase", args=[offer.pk])))

        return offer, question

    def test_names_each_moment_to_come_and_being_asked_again(self, asks, calamity):
        offer, question = asks
        set_moment(calamity, LaterMomentKind.HEARING)
        verdict = set_moment(calamity, LaterMomentKind.VERDICT)
        later_moments.cancel(moment=verdict, by=ccp(), at=NOW + DAY / 24, seen=verdict.changed_at)
        own_support.ask_again(offer=offer, wanted=True, by=offer.involvement.employee, at=NOW)
        page = question()
        assert "This falls away for you then:" in page
        assert "Hearing, Monday 16 March at 09:00" in page
        assert "Verdict" not in page
        assert "gets in touch with you again when something comes up" in page

    def test_names_what_was_found_also_while_no_moment_is_set_for_it(self, asks, calamity):
        _offer, question = asks
        assert "This falls away" not in question()
        MilestoneFactory(incident=calamity, step=Step.FEEDBACK, internal_due_at=NOW + 20 * DAY)
        assert "What was found: you are not told of it." in question()
        set_moment(calamity)
        page = question()
        assert "Feedback: what was found, Monday 16 March at 09:00" in page
        assert "you are not told of it" not in page


def said(page):
    return " ".join(strip_tags(page.text).split())
