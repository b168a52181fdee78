"""The personal calendar address."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.calendar import address
from notifications.calendar import entries as calendar
from notifications.calendar.entries import Entry, Source
from notifications.calendar.tests.test_icalendar import instant, read
from notifications.models import CalendarAddress

NOW = timezone.now()
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def user():
    return UserFactory(name="Jan Jansen", language="nl")


@pytest.fixture
def entries(monkeypatch, user):
    """What the rooms say about `user`; nothing about anybody else."""
    found: list[Entry] = []
    source = Source(frozenset({Role.CCP}), lambda asked: found if asked == user else [])
    monkeypatch.setattr(calendar, "sources", [source])
    return found


def feed(client, secret):
    return client.get(reverse("calendar-feed", args=[secret]))


def test_address_gives_ones_own_moments_without_signing_in(client, user, entries):
    due = NOW + timedelta(days=2)
    entries += [Entry("contact:1", due, "nabellen"), Entry("milestone:1", NOW, "termijn")]
    response = feed(client, address.make(user=user, at=NOW))
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert response["Cache-Control"] == "no-store"
    first, second = read(response.content)
    assert [first["SUMMARY"], second["SUMMARY"]] == ["Peersupport: termijn", "Peersupport: nabellen"]
    assert instant(second["DTEND"]) == due.replace(microsecond=0)
    assert "Jansen" not in response.content.decode()
    assert not response.cookies


def test_the_same_event_is_another_one_in_somebody_elses_calendar(monkeypatch, client, user):
    shared = Source(frozenset({Role.CCP}), lambda _asked: [Entry("milestone:1", NOW, "termijn")])
    monkeypatch.setattr(calendar, "sources", [shared])
    secrets = [address.make(user=one, at=NOW) for one in (user, UserFactory())]
    assert len({read(feed(client, secret).content)[0]["UID"] for secret in secrets}) == 2


def test_event_keeps_its_uid_when_it_moves_and_two_have_two(client, user, entries):
    secret = address.make(user=user, at=NOW)
    entries += [Entry("contact:1", NOW, "nabellen"), Entry("contact:2", NOW, "nabellen")]
    before = {each["UID"] for each in read(feed(client, secret).content)}
    entries[:] = [
        Entry("contact:1", NOW + timedelta(days=3), "nabellen"),
        Entry("contact:2", NOW, "nabellen"),
    ]
    assert {each["UID"] for each in read(feed(client, secret).content)} == before
    assert len(before) == 2
    assert not any("contact" in uid for uid in before)


def test_calendar_without_moments_is_a_calendar(client, user, entries):
    response = feed(client, address.make(user=user, at=NOW))
    assert (response.status_code, read(response.content)) == (200, [])


def test_secret_is_long_never_stored_and_another_each_time(user):
    secrets = {address.make(user=user, at=NOW) for _ in range(20)}
    assert len(secrets) == 20
    assert min(map(len, secrets)) >= 43
    stored = CalendarAddress.objects.get()
    assert not any(secret in str(vars(stored)) for secret in secrets)


def test_new_address_ends_the_old_one(client, user, entries):
    old, new = address.make(user=user, at=NOW), address.make(user=user, at=NOW)
    assert (feed(client, old).status_code, feed(client, new).status_code) == (404, 200)


def test_revoked_address_opens_nothing(client, user, entries):
    secret = address.make(user=user, at=NOW)
    assert address.revoke(user=user)
    assert feed(client, secret).status_code == 404
    assert not address.revoke(user=user)


def test_address_of_somebody_who_left_opens_nothing(client, user, entries):
    secret = address.make(user=user, at=NOW)
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert feed(client, secret).status_code == 404


@pytest.mark.parametrize("secret", ["x", "0" * 43, "-_-"])
def test_unknown_address_is_not_found_and_says_nothing_else(client, user, secret):
    address.make(user=user, at=NOW)
    assert feed(client, secret).status_code == 404


def test_hash_is_no_key(client, user, entries):
    """Whoever reads the database cannot open the calendar with what stands there."""
    address.make(user=user, at=NOW)
    assert feed(client, CalendarAddress.objects.get().secret_hash).status_code == 404


def test_feed_costs_a_statement_beside_those_of_the_rooms(client, user, entries, django_assert_num_queries):
    entries += [Entry(f"contact:{n}", NOW, "nabellen") for n in range(40)]
    secret = address.make(user=user, at=NOW)
    with django_assert_num_queries(1):
        feed(client, secret)
