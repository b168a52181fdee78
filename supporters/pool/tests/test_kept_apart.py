"""Pairs that coordinators put on the exclusion list by hand, and those that a case put there."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from supporters.contacts import flow
from supporters.enums import EventKind, HandBackReason, Rule
from supporters.matching import assignment
from supporters.models import Exclusion, KeptApart
from supporters.offers import retention
from supporters.pool import kept_apart
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

NOW = timezone.now()
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


@pytest.fixture
def supporter():
    return SupporterFactory(trained=True)


@pytest.fixture
def handed_back(supporter):
    """A contact that `supporter` handed back as too close: a case put this pair on the list."""
    contact = ContactFactory(supporter=supporter, proposed=True)
    flow.record(
        contact=contact,
        kind=EventKind.HANDED_BACK,
        by=supporter.user,
        at=NOW,
        reason=HandBackReason.CONFLICT,
    )
    return contact


def url(supporter):
    return f"/pool/{supporter.pk}/exclusions/"


def page(client, supporter, data=None):
    response = client.post(url(supporter), data, follow=True) if data else client.get(url(supporter))
    return response.content.decode()


def test_a_coordinator_searches_adds_and_takes_off(client, coordinator, supporter):
    employee = UserFactory(name="Noor Bos")
    assert "Noor Bos" in page(client, supporter, {"q": "noor"})
    assert "are never matched" in page(client, supporter, {"add": employee.pk})
    pair = KeptApart.objects.get()
    assert (pair.supporter, pair.employee, pair.added_by) == (supporter, employee, coordinator)
    assert "1 colleague" in client.get(f"/pool/{supporter.pk}/").content.decode()
    assert "Taken off the list." in page(client, supporter, {"remove": pair.pk})
    assert not KeptApart.objects.exists()
    lines = AccessEvent.objects.filter(object_kind="exclusion").order_by("id")
    assert [(line.action, line.user, line.object_ref) for line in lines] == [
        ("create", coordinator, str(supporter.user_id)),
        ("erase", coordinator, str(supporter.user_id)),
    ]


def test_whoever_is_on_it_is_never_asked(coordinator, supporter):
    offer = OfferFactory()
    employee = offer.involvement.employee
    kept_apart.add(supporter=supporter, employee=employee, by=coordinator, at=NOW)
    with pytest.raises(assignment.NotEligible) as error:
        assignment.assign(offer=offer, supporter=supporter, by=coordinator, at=NOW, beyond_rules=True)
    assert Rule.ON_EXCLUSION_LIST in error.value.rules


def test_twice_is_once_and_nobody_excludes_themselves(coordinator, supporter):
    employee = UserFactory()
    for _ in range(2):
        kept_apart.add(supporter=supporter, employee=employee, by=coordinator, at=NOW)
    assert KeptApart.objects.count() == 1
    with pytest.raises(IntegrityError, match="kept_apart_once"), transaction.atomic():
        KeptApart.objects.create(supporter=supporter, employee=employee, added_at=NOW, added_by=coordinator)
    with pytest.raises(kept_apart.ExcludesSelf):
        kept_apart.add(supporter=supporter, employee=supporter.user, by=coordinator, at=NOW)


def test_what_a_case_put_there_is_not_shown_counted_or_taken_off(client, coordinator, supporter, handed_back):
    employee = handed_back.offer.involvement.employee
    pair = Exclusion.objects.get()
    assert employee.name not in page(client, supporter)
    assert "Nobody was put there by a coordinator." in client.get(f"/pool/{supporter.pk}/").content.decode()
    assert "Taken off the list." not in page(client, supporter, {"remove": pair.pk})
    # Searching does not tell either: the same button stands there as for anybody.
    assert f'value="{employee.pk}"' in page(client, supporter, {"q": employee.name})
    assert Exclusion.objects.get() == pair


def test_by_hand_and_by_a_case_do_not_touch_each_other(coordinator, supporter, handed_back):
    offer = handed_back.offer
    employee = offer.involvement.employee
    by_hand = kept_apart.add(supporter=supporter, employee=employee, by=coordinator, at=NOW)
    kept_apart.remove(supporter=supporter, pair=by_hand.pk, by=coordinator, at=NOW)
    assert Exclusion.objects.count() == 1
    by_hand = kept_apart.add(supporter=supporter, employee=employee, by=coordinator, at=NOW)
    closed_at = NOW - timedelta(days=31)
    type(offer).objects.filter(pk=offer.pk).update(
        waiting_for="nothing", closed_at=closed_at, outcome="declined"
    )
    type(offer.involvement).objects.filter(pk=offer.involvement_id).update(added_at=NOW - timedelta(days=40))
    retention.erase_due(at=NOW)
    assert not Exclusion.objects.exists()
    assert list(KeptApart.objects.all()) == [by_hand]


@pytest.mark.parametrize("role", [None, Role.SUPPORTER, Role.CCP, Role.ADMIN])
def test_is_the_coordinators_alone(client, supporter, role):
    client.force_login(UserFactory(roles=[role] if role else []))
    assert client.get(url(supporter)).status_code == 403
    assert client.post(url(supporter), {"add": UserFactory().pk}).status_code == 403


@pytest.mark.parametrize("pair", ["9" * 5000, "9" * 30, "x", "\x00", ""])
def test_what_is_no_pair_takes_nobody_off(client, coordinator, supporter, pair):
    assert "Taken off the list." not in page(client, supporter, {"remove": pair})


@pytest.mark.parametrize("data", [{"add": "nobody"}, {"add": "00000000-0000-0000-0000-000000000001"}])
def test_nobody_is_not_found(client, coordinator, supporter, data):
    assert client.post(url(supporter), data).status_code == 404
