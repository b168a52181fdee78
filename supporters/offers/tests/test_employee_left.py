"""Somebody who leaves service while support is open for them: who hears of it, and who does not."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import StaffImport, User
from accounts.staff import leaving
from accounts.staff.tests.test_importing import AT, line, read
from accounts.tests.factories import UserFactory
from hospital.clock import local_day
from hospital.moment_words import full_date
from notifications.models import Notice, Reminder
from notifications.reminders.reconcile import reconcile
from supporters.contacts.supporter_left import LEFT_OPEN
from supporters.contacts.tests.test_supporter_left import leave, told
from supporters.models import Offer
from supporters.offers.employee_left import ALWAYS, EMPLOYEE_LEFT
from supporters.tests.factories import ContactFactory, OfferFactory

pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


def staff(*people):
    """These and nobody else are the hospital's own staff, by number."""
    User.objects.update(employee_number="")
    for number, user in enumerate(people):
        User.objects.filter(pk=user.pk).update(employee_number=f"L{number}")


def test_the_coordinator_hears_by_case_of_open_support_only(client):
    coordinator = UserFactory(roles=[Role.COORDINATOR], language="en")
    UserFactory(roles=[Role.ADMIN])
    offer = OfferFactory()
    leave(offer.involvement.employee)
    assert told(EMPLOYEE_LEFT) == {coordinator.pk}
    notice = Notice.objects.get(kind=EMPLOYEE_LEFT)
    # It leads to the case; on worklist, roll-call and case stands since when, and whether they were told.
    case = reverse("support:match", args=[offer.involvement_id])
    assert notice.url == case
    client.force_login(coordinator)
    roll_call = reverse("support:roll-call", args=[offer.incident.reference])
    for address in (reverse("support:worklist"), roll_call, case):
        assert "No longer employed" in client.get(address).text
    for address in (roll_call, case):
        page = client.get(address).text
        assert f"Left employment on {full_date(local_day(AT))}. They had a message before that" in page
    Offer.objects.update(announced_at=None, offered_at=None)
    for address in (roll_call, case):
        assert "They never had a message: call them yourself" in client.get(address).text
    Reminder.objects.all().delete()
    reconcile(at=AT)
    assert Reminder.objects.filter(kind=EMPLOYEE_LEFT, subject_id=offer.pk).exists()


def test_the_administrator_reads_the_same_whether_support_is_open_or_not(client):
    """Not even a count: who chooses the rows of a file could ask about one person at a time."""
    admin = UserFactory(roles=[Role.ADMIN])
    client.force_login(admin)
    offer = OfferFactory()
    leaver = offer.involvement.employee

    def preview():
        staff(leaver)
        current = read(line("P1"))
        page = client.get(reverse("settings:staff-import-file", args=[current.pk])).content.decode()
        kept = current.preview
        StaffImport.objects.all().delete()
        return kept, page.replace(str(current.pk), "")

    with_support, page_with = preview()
    type(offer).objects.filter(pk=offer.pk).delete()
    without, page_without = preview()
    assert with_support["leaving"] == without["leaving"]
    assert with_support["digest"] == without["digest"]
    assert str(ALWAYS) in page_with
    assert str(ALWAYS) in page_without


def test_the_preview_says_by_name_what_a_supporter_leaves_open_and_not_for_whom(client):
    client.force_login(UserFactory(roles=[Role.ADMIN]))
    contact = ContactFactory(in_contact=True)
    supporter = contact.supporter.user
    staff(supporter)
    current = read(line("P1"))
    (leaver,) = current.preview["leaving"]
    assert (leaver["name"], set(leaver["left_open"])) == (
        supporter.name,
        {LEFT_OPEN.code, *(f"role:{role}" for role in supporter.roles)},
    )
    page = client.get(reverse("settings:staff-import-file", args=[current.pk])).content.decode()
    assert str(LEFT_OPEN.words) in page
    assert contact.offer.involvement.name not in page
    assert contact.offer.incident.reference not in page


def test_what_is_left_open_takes_as_many_statements_for_many(django_assert_num_queries):
    people = [ContactFactory(in_contact=True).supporter.user.pk for _ in range(3)]
    with django_assert_num_queries(1 + len(leaving.kinds)):
        assert set(leaving.left_open(people, at=AT)) == set(people)
    with django_assert_num_queries(1 + len(leaving.kinds)):
        leaving.left_open(people[:1], at=AT)
