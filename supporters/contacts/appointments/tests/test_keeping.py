"""The row of an appointment is what the log says, and there is one at a time."""

import re
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.reminders import kinds
from supporters.contacts import flow, hand_over, reminders
from supporters.enums import AppointmentState, EventKind, NextStep, Waiting
from supporters.models import Appointment, Contact, ContactEvent, MeetingPlace, Offer
from supporters.offers import retention
from supporters.tests.factories import OfferFactory, SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AGREED = MONDAY + 3 * DAY
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


@pytest.fixture
def contact():
    return begun()


def begun():
    coordinator, supporter = UserFactory(roles=[Role.COORDINATOR]), SupporterFactory(trained=True)
    offer = OfferFactory(opened_at=MONDAY - HOUR)
    contact = flow.propose(offer=offer, supporter=supporter, by=coordinator, at=MONDAY - HOUR)
    return take(contact, "accepted")


def take(contact, kind, at=MONDAY, by=None, **fields):
    return flow.record(
        contact=contact, kind=EventKind(kind), by=by or contact.supporter.user, at=at, **fields
    )


def planned(contact, moment=AGREED, at=MONDAY):
    return take(contact, "appointment_planned", at, planned_for=moment, mode="telephone")


def rows():
    return list(Appointment.objects.order_by("pk").values_list("at", "mode", "state", "sequence"))


def test_planned_moved_and_cancelled_it_stays_the_same_one(contact):
    place = MeetingPlace.objects.create(name="Room B2.14")
    contact = planned(contact)
    first = Appointment.objects.get().pk
    assert rows() == [(AGREED, "telephone", "open", 0)]
    later = AGREED + DAY
    contact = take(contact, "appointment_moved", planned_for=later, mode="in_person", place=place)
    assert rows() == [(later, "in_person", "open", 1)]
    assert Appointment.objects.get().place == place
    contact = take(contact, "appointment_cancelled")
    assert rows() == [(later, "in_person", "cancelled", 2)]
    assert Appointment.objects.get().pk == first
    planned(contact)
    assert [state for _at, _mode, state, _sequence in rows()] == ["cancelled", "open"]


@pytest.mark.parametrize(
    ("kind", "fields", "state"),
    [
        ("conversation", {"mode": "telephone"}, AppointmentState.HELD),
        ("appointment_missed", {}, AppointmentState.MISSED),
        ("handed_back", {"reason": "conflict"}, AppointmentState.LAPSED),
        ("offer_declined", {}, AppointmentState.CANCELLED),
    ],
)
def test_what_became_of_it_can_be_undone(contact, kind, fields, state):
    contact = planned(contact)
    contact = take(contact, kind, AGREED + HOUR, **fields)
    assert Appointment.objects.get().state == state
    contact = flow.undo(contact=contact, by=contact.supporter.user, at=AGREED + HOUR)
    assert rows() == [(AGREED, "telephone", "open", 2)]
    assert (contact.next_step, contact.due_at) == (NextStep.APPOINTMENT, AGREED)


def test_planning_that_was_undone_never_was(contact):
    contact = planned(contact)
    contact = flow.undo(contact=contact, by=contact.supporter.user, at=MONDAY)
    assert rows() == []
    assert contact.next_step == NextStep.CALL


def test_it_has_not_failed_to_happen_before_its_moment(contact):
    contact = planned(contact)
    with pytest.raises(flow.NotAllowed):
        take(contact, "appointment_missed", AGREED - HOUR)


def test_the_coordinator_cancels_it_only_by_asking_somebody_else(contact):
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    contact = planned(contact)
    for kind in ("appointment_cancelled", "appointment_moved", "appointment_missed"):
        with pytest.raises(flow.NotAllowed):
            take(contact, kind, AGREED + HOUR, by=coordinator)
    flow.withdraw(contact=contact, by=coordinator, at=MONDAY + HOUR)
    assert Appointment.objects.get().state == AppointmentState.LAPSED


def test_whoever_comes_next_calls_by_the_moment_that_was_promised(contact):
    take(planned(contact), "handed_back", reason="no_time")
    offer = Offer.objects.get()
    assert (offer.waiting_for, offer.first_contact_due_at) == (Waiting.ASSIGNMENT, AGREED)


def next_one(at):
    offer, coordinator = Offer.objects.get(), UserFactory(roles=[Role.COORDINATOR])
    return flow.propose(offer=offer, supporter=SupporterFactory(trained=True), by=coordinator, at=at)


@pytest.mark.parametrize("reached", [True, False])
def test_where_a_talk_falls_out_the_next_one_calls_by_then_and_answers_before(contact, reached):
    """Friday at noon somebody falls ill who was to talk on Monday at 14:00."""
    if reached:
        contact = take(contact, "reached", MONDAY + HOUR)
    talk, friday = MONDAY + 7 * DAY + 4 * HOUR, MONDAY + 4 * DAY + 2 * HOUR
    contact = planned(contact, talk, MONDAY + 2 * HOUR)
    contact = take(contact, "handed_back", friday, reason="away")
    assert contact.due_at == talk
    second = next_one(friday)
    assert friday < second.due_at < talk
    assert take(second, "accepted", friday + HOUR).due_at == talk


