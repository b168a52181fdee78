from datetime import UTC, datetime, timedelta

import pytest

from accounts.enums import Role
from accounts.models.second_person import RoleGrant
from accounts.tests.factories import UserFactory
from incidents.calamities.readiness import lacks
from incidents.models import Duty

AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]
DAY = timedelta(days=1)


def titles():
    return [lack.title for lack in lacks(AT)]


def on_duty(director, days=30, deputy=None, start=-1):
    return Duty.objects.create(
        starts_at=AT + start * DAY, ends_at=AT + days * DAY, director=director, deputy=deputy
    )


def test_an_empty_house_lacks_committee_and_director():
    assert titles() == ["Nobody sits on the calamity committee", "No director is on duty"]
    UserFactory(roles=[Role.CCP], leaver=True)
    on_duty(UserFactory(roles=[Role.DIRECTOR], leaver=True))
    assert titles() == ["Nobody sits on the calamity committee", "No director is on duty"]


def test_a_whole_one_lacks_nothing():
    UserFactory.create_batch(2, roles=[Role.CCP])
    on_duty(UserFactory(roles=[Role.DIRECTOR]), deputy=UserFactory(roles=[Role.DIRECTOR]))
    assert titles() == []


def test_a_gap_to_come_and_a_missing_deputy_are_named():
    UserFactory.create_batch(2, roles=[Role.CCP])
    director, _other = UserFactory.create_batch(2, roles=[Role.DIRECTOR])
    on_duty(director, days=3)
    assert titles() == ["The director on duty has no deputy", "From 12 March no director is on duty"]


def test_who_is_no_director_any_more_is_not_on_duty():
    UserFactory.create_batch(2, roles=[Role.CCP])
    on_duty(UserFactory())
    assert titles() == ["No director is on duty"]


def test_somebody_who_is_alone_is_said_beforehand():
    director = UserFactory(roles=[Role.DIRECTOR])
    UserFactory(roles=[Role.CCP])
    on_duty(director, deputy=UserFactory())
    assert titles() == ["Only one colleague sits on the calamity committee", "There is only one director"]


def test_who_waits_for_confirmation_is_said():
    member = UserFactory()
    RoleGrant.objects.create(user=member, role=Role.CCP, granted_at=AT, expires_at=AT + DAY)
    (first, *_rest) = lacks(AT)
    assert "1 colleague was given the role, and waits" in first.line


def test_takes_as_many_statements_whatever_there_is(django_assert_num_queries):
    director = UserFactory(roles=[Role.DIRECTOR])
    for day in range(10):
        on_duty(director, start=day - 1, days=day)
    with django_assert_num_queries(2):
        titles()
