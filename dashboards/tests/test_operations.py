from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from dashboards.operations import Busy, PoolFigures, read
from dashboards.tests.factories import moment, publish, tables
from evaluations.models import Invitation
from hospital.clock import local_day
from supporters.enums import EventKind, HandBackReason, Waiting
from supporters.models import ContactEvent
from supporters.offers import worklist
from supporters.tests.factories import ContactFactory, CorridorTalkFactory, OfferFactory, SupporterFactory

NOW = moment(2026, 11, 22)  # a Sunday
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def ago(**term):
    return NOW - timedelta(**term)


def test_where_it_gets_stuck():
    for hours in (2, 30, 40):
        OfferFactory(opened_at=ago(hours=hours))
    OfferFactory(opened_at=ago(hours=1), waiting_for=Waiting.FOLLOW_UP)
    OfferFactory(opened_at=ago(days=40), closed=True)
    operations = read(now=NOW)
    first, second = operations.stuck
    assert (first.number, first.late, first.first_due_at) == (3, 2, ago(hours=28))
    assert first.url == "/support/?waiting=assignment"
    assert (second.number, second.late) == (1, 0)
    assert (operations.waiting, operations.late) == (4, 2)


def test_somebody_with_two_requests_waits_once_where_the_worklist_has_them():
    noor = UserFactory(name="Noor Bos")
    OfferFactory(involvement__employee=noor, opened_at=ago(hours=30), waiting_for=Waiting.UNREACHED)
    leads = OfferFactory(involvement__employee=noor, opened_at=ago(hours=2))
    OfferFactory(involvement__employee=noor, opened_at=ago(hours=40), continues=leads)
    OfferFactory(opened_at=ago(hours=2))
    operations = read(now=NOW)
    listed = {
        each.waiting: each.count for each in worklist.count(now=NOW) if isinstance(each, worklist.Count)
    }
    assert [(each.url.partition("=")[2], each.number) for each in operations.stuck] == [
        ("assignment", 1),
        ("unreached", 1),
    ]
    assert listed == {None: "2", Waiting.ASSIGNMENT: "1", Waiting.UNREACHED: "1"}
    assert (operations.waiting, operations.late) == (2, 1)


def test_hours_to_first_contact_by_week():
    for hours in (4, 10, 30):
        opened_at = ago(days=6)
        OfferFactory(opened_at=opened_at, closed=True, reached_at=opened_at + timedelta(hours=hours))
    OfferFactory(opened_at=ago(days=8))
    OfferFactory(opened_at=ago(weeks=12))
    *_earlier, before, this = read(now=NOW).weeks
    assert (this.number, this.in_time, this.hours) == (3, 2, 10)
    assert (before.number, before.in_time, before.hours) == (1, 0, None)
    assert len(_earlier) == 10
    assert {week.number for week in _earlier} == {0}


def test_who_carries_most_and_who_has_room():
    busy = SupporterFactory(trained=True, user__name="Anouk Hoekstra")
    for _number in range(2):
        ContactFactory(proposed=True, supporter=busy, proposed_at=ago(hours=5))
    ContactFactory(in_contact=True, proposed_at=ago(hours=1), supporter__user__name="Bram Lammers")
    ContactFactory(closed=True, proposed_at=ago(days=30), supporter__resting=True)
    SupporterFactory(trained=True, full=True)
    SupporterFactory(trained=True, absent=True)
    SupporterFactory(lapsed=True)
    operations = read(now=NOW)
    assert operations.busy == [Busy("Anouk Hoekstra", 2, 3, 2), Busy("Bram Lammers", 1, 3, 0)]
    assert operations.pool == PoolFigures(active=5, free=2)


def test_pool_and_workload_say_one_load(client):
    supporter = SupporterFactory(trained=True, capacity=1, user__name="Anouk Hoekstra")
    for beyond in (False, True, True):
        ContactFactory(proposed=True, supporter=supporter, takes_capacity=not beyond)
    [busy] = read(now=NOW).busy
    assert busy.load == "3: 1 of 1, and 2 beyond what was agreed"
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    for page in (reverse("pool:list"), reverse("pool:supporter", args=[supporter.pk])):
        assert busy.load in client.get(page).text


def test_what_came_back_to_the_coordinator_now_and_before():
    contact = ContactFactory(in_contact=True)

    def log(kind, at, **fields):
        return ContactEvent.objects.create(contact=contact, kind=kind, at=at, **fields)

    log(EventKind.HANDED_BACK, ago(weeks=1), reason=HandBackReason.NO_TIME)
    log(EventKind.HANDED_BACK, ago(weeks=13), reason=HandBackReason.NO_TIME)
    log(EventKind.HANDED_BACK, ago(weeks=25), reason=HandBackReason.NO_TIME)
    undone = log(EventKind.COORDINATOR_CALLED_IN, ago(weeks=2))
    log(EventKind.CORRECTED, ago(weeks=2), corrects=undone)
    log(EventKind.COORDINATOR_CALLED_IN, ago(weeks=3))
    assert {each.label: (each.number, each.before) for each in read(now=NOW).happened} == {
        "You were alerted": (1, 0),
        "Handed back: too close": (0, 0),
        "Handed back: no time": (1, 1),
        "Handed back: away": (0, 0),
        "Somebody else was asked for": (0, 0),
    }


def test_the_page_says_nothing_about_answers(client):
    publish("2026Q2", tables(100, answers=40))
    Invitation.objects.create(contact=ContactFactory(closed=True), invited_at=ago(days=200), answered=True)
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    with CaptureQueriesContext(connection) as statements:
        page = client.get(reverse("figures:operations")).text
    assert not [each for each in statements if "evaluations_" in each["sql"]]
    assert "answer" not in page.partition("<main")[2].partition("</main")[0].lower()


def test_the_page_says_the_same_for_few_and_for_many_in_as_many_statements(client, django_assert_num_queries):
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    assert "Nobody is waiting" in client.get(reverse("figures:operations")).content.decode()
    ContactFactory(accepted=True)
    with django_assert_num_queries(11):
        client.get(reverse("figures:operations"))
    OfferFactory.create_batch(3, late=True)
    for _number in range(5):
        ContactFactory(in_contact=True)
    with django_assert_num_queries(11):
        page = client.get(reverse("figures:operations")).content.decode()
    assert "3 of 9 wait too long" in page


def test_talks_in_the_corridor_by_profession_group_from_five_on(client):
    today = local_day(NOW)
    CorridorTalkFactory.create_batch(5, day=today - timedelta(days=89))
    CorridorTalkFactory.create_batch(4, profession_group="midwife")
    CorridorTalkFactory(day=today - timedelta(days=90))
    talks = read(now=NOW).talks
    assert (talks.number, talks.by_group) == (9, [("Nurses", 5)])
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    page = client.get(reverse("figures:operations")).text
    assert "9 talks in the corridor" in page
    assert "Midwives" not in page


def test_an_event_of_the_readers_own_is_not_counted(client):
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    event = OfferFactory(involvement__employee=coordinator).incident
    supporter = SupporterFactory(trained=True, user__name="Stille Steun")
    ContactFactory(in_contact=True, offer__involvement__incident=event, supporter=supporter)
    client.force_login(coordinator)
    assert "Stille Steun" not in client.get(reverse("figures:operations")).content.decode()
    own = read(now=NOW, besides=[event.pk])
    assert (own.waiting, sum(week.number for week in own.weeks), list(own.busy)) == (0, 0, [])
    everything = read(now=NOW)
    assert (everything.waiting, sum(week.number for week in everything.weeks)) == (2, 2)
    assert [each.name for each in everything.busy] == ["Stille Steun"]
