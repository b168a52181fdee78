"""Of which event a notice says that it is."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.enums import EventType
from notifications.tests.factories import NoticeFactory
from supporters.contacts.notice_words import event_of
from supporters.contacts.reminders import ASSIGNED, CALLED_IN
from supporters.offers.reminders import ASSIGNMENT_LATE, SOMEBODY_WAITS
from supporters.tests.factories import ContactFactory

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def contact():
    return ContactFactory(
        in_contact=True,
        offer__involvement__incident__event_type=EventType.AGGRESSION,
        offer__involvement__incident__occurred_at=datetime(2020, 3, 2, 9, tzinfo=UTC),
    )


def test_coordinator_reads_the_reference_and_the_supporter_what_happened_when(contact):
    incident = contact.offer.incident
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    things = [contact.pk, contact.offer.pk, incident.pk, uuid4()]
    assert event_of(coordinator, things) == dict.fromkeys(things[:3], incident.reference)
    assert event_of(contact.supporter.user, things) == {
        contact.pk: "Aggression or violence, Monday 2 March 2020"
    }


@pytest.mark.parametrize("role", [Role.CCP, Role.DIRECTOR, Role.ADMIN, Role.BOARD])
def test_nobody_else_reads_of_support(contact, role):
    assert event_of(UserFactory(roles=[role]), [contact.pk, contact.offer.pk]) == {}


def test_the_list_says_of_which_event_each_is(client, contact):
    incident = contact.offer.incident
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    NoticeFactory(user=coordinator, kind=SOMEBODY_WAITS, subject_id=incident.pk)
    NoticeFactory(user=coordinator, kind=CALLED_IN, subject_id=contact.pk)
    client.force_login(coordinator)
    assert client.get(reverse("notices")).content.decode().count(incident.reference) == 2
    supporter = contact.supporter.user
    NoticeFactory(user=supporter, kind=ASSIGNED, subject_id=contact.pk)
    client.force_login(supporter)
    page = client.get(reverse("notices")).content.decode()
    assert "Aggression or violence, Monday 2 March 2020" in page
    assert incident.reference not in page


def test_it_costs_the_same_for_few_and_many(client, django_assert_num_queries):
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(coordinator)

    def notices(number):
        for back in range(number):
            contact = ContactFactory(in_contact=True)
            at = datetime.now(UTC) - timedelta(minutes=back)
            for kind, subject in ((ASSIGNMENT_LATE, contact.offer.pk), (CALLED_IN, contact.pk)):
                NoticeFactory(user=coordinator, kind=kind, subject_id=subject, created_at=at)

    notices(1)
    # Eleven to read, and nine to see what was settled: a savepoint for each of the two kinds (four), the
    # offers, the contacts with the last ones of their people and the logs of those, and to mark it as read.
    with django_assert_num_queries(20) as few:
        client.get(reverse("notices"))
    notices(10)
    with django_assert_num_queries(len(few)):
        client.get(reverse("notices"))
