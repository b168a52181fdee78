"""A talk is planned with one thumb; whoever it is with reads it, and can say no, on a page of their own."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.tests.factories import InvolvementFactory
from notifications.models import Mail
from supporters.contacts import flow, own_link
from supporters.enums import AppointmentState, EventKind, NextStep
from supporters.models import Appointment, Contact, MeetingPlace, Offer, ReachMe
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

#: Wednesday, three in the afternoon in Amsterdam.
NOW = datetime(2026, 11, 18, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def contact():
    return begun()


def begun(**involvement):
    offer = OfferFactory(opened_at=NOW - HOUR, involvement=InvolvementFactory(**involvement))
    by = UserFactory(roles=[Role.COORDINATOR])
    contact = flow.propose(offer=offer, supporter=SupporterFactory(trained=True), by=by, at=NOW - HOUR)
    return take(contact, "accepted", at=NOW - HOUR)


def take(contact, kind, at=NOW, by=None, **fields):
    person = by or contact.supporter.user
    return flow.record(contact=contact, kind=EventKind(kind), by=person, at=at, **fields)


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def client(contact):
    return signed_in(contact.supporter.user)


def address(contact):
    return reverse("contacts:appointment", args=[contact.pk])


def page(client, contact):
    return client.get(reverse("contacts:detail", args=[contact.pk])).text


def plan(client, contact, moment="2026-11-19T10:00", **fields):
    fields = {"mode": "telephone", "seen": contact.events.latest("id").pk, **fields}
    return client.post(address(contact), {"moment": moment, **fields}, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def offered(text):
    return re.findall(r'name="moment" value="([^"]+)"', text)


def test_moments_that_suit_the_colleague_are_buttons_and_one_tap_plans(client, contact):
    ReachMe.objects.create(offer=contact.offer, parts_of_day=["afternoon"])
    take(contact, "reached")
    buttons = offered(page(client, contact))
    assert buttons[:2] == ["2026-11-19T14:00", "2026-11-19T15:30"]
    answer = plan(client, contact, buttons[0])
    assert said(answer) == ["Planned. You are reminded before it, and so is your colleague."]
    assert "Call tomorrow at 14:00" in answer.text
    assert Appointment.objects.get().at == datetime(2026, 11, 19, 13, tzinfo=UTC)
    assert "Call tomorrow at 14:00" in client.get(reverse("contacts:list")).text


def test_a_follow_up_is_offered_after_the_days_of_the_policy_and_a_saturday_as_monday(client, contact):
    take(contact, "conversation", mode="in_person")
    text = page(client, contact)
    assert [button[:10] for button in offered(text)] == ["2026-11-23"] * 2 + ["2026-12-02"] * 2
    words = re.sub(r"<[^>]+>", "", text)
    assert re.search(r"Nobody calls\s+Saturday 21 November, so\s+Monday 23 November:", words)


def test_a_moment_at_which_nobody_calls_is_warned_of_once(client, contact):
    answer = plan(client, contact, "2026-11-21T14:00")
    assert "send it once more" in answer.text
    assert not Appointment.objects.exists()
    assert "2026-11-23T14:00" in offered(answer.text)
    again = re.search(r'name="anyway" value="([^"]+)"', answer.text)
    assert again
    plan(client, contact, "2026-11-21T14:00", anyway=again[1])
    assert Appointment.objects.get().at == datetime(2026, 11, 21, 13, tzinfo=UTC)
    assert "send it once more" in plan(client, contact, "2026-11-28T14:00", anyway=again[1]).text


@pytest.mark.parametrize("moment", ["", "morgen", "2026-11-18T09:00", "2028-01-01T10:00"])
def test_a_moment_that_cannot_be_says_why(client, contact, moment):
    answer = plan(client, contact, moment)
    assert 'class="invalid-feedback"' in answer.text
    assert not Appointment.objects.exists()


def test_in_person_is_at_a_place_of_the_list(client, contact):
    place, old = (MeetingPlace.objects.create(name=name) for name in ("Room B2.14", "Room A"))
    MeetingPlace.objects.filter(pk=old.pk).update(in_use=False)
    for wrong in ("", old.pk, "Somewhere"):
        plan(client, contact, mode="in_person", place=wrong)
    assert not Appointment.objects.exists()
    answer = plan(client, contact, mode="in_person", place=place.pk)
    assert "Meet tomorrow at 10:00" in answer.text
    assert "Room B2.14" in answer.text


def ways(page):
    """How a talk can be, as the form offers it, and what is chosen."""
    mode = page.context["form"]["mode"]
    return [value for value, _label in mode.field.choices], mode.value()


def test_in_person_is_offered_only_where_the_hospital_has_a_place(client, contact):
    flow.record(
        contact=contact, kind=EventKind.CONVERSATION, by=contact.supporter.user, at=NOW, mode="telephone"
    )
    page = client.get(address(contact))
    assert ways(page) == (["telephone", "video"], "telephone")
    assert "No place is on the coordinator’s list" in page.text
    assert "Another moment, in person" not in client.get(reverse("contacts:detail", args=[contact.pk])).text
    plan(client, contact, mode="in_person", place="")
    assert not Appointment.objects.exists()
    MeetingPlace.objects.create(name="Room B2.14")
    page = client.get(address(contact))
    assert ways(page)[0] == ["telephone", "in_person", "video"]
    assert "No place is on" not in page.text
    assert "in person or by video" in client.get(reverse("contacts:detail", args=[contact.pk])).text


def test_where_the_list_is_emptied_later_the_talk_stands_and_the_next_is_in_another_way(client, contact):
    place = MeetingPlace.objects.create(name="Room B2.14")
    plan(client, contact, mode="in_person", place=place.pk)
    MeetingPlace.objects.update(in_use=False)
    assert "Room B2.14" in client.get(reverse("contacts:detail", args=[contact.pk])).text
    assert ways(client.get(address(contact))) == (["telephone", "video"], "telephone")
    with pytest.raises(flow.PlaceOutOfUse):
        flow.record(
            contact=Contact.objects.get(),
            kind=EventKind.APPOINTMENT_MOVED,
            by=contact.supporter.user,
            at=NOW,
            planned_for=NOW + timedelta(days=2),
            mode="in_person",
            place=place,
        )
    plan(client, contact, "2026-11-20T11:00", mode="telephone")
    assert Appointment.objects.get(state="open").place is None


def test_by_video_no_place_and_no_link_is_kept(client, contact):
    place = MeetingPlace.objects.create(name="Room B2.14")
    answer = plan(client, contact, mode="video", place=place.pk)
    assert "You send your colleague the link yourself" in answer.text
    assert Appointment.objects.get().place is None


def test_moved_it_has_another_moment_and_can_be_undone(client, contact):
    plan(client, contact)
    assert "It is planned now for tomorrow at 10:00" in re.sub(
        r"<[^>]+>", "", client.get(address(contact)).text
    )
    answer = plan(client, contact, "2026-11-20T10:00")
    assert "Call Friday 20 November at 10:00" in answer.text
    line = contact.events.latest("id")
    assert line.kind == EventKind.APPOINTMENT_MOVED
    answer = client.post(reverse("contacts:undo", args=[contact.pk, line.pk]), follow=True)
    assert "Call tomorrow at 10:00" in answer.text


def test_a_second_tap_and_another_tab_are_told_so(client, contact):
    seen = contact.events.latest("id").pk
    plan(client, contact, seen=seen)
    (words,) = said(plan(client, contact, seen=seen))
    assert words.startswith("That is how it stands already")
    (words,) = said(plan(client, contact, "2026-11-20T14:00", seen=seen))
    assert words.startswith("Something has changed in the meantime")
    assert Appointment.objects.get().sequence == 0


@pytest.mark.parametrize("moment", ["2026-11-19T10:00", "2026-11-19T22:00"])
def test_the_same_appointment_again_is_not_noted_as_moved_and_nobody_is_mailed(client, contact, moment):
    place = MeetingPlace.objects.create(name="Room B2.14")
    same = {"mode": "in_person", "place": place.pk, "anyway": moment}
    plan(client, contact, moment, **same)
    before = list(Mail.objects.values_list("key", flat=True)), contact.events.count()
    (words,) = said(plan(client, contact, moment, **same | {"anyway": ""}))
    assert words.startswith("That is how it stands already")
    assert before == (list(Mail.objects.values_list("key", flat=True)), contact.events.count())


def test_outside_hours_the_words_fit_the_means_and_the_moment_instead_the_colleague(client, contact):
    ReachMe.objects.create(offer=contact.offer, parts_of_day=["after_night"])
    place = MeetingPlace.objects.create(name="Room B2.14")
    answer = plan(client, contact, "2026-11-19T22:00", mode="in_person", place=place.pk)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))
    assert "is outside our hours" in words
    assert "Nobody calls" not in words
    assert offered(answer.text)[-1] == "2026-11-20T15:30"


def place_error(answer):
    return answer.context["form"].errors.get("place", [""])[0]


@pytest.mark.parametrize(
    ("moment", "fits"),
    [
        ("2026-11-19T09:00", True),
        ("2026-11-19T09:15", False),
        ("2026-11-19T10:00", False),
        ("2026-11-19T10:59", False),
        ("2026-11-19T11:00", True),
    ],
)
def test_where_others_meet_within_the_hour_it_is_refused_with_what_is_free(client, contact, moment, fits):
    taken, _free, old = (MeetingPlace.objects.create(name=name) for name in ("Room A", "Room B", "Room C"))
    MeetingPlace.objects.filter(pk=old.pk).update(in_use=False)
    other = begun()
    plan(signed_in(other.supporter.user), other, mode="in_person", place=taken.pk)
    answer = plan(client, contact, moment, mode="in_person", place=taken.pk)
    assert Appointment.objects.filter(contact=contact).exists() is fits
    if not fits:
        assert place_error(answer) == "Somebody meets there about then. Free at that moment: Room B."
        assert other.supporter.user.name not in answer.text
        assert other.offer.involvement.name not in answer.text


def test_where_nothing_is_free_then_it_says_so_and_several_fit_where_the_coordinator_said_so(client, contact):
    place = MeetingPlace.objects.create(name="A walk outside")
    other = begun()
    plan(signed_in(other.supporter.user), other, mode="in_person", place=place.pk)
    answer = plan(client, contact, mode="in_person", place=place.pk)
    assert "no other place is free" in place_error(answer)
    MeetingPlace.objects.update(one_at_a_time=False)
    plan(client, contact, mode="in_person", place=place.pk)
    assert Appointment.objects.count() == 2


def test_the_own_talk_can_move_within_the_hour_and_what_is_off_leaves_the_place(client, contact):
    place = MeetingPlace.objects.create(name="Room A")
    plan(client, contact, mode="in_person", place=place.pk)
    plan(client, contact, "2026-11-19T10:30", mode="in_person", place=place.pk)
    assert Appointment.objects.get().sequence == 1
    take(contact, "appointment_cancelled")
    other = begun()
    plan(signed_in(other.supporter.user), other, mode="in_person", place=place.pk)
    assert Appointment.objects.filter(contact=other, state=AppointmentState.OPEN).exists()
    # What was cancelled stays so: others meet there now.
    line = contact.events.latest("id")
    (words,) = said(client.post(reverse("contacts:undo", args=[contact.pk, line.pk]), follow=True))
    assert words.startswith("The place is taken about then.")
    assert Appointment.objects.get(contact=contact).state == AppointmentState.CANCELLED


def test_a_moment_at_which_the_supporter_has_another_talk_is_warned_of_once(client, contact):
    other = begun()
    Contact.objects.filter(pk=other.pk).update(supporter=contact.supporter)
    plan(client, Contact.objects.get(pk=other.pk), "2026-11-19T10:00")
    answer = plan(client, contact, "2026-11-19T10:15")
    assert "You have another talk then" in answer.text
    assert not Appointment.objects.filter(contact=contact).exists()
    assert "2026-11-19T14:00" in offered(answer.text)
    plan(client, contact, "2026-11-19T10:15", anyway="2026-11-19T10:15")
    assert Appointment.objects.filter(contact=contact).exists()


def test_nobody_else_plans_it(client, contact):
    other = SupporterFactory(trained=True).user
    assert signed_in(other).get(address(contact)).status_code == 404
    assert plan(signed_in(other), contact).status_code == 404
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    assert signed_in(coordinator).get(address(contact)).status_code == 403
    over = ContactFactory(closed=True, supporter=contact.supporter)
    assert client.get(address(over)).status_code == 404
    assert said(plan(client, over)) == ["That isn’t possible right now."]


def test_what_did_not_happen_is_one_tap_and_the_next_moment_is_offered(client, contact, time_machine):
    plan(client, contact)
    assert "It did not happen" not in page(client, contact)
    time_machine.move_to(NOW + DAY, tick=False)
    client = signed_in(contact.supporter.user)
    assert "It did not happen" in page(client, contact)
    answer = client.post(
        reverse("contacts:log", args=[contact.pk]),
        {"kind": "appointment_missed", "seen": contact.events.latest("id").pk},
        follow=True,
    )
    assert said(answer) == ["Noted: it did not happen. When shall it be?"]
    assert offered(answer.text)
    contact.refresh_from_db()
    assert contact.next_step == NextStep.ARRANGE


def test_the_coordinator_reads_it_on_the_case(client, contact):
    plan(client, contact)
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    text = signed_in(coordinator).get(reverse("support:match", args=[contact.offer.involvement_id])).text
    assert "The talk that was planned" in text
    assert re.search(r"Talk planned,\s+by telephone:\s+tomorrow at 10:00", re.sub(r"<[^>]+>", "", text))
    assert "cancel" not in text.lower()


class TestTheEmployee:
    @pytest.fixture(params=["account", "link"])
    def own(self, request):
        """Who is supported, with a page of their own: its address, and who opens it."""
        if request.param == "account":
            contact = begun()
            return contact, signed_in(contact.offer.involvement.employee), reverse("me")
        reached_at = {"email": "sanne@example.org", "telephone": "+31612345678"}
        contact = begun(employee=None, typed_name="Sanne", **reached_at)
        link = own_link.address(contact.offer.involvement_id)
        return contact, Client(headers={"accept-language": "en"}), link

    def decide(self, own, decision, **fields):
        contact, client, url = own
        if url == reverse("me"):
            url = reverse("me-decide", args=[contact.offer_id])
        return client.post(url, {"decision": decision, **fields}, follow=True)

    def reads(self, own):
        _contact, client, url = own
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", client.get(url).text))

    @pytest.mark.parametrize(
        ("mode", "words"),
        [
            ("telephone", "You’ll be called tomorrow at 10:00, as agreed."),
            ("in_person", "You meet tomorrow at 10:00: Room B2.14."),
            ("video", "You talk by video tomorrow at 10:00. Your colleague sends you the link."),
        ],
    )
    def test_reads_who_when_how_and_where(self, own, mode, words):
        place = MeetingPlace.objects.create(name="Room B2.14")
        plan(signed_in(own[0].supporter.user), own[0], mode=mode, place=place.pk)
        text = self.reads(own)
        assert words in text
        assert f"{own[0].supporter.user.name} is there for you" in text

    def test_says_i_cannot_then_and_is_called_for_another(self, own):
        contact = own[0]
        plan(signed_in(contact.supporter.user), contact)
        answer = self.decide(own, "cannot_then")
        assert said(answer) == ["That’s fine. Your colleague will call you to agree on another moment."]
        assert Appointment.objects.get().state == AppointmentState.CANCELLED
        assert contact.events.latest("id").by is None
        assert Contact.objects.get().next_step == NextStep.ARRANGE
        assert "Agree on another moment" in page(signed_in(contact.supporter.user), contact)
        assert said(self.decide(own, "cannot_then")) == ["That appointment is off already."]

    def test_a_day_that_was_chosen_stands_there_at_once_and_cancels_the_moment(self, own):
        contact = take(own[0], "reached")
        plan(signed_in(contact.supporter.user), contact)
        self.decide(own, "later", on="2026-11-25")
        assert "You’ll be called Wednesday 25 November." in self.reads(own)
        assert Appointment.objects.get().state == AppointmentState.CANCELLED

    @pytest.mark.parametrize("day", ["2026-11-01", "2027-11-30", "2200-01-01"])
    def test_a_day_that_cannot_be_says_why(self, own, day):
        (words,) = said(self.decide(own, "later", on=day))
        assert words.startswith("That day cannot be: it is past, or too far ahead.")
        assert words.endswith("up to and including 18 November 2027.")
        assert 'max="2027-11-18"' in own[1].get(own[2]).text

    def test_reads_that_another_colleague_will_call_and_not_why(self, own):
        take(own[0], "handed_back", reason="conflict")
        text = self.reads(own)
        assert "Another colleague will call you." in text
        assert own[0].supporter.user.name not in text

    @pytest.mark.parametrize("reached", [True, False])
    def test_reads_that_the_talk_is_off_and_by_when_another_colleague_calls(self, own, reached):
        contact, _client, _url = own
        if reached:
            contact = take(contact, "reached")
        plan(signed_in(contact.supporter.user), contact)
        contact.refresh_from_db()
        take(contact, "handed_back", reason="away")
        off = "The talk of tomorrow at 10:00 is off. Another colleague calls you by tomorrow at 10:00."
        assert off in self.reads(own)
        coordinator, next_one = UserFactory(roles=[Role.COORDINATOR]), SupporterFactory(trained=True)
        case = signed_in(coordinator).get(reverse("support:match", args=[contact.offer.involvement_id]))
        assert "is off." in case.text
        worklist = signed_in(coordinator).get(reverse("support:worklist")).text
        assert "The talk of tomorrow at 10:00 is off" in worklist
        offer = Offer.objects.get(pk=contact.offer_id)
        second = flow.propose(offer=offer, supporter=next_one, by=coordinator, at=NOW)
        assert off in self.reads(own)
        second = take(second, "accepted")
        text = self.reads(own)
        assert "The talk of tomorrow at 10:00 is off. You’ll be called by tomorrow at 10:00." in text
        assert next_one.user.name in text
        plan(signed_in(next_one.user), second, "2026-11-20T14:00")
        assert "is off" not in self.reads(own)

    def test_reads_after_its_moment_that_it_was(self, own, time_machine):
        plan(signed_in(own[0].supporter.user), own[0])
        time_machine.move_to(NOW + DAY, tick=False)
        if employee := own[0].offer.involvement.employee:
            own[1].force_login(employee)
        assert "You had an appointment today at 10:00." in self.reads(own)
        assert "I can’t then" not in self.reads(own)


def test_with_two_events_one_appointment_is_for_both(client, contact):
    employee = contact.offer.involvement.employee
    second = OfferFactory(involvement__employee=employee, opened_at=NOW)
    flow.carry(contact=contact, offer=second, at=NOW)
    plan(client, contact)
    own = signed_in(employee)
    assert own.get(reverse("me")).text.count("as agreed.") == 1
    assert "as agreed." in own.get(reverse("home")).text
    own.post(reverse("me-decide", args=[second.pk]), {"decision": "cannot_then"})
    assert Appointment.objects.get().state == AppointmentState.CANCELLED
    assert {*Offer.objects.values_list("due_at", flat=True)} == {Contact.objects.get().due_at}


def test_whether_they_talked_two_days_ahead_is_asked_once(client, contact):
    plan(client, contact, "2026-11-20T10:00")
    text = re.sub(r"\s+", " ", page(client, contact))
    assert re.search(r"<details class=\"fold\"> <summary>.{,400}We talked already</summary>", text)
    plan(client, contact, "2026-11-18T15:30")
    assert "We talked already" not in page(client, contact)


def test_the_home_page_says_what_is_off(contact):
    plan(signed_in(contact.supporter.user), contact)
    contact.refresh_from_db()
    take(contact, "handed_back", reason="away")
    text = signed_in(contact.offer.involvement.employee).get(reverse("home")).text
    assert "is off." in text
    assert "Another colleague calls you by" in text


def test_whose_moment_has_come_is_late_until_somebody_says_what_became_of_it(client, contact, time_machine):
    plan(client, contact)
    time_machine.move_to(NOW + DAY, tick=False)
    client.force_login(contact.supporter.user)
    assert "card-attention" in client.get(reverse("contacts:list")).text
    assert timezone.now() > Contact.objects.get().due_at
