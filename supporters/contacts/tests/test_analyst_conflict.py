"""An analyst of an event who supports somebody in it: the coordinator's to know, and nobody else's.

Also covers supporters.contacts.conflicts.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.calamities.analysis import team
from incidents.enums import IncidentKind
from incidents.tests.factories import IncidentFactory
from notifications.models import Reminder
from notifications.reminders import kinds
from notifications.reminders.reconcile import reconcile
from supporters.contacts import flow
from supporters.contacts.analyst_conflict import ANALYST_SUPPORTS
from supporters.offers import joining
from supporters.tests.factories import ContactFactory

NOW = timezone.now()
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def calamity():
    return IncidentFactory(established=True)


@pytest.fixture
def contact(calamity):
    contact = ContactFactory(
        offer__involvement__incident=calamity,
        accepted=True,
        supporter__user__name="Hanneke Prins",
    )
    contact.supporter.user.groups.add(*UserFactory(roles=[Role.ANALYST]).groups.all())
    return contact


def put_on_team(incident, analyst):
    by = UserFactory(roles=[Role.CCP])
    return team.assign(incident=incident, analyst=analyst, by=by, at=NOW, beyond_rules=True)


def warnings():
    return Reminder.objects.filter(kind=ANALYST_SUPPORTS)


def test_the_coordinators_are_told_to_choose_somebody_else(calamity, contact):
    put_on_team(calamity, contact.supporter.user)
    warning = warnings().get()
    assert (warning.role, warning.recipient, warning.subject_id) == (Role.COORDINATOR, None, contact.pk)
    assert warning.url == f"/support/{calamity.reference}/"


def test_by_joining_two_reports_too(calamity):
    analyst = UserFactory(roles=[Role.SUPPORTER, Role.ANALYST])
    contact = ContactFactory(
        offer__involvement__incident__kind=IncidentKind.VIM, accepted=True, supporter__user=analyst
    )
    put_on_team(calamity, analyst)
    assert not warnings().exists()
    by = UserFactory(roles=[Role.COORDINATOR])
    joining.join(one=calamity, other=contact.offer.incident, by=by, at=NOW)
    assert warnings().get().subject_id == contact.pk


def test_nobody_is_told_of_another_event_or_of_support_that_has_ended(calamity, contact):
    put_on_team(IncidentFactory(established=True), contact.supporter.user)
    ended = ContactFactory(offer__involvement__incident=calamity, closed=True)
    ended.supporter.user.groups.add(*contact.supporter.user.groups.all())
    put_on_team(calamity, ended.supporter.user)
    assert not warnings().exists()


def test_it_concerns_coordinators_until_somebody_else_is_asked(calamity, contact):
    coordinator, committee = UserFactory(roles=[Role.COORDINATOR]), UserFactory(roles=[Role.CCP])
    member = put_on_team(calamity, contact.supporter.user)
    concerns = kinds.get(ANALYST_SUPPORTS).concerns
    assert concerns(coordinator, contact.pk)
    assert not concerns(committee, contact.pk)
    assert not concerns(contact.supporter.user, contact.pk)
    flow.withdraw(contact=contact, by=coordinator, at=NOW + timedelta(hours=1))
    assert not concerns(coordinator, contact.pk)
    assert member.ended_at is None


def test_the_roll_call_shows_it_and_the_committees_pages_do_not(client, calamity, contact):
    sign = "Analyses this event: choose somebody else"
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    roll_call = f"/support/{calamity.reference}/"
    assert sign not in client.get(roll_call).content.decode()
    put_on_team(calamity, contact.supporter.user)
    assert sign in client.get(roll_call).content.decode()
    client.force_login(UserFactory(roles=[Role.CCP]))
    for url in (f"/calamities/{calamity.reference}/", f"/calamities/{calamity.reference}/team/"):
        page = client.get(url).content.decode()
        assert "Hanneke Prins" in page
        assert sign not in page


def test_a_lost_warning_is_found_in_the_night(calamity, contact):
    put_on_team(calamity, contact.supporter.user)
    reconcile(at=NOW)
    warnings().delete()
    assert reconcile(at=NOW) == 1
    assert warnings().exists()


def test_whoever_is_put_on_the_team_again_is_told_of_again(calamity, contact):
    other = UserFactory(roles=[Role.ANALYST])
    first = put_on_team(calamity, contact.supporter.user)
    first.delete()
    put_on_team(calamity, other)
    put_on_team(calamity, contact.supporter.user)
    assert warnings().count() == 2
    reconcile(at=NOW)
    assert warnings().count() == 2
