"""A supporter who leaves service: the coordinator hears for which cases somebody else is needed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.staff.tests.test_importing import bring, line
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.calamities import alignment, reminders
from incidents.enums import EventType, IncidentKind
from incidents.reports.report_writer import report_incident
from notifications.delivery import sweep
from notifications.models import Notice, Reminder
from notifications.reminders import kinds
from notifications.reminders.reconcile import reconcile
from supporters.contacts.supporter_left import SUPPORTER_LEFT
from supporters.tests.factories import ContactFactory

NOW = timezone.now()
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


def leave(user):
    """Their name is no longer in the staff file."""
    User.objects.exclude(pk=user.pk).update(employee_number="")
    User.objects.filter(pk=user.pk).update(employee_number="P9")
    bring(line("P1"))
    user.refresh_from_db()
    assert not user.is_active


def told(code):
    while sweep.show_batch(at=timezone.now()):
        pass
    return set(Notice.objects.filter(kind=code).values_list("user", flat=True))


def test_coordinator_hears_at_once_of_open_contacts_only(coordinator):
    contact = ContactFactory(in_contact=True)
    ContactFactory(closed=True, supporter=contact.supporter)
    ContactFactory(in_contact=True)
    UserFactory(roles=[Role.CCP])
    leave(contact.supporter.user)
    assert told(SUPPORTER_LEFT) == {coordinator.pk}
    notice = Notice.objects.get(kind=SUPPORTER_LEFT)
    assert notice.subject_id == contact.pk
    assert notice.url == reverse("support:replace", args=[contact.supporter_id])
    assert contact.supporter.user.name not in str(kinds.get(SUPPORTER_LEFT).line)


def test_nobody_hears_once_the_contact_is_somebody_elses(coordinator):
    contact = ContactFactory(in_contact=True)
    leave(contact.supporter.user)
    type(contact).objects.filter(pk=contact.pk).update(state="handed_back")
    assert told(SUPPORTER_LEFT) == set()


def test_lost_word_of_it_is_found_at_night(coordinator):
    contact = ContactFactory(in_contact=True)
    leave(contact.supporter.user)
    wanted = Reminder.objects.filter(kind=SUPPORTER_LEFT)
    assert wanted.count() == 1
    wanted.delete()
    reconcile(at=timezone.now())
    assert wanted.count() == 1


def test_committee_hears_that_nobody_is_left_to_confirm_alignment(coordinator):
    head, second = (UserFactory(roles=[Role.TEAM_LEADER]) for _ in range(2))
    member = UserFactory(roles=[Role.CCP])
    User.objects.filter(pk=second.pk).update(department=head.department)
    calamity = report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[],
        submission_key=None,
        department=DepartmentFactory(),
        noticed_at=NOW,
        at=NOW,
    )
    alignment.name(incident=calamity, department=head.department, by=member, at=NOW)
    leave(head)
    assert told(reminders.ALIGN_NOBODY) == set()
    leave(second)
    assert told(reminders.ALIGN_NOBODY) == {member.pk}
    assert told(reminders.ALIGN) == {second.pk}
