"""A supporter who turns out to be involved in the event: the coordinator's to know, and nobody else's."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.enums import IncidentKind
from incidents.reports.report_writer import Involved, add_involved
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from notifications.models import Reminder
from notifications.reminders import kinds
from notifications.reminders.reconcile import reconcile
from supporters.contacts import event_parts, flow
from supporters.contacts.involved_conflict import INVOLVED_SUPPORTS
from supporters.offers.joining import join
from supporters.tests.factories import ContactFactory

NOW = timezone.now()
SIGN = "Involved in this event: choose somebody else"
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def contact():
    return ContactFactory(offer__involvement__incident__kind=IncidentKind.VIM, accepted=True)


def add(person, incident, by):
    return add_involved(incident=incident, involved=[Involved(employee=person)], by=by, at=NOW)


def warnings():
    return Reminder.objects.filter(kind=INVOLVED_SUPPORTS, cancelled_at=None)


def pages(client, contact):
    """The coordinator's pages of the case."""
    return [
        client.get(reverse("support:roll-call", args=[contact.offer.incident.reference])).text,
        client.get(reverse("support:match", args=[contact.offer.involvement_id])).text,
    ]


def test_added_later_the_coordinators_are_told_and_the_case_says_so(client, coordinator, contact):
    client.force_login(coordinator)
    assert not [page for page in pages(client, contact) if SIGN in page]
    incident = contact.offer.incident
    add(UserFactory(), incident, coordinator)
    assert not warnings().exists()
    add(contact.supporter.user, incident, coordinator)
    warning = warnings().get()
    assert (warning.role, warning.recipient, warning.subject_id) == (Role.COORDINATOR, None, contact.pk)
    assert warning.url == reverse("support:roll-call", args=[incident.reference])
    assert all(SIGN in page for page in pages(client, contact))


@pytest.mark.parametrize("supports_on_the_one_that_goes", [False, True])
def test_by_joining_two_reports_too(client, coordinator, contact, supports_on_the_one_that_goes):
    mine = contact.offer.incident
    days = timedelta(days=1) * (-1 if supports_on_the_one_that_goes else 1)
    other = IncidentFactory(kind=IncidentKind.VIM, reported_at=mine.reported_at + days)
    add(contact.supporter.user, other, coordinator)
    assert not warnings().exists()
    stays = join(one=mine, other=other, by=coordinator, at=NOW)
    assert (stays == other) is supports_on_the_one_that_goes
    assert warnings().get().subject_id == contact.pk
    contact.refresh_from_db()
    client.force_login(coordinator)
    contact.offer.refresh_from_db()
    assert all(SIGN in page for page in pages(client, contact))


@pytest.mark.parametrize("supports_on_the_one_that_goes", [False, True])
def test_who_reported_the_other_of_two_that_are_joined(
    client, coordinator, contact, supports_on_the_one_that_goes
):
    mine = contact.offer.incident
    days = timedelta(days=1) * (-1 if supports_on_the_one_that_goes else 1)
    other = IncidentFactory(
        kind=IncidentKind.VIM, reported_at=mine.reported_at + days, reporter=contact.supporter.user
    )
    join(one=mine, other=other, by=coordinator, at=NOW)
    assert warnings().get().subject_id == contact.pk
    assert kinds.get(INVOLVED_SUPPORTS).concerns(coordinator, contact.pk)
    client.force_login(coordinator)
    contact.offer.refresh_from_db()
    assert all("Reported this event: choose somebody else" in page for page in pages(client, contact))


@pytest.mark.parametrize("typed", [{"email": "Noor.Bos@ziekenhuis.example"}, {"telephone": "06-12345678"}])
def test_who_was_typed_in_by_hand_too(client, coordinator, typed):
    contact = ContactFactory(
        offer__involvement__incident__kind=IncidentKind.VIM,
        accepted=True,
        supporter__user__email="noor.bos@ziekenhuis.example",
        supporter__user__telephone="+31612345678",
    )
    InvolvementFactory(by_hand=True, incident=contact.offer.incident, **{"email": "", **typed})
    reconcile(at=NOW)
    assert warnings().get().subject_id == contact.pk
    client.force_login(coordinator)
    assert all(SIGN in page for page in pages(client, contact))


def test_it_concerns_coordinators_until_somebody_else_is_asked(coordinator, contact):
    both = UserFactory(roles=[Role.COORDINATOR])
    add(contact.supporter.user, contact.offer.incident, coordinator)
    add(both, contact.offer.incident, coordinator)
    kind = kinds.get(INVOLVED_SUPPORTS)
    assert kind.concerns(coordinator, contact.pk)
    assert not kind.concerns(UserFactory(roles=[Role.CCP]), contact.pk)
    assert not kind.concerns(contact.supporter.user, contact.pk)
    assert kind.event is event_parts.of_contacts
    flow.withdraw(contact=contact, by=coordinator, at=NOW)
    assert not kind.concerns(coordinator, contact.pk)


def test_a_lost_warning_is_found_in_the_night_and_told_once(coordinator, contact):
    add(contact.supporter.user, contact.offer.incident, coordinator)
    reconcile(at=NOW)
    warnings().delete()
    assert reconcile(at=NOW) == 1
    assert reconcile(at=NOW) == 0


def test_nobody_is_told_of_who_is_involved_in_another_event(contact):
    InvolvementFactory(employee=contact.supporter.user)
    reconcile(at=NOW)
    assert not warnings().exists()
