"""The demo hospital, whatever day it is built on."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.test import Client
from django.urls import resolve

from accounts.enums import Role
from accounts.models import User
from accounts.sign_in.demo_people import DEMO_PEOPLE
from demo.build import build
from demo.daytime import DAYTIME
from hospital.models import Department, WorkingHours
from incidents.calamities import later_moments
from incidents.enums import LaterMomentKind, LookedAfter, Step
from incidents.models import CareArrangement, Involvement, LaterMoment, Milestone
from notifications.models import Notice
from supporters.enums import EventKind
from supporters.models import Appointment, ContactEvent, HeadQuestion, Offer, UnnamedReport
from supporters.offers import choosing, retention

DAYS = {
    "New Year's Eve": datetime(2026, 12, 31, 22, 50, tzinfo=UTC),
    "the clock goes forward": datetime(2027, 3, 28, 0, 55, tzinfo=UTC),
    "the clock goes back": datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
    "29 February": datetime(2028, 2, 29, 11, tzinfo=UTC),
}
# Each test is lived on the day that it builds the hospital on; this one stands for all of them.
pytestmark = pytest.mark.clock(DAYS["29 February"])
LINK = re.compile(r'<a\b[^>]*\bhref="(/(?!static/)[^"]*)"')


def wrong_pages(user: User) -> list[str]:
    """The links within the site that do not lead to a page, of one of each kind of page that `user` meets."""
    client = Client()
    client.force_login(user)
    ahead, met, wrong = ["/"], set(), []
    while ahead:
        path = urlsplit(ahead.pop(0)).path
        name = resolve(path).view_name
        if name in met:
            continue
        met.add(name)
        answer = client.get(path)
        if answer.status_code >= 400:
            wrong.append(f"{user.username} {path} {answer.status_code}")
        elif answer.status_code >= 300:
            ahead.insert(0, answer.headers["Location"])
            met.discard(name)
        elif answer.headers["Content-Type"].startswith("text/html"):
            ahead += LINK.findall(answer.content.decode())
    return wrong


@pytest.mark.django_db
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "day", [pytest.param(at, id=day, marks=pytest.mark.clock(at)) for day, at in DAYS.items()]
)
def test_a_small_hospital_has_lived_through_its_year_and_opens_every_page(day, settings, tmp_path):
    settings.EVALUATION_KEY_DIR = tmp_path / "keys"
    build(seed=7, at=day, size=900, reports=26)
    assert retention.due(at=day) == 0
    assert Involvement.objects.exclude(erased_at=None).exists()
    assert not Offer.objects.filter(closed_at__gt=day).exists()
    assert Offer.objects.filter(opened_at__gt=day - timedelta(days=1), closed_at=None).exists()
    cover = WorkingHours.current().cover
    assert [line for line in ContactEvent.objects.all() if not cover.holds(line.at)] == []
    assert [notice for notice in Notice.objects.all() if not DAYTIME.holds(notice.created_at)] == []
    notified = Milestone.objects.filter(step=Step.IGJ, done_at__isnull=False, incident__kind="calamity")
    assert [row for row in notified if row.done_at and not DAYTIME.holds(row.done_at)] == []
    planned = ContactEvent.objects.filter(kind=EventKind.APPOINTMENT_PLANNED)
    assert [line for line in planned if line.planned_for is None or not cover.holds(line.planned_for)] == []
    meet = Appointment.objects.filter(state="open", place__one_at_a_time=True)
    in_order = pairwise(meet.order_by("place", "at"))
    assert not any(
        one.place == other.place and other.at - one.at < timedelta(hours=1) for one, other in in_order
    )
    assert {"open", "held"} <= {*Appointment.objects.values_list("state", flat=True)}
    unnamed = UnnamedReport.objects
    assert unnamed.waiting().filter(due_at__lt=day).exists()
    assert unnamed.waiting().filter(due_at__gt=day).exists()
    assert unnamed.open().exclude(asked_at=None).exists() or unnamed.exclude(said_nobody_at=None).exists()
    assert {*unnamed.values_list("state", flat=True)} > {"named", "not_needed", "by_rule"}
    leaders = User.objects.filter(groups__name=Role.TEAM_LEADER)
    assert {*leaders.values_list("department", flat=True)} == {
        *Department.objects.values_list("pk", flat=True)
    }
    assert leaders.count() == Department.objects.count()
    people = User.objects.filter(username__in=DEMO_PEOPLE)
    head, waits = people.get(username="teamleader"), people.get(username="analyst")
    assert (
        HeadQuestion.objects.visible_to(head).waiting().filter(asked_at__gt=day - timedelta(days=1)).exists()
    )
    waiting = Offer.objects.open().get(involvement__employee=waits, contacts=None)
    assert choosing.shown_in(choosing.show(offer=waiting, by=waits, at=day).wishes, at=day)
    looked_after = CareArrangement.objects.values("incident").annotate(lines=Count("pk")).get()
    assert 0 < looked_after["lines"] < len(LookedAfter)
    feedback = LaterMoment.objects.get(incident=looked_after["incident"], kind=LaterMomentKind.FEEDBACK)
    [counted] = later_moments.of(feedback.incident)
    assert (feedback.planned_for > day, counted.told, counted.involved) == (True, 2, 2)
    assert [page for user in people for page in wrong_pages(user)] == []


def test_a_size_that_there_is_not_is_said_before_anything_is_built(monkeypatch):
    monkeypatch.setenv("DEMO_SIZE", "huge")
    with pytest.raises(CommandError, match="DEMO_SIZE: 'huge' is none of small, hospital, large"):
        call_command("demo")