def test_of_a_talk_today_the_answer_is_wanted_before_it(contact):
    talk = MONDAY + DAY
    contact = planned(take(contact, "conversation", mode="telephone"), talk)
    take(contact, "handed_back", talk - HOUR, reason="away")
    second = next_one(talk - HOUR)
    assert second.due_at == talk - HOUR / 2
    third = next_one_after(second, talk - HOUR / 2)
    assert talk - HOUR / 2 < third.due_at < talk


def next_one_after(contact, at):
    take(contact, "handed_back", at, reason="no_time")
    return next_one(at)


def test_where_a_talk_in_the_evening_falls_out_somebody_calls_while_calls_are_made(contact):
    """Saturday evening, outside the hours in which we call: by when calls end on Friday; else anew."""
    talk = MONDAY + 5 * DAY + 10 * HOUR
    contact = planned(take(contact, "reached"), talk)
    with transaction.atomic():
        assert (
            take(contact, "handed_back", MONDAY + HOUR, reason="away").due_at == MONDAY + 4 * DAY + 7 * HOUR
        )
        transaction.set_rollback(True)
    late = MONDAY + 5 * DAY
    assert take(Contact.objects.get(), "handed_back", late, reason="away").due_at > talk


def test_of_a_talk_that_is_past_another_call_is_promised_anew(contact):
    contact = planned(take(contact, "reached"), MONDAY + DAY)
    later = MONDAY + DAY + HOUR
    assert take(contact, "handed_back", later, reason="away").due_at == later + DAY


def test_who_falls_ill_cancels_what_is_planned_and_takes_it_back_with_the_contact(contact):
    contact = planned(contact)
    hand_over.hand_over(by=contact.supporter.user, at=MONDAY)
    assert Appointment.objects.get().state == AppointmentState.LAPSED
    hand_over.take_back(by=contact.supporter.user, at=MONDAY)
    assert Appointment.objects.get().state == AppointmentState.OPEN


def test_the_database_holds_one_open_appointment_and_a_place_in_person_alone(contact):
    contact = planned(contact)
    line = ContactEvent.objects.create(contact=contact, kind="appointment_moved", at=MONDAY)
    other = Appointment(planned_by=line, contact=contact, at=AGREED, mode="telephone")
    with pytest.raises(IntegrityError, match="appointment_one_open_per_contact"), transaction.atomic():
        other.save(force_insert=True)
    with pytest.raises(IntegrityError, match="appointment_place_in_person"), transaction.atomic():
        Appointment.objects.update(mode="in_person")
    place = MeetingPlace.objects.create(name="Room B2.14")
    with pytest.raises(IntegrityError, match="contact_event_place_of_appointment"), transaction.atomic():
        ContactEvent.objects.create(contact=contact, kind="reached", at=MONDAY, place=place)
    with pytest.raises(IntegrityError, match="contact_event_mode_of_talk"), transaction.atomic():
        ContactEvent.objects.create(contact=contact, kind="reached", at=MONDAY, mode="video")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_plan_at_the_same_moment_one_finds_the_other(contact):
    start, outcomes = Barrier(2), []

    def plan():
        try:
            start.wait()
            outcomes.append(planned(Contact.objects.get(pk=contact.pk)).state)
        except flow.ContactError as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [Thread(target=plan) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["NotAllowed", "accepted"]
    assert Appointment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_place_at_the_same_moment_one_is_told():
    contacts, place = [begun(), begun()], MeetingPlace.objects.create(name="Room B2.14")
    start, outcomes = Barrier(2), []

    def plan(contact, moment):
        there = {"planned_for": moment, "mode": "in_person", "place": place}
        try:
            start.wait()
            outcomes.append(take(contact, "appointment_planned", **there).state)
        except flow.ContactError as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    moments = (AGREED, AGREED + HOUR / 2)
    threads = [Thread(target=plan, args=each) for each in zip(contacts, moments, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["PlaceTaken", "accepted"]
    assert Appointment.objects.count() == 1


def test_it_is_erased_with_the_name(contact):
    contact = take(planned(contact), "conversation", mode="telephone")
    take(contact, "closed", outcome="completed")
    assert Appointment.objects.exists()
    retention.erase_due(at=timezone.now() + 31 * DAY)
    assert not Appointment.objects.exists()


def test_who_reads_late_is_not_told_that_a_talk_is_soon_once_it_has_begun(contact, time_machine):
    planned(contact)
    soon = kinds.get(reminders.APPOINTMENT_SOON)
    assert soon.concerns(contact.supporter.user, contact.pk)
    time_machine.move_to(AGREED + HOUR / 60)
    assert not soon.concerns(contact.supporter.user, contact.pk)


def test_a_talk_that_goes_on_is_not_late(contact, client, time_machine):
    planned(contact)
    employee, supporter = contact.offer.involvement.employee, contact.supporter.user
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    pages = (
        (supporter, reverse("contacts:list")),
        (supporter, reverse("contacts:detail", args=[contact.pk])),
        (employee, reverse("me")),
        (coordinator, reverse("support:match", args=[contact.offer.involvement_id])),
    )
    for minutes, is_late in ((10, False), (40, True)):
        time_machine.move_to(AGREED + minutes * HOUR / 60)
        for user, address in pages:
            client.force_login(user)
            text = client.get(address, headers={"accept-language": "en"}).text
            said = re.search(r"minutes late|You had an appointment|Was due", text)
            assert bool(said) == is_late, (address, minutes)
