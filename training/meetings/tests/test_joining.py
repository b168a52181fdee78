"""Who comes into the pool, and on whose word. Also the page on which a coordinator adds somebody."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from supporters.models import Supporter
from supporters.tests.factories import SupporterFactory
from training.enums import CORE, SeatState
from training.meetings import joining
from training.models import CompetenceHeld, TakenOver
from training.tests.factories import MeetingFactory, SeatFactory

PAGE = "training:add"


@pytest.fixture
def coordinator(db, client):
    user = UserFactory(roles=[Role.COORDINATOR], language="en")
    client.force_login(user)
    return user


def attended(user):
    return SeatFactory(user=user, meeting=MeetingFactory(held=True), state=SeatState.ATTENDED)


def test_whoever_attended_comes_in(coordinator):
    user = UserFactory()
    with pytest.raises(joining.NotAttended):
        joining.let_in(user=user, by=coordinator, at=timezone.now())
    seat = attended(user)
    supporter = joining.let_in(user=user, by=coordinator, at=timezone.now())
    assert supporter.trained_on == timezone.localdate(seat.meeting.starts_at)
    assert supporter.current_until
    assert supporter.current_until > timezone.localdate()


def test_an_intervision_or_an_absence_makes_nobody_trained(coordinator):
    user = UserFactory()
    SeatFactory(user=user, meeting=MeetingFactory(held=True, intervision=True), state=SeatState.ATTENDED)
    SeatFactory(user=user, meeting=MeetingFactory(held=True), state=SeatState.MISSED)
    with pytest.raises(joining.NotAttended):
        joining.let_in(user=user, by=coordinator, at=timezone.now())


def test_who_is_taken_over_is_so_by_name(coordinator):
    user, day = UserFactory(), timezone.localdate() - timedelta(days=40)
    for _click in range(2):
        joining.take_over(user=user, trained_on=day, competences=CORE, by=coordinator, at=timezone.now())
    assert TakenOver.objects.get().by == coordinator
    assert Supporter.objects.get().trained_on == day
    assert CompetenceHeld.objects.filter(user=user, meeting=None).count() == 3
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(joining.StillToCome):
        joining.take_over(user=user, trained_on=tomorrow, competences=(), by=coordinator, at=timezone.now())


def test_somebody_found_by_name_is_added(client, coordinator):
    page = reverse(PAGE)
    employee = UserFactory(name="Hanneke Zijlstra")
    assert f"?user={employee.pk}" in client.post(page, {"q": "zijl"}, follow=True).text
    shown = client.get(page, {"user": employee.pk}).text
    assert "Hanneke Zijlstra" in shown
    assert "Invite this colleague to a training day" in shown
    assert "attended no training day" in client.post(page, {"user": employee.pk, "attended": "1"}).text
    late = timezone.localdate() + timedelta(days=1)
    assert client.post(page, {"user": employee.pk, "trained_on": late}).context["form"].errors
    assert client.post(page, {"user": employee.pk, "trained_on": ""}).context["form"].errors
    assert not Supporter.objects.exists()
    attended(employee)
    client.post(page, {"user": employee.pk, "attended": "1"})
    assert Supporter.objects.get().user == employee
    again = client.post(page, {"user": employee.pk, "attended": "1"})
    assert "Hanneke Zijlstra is already in the pool." in again.text


def test_who_keeps_watch_is_refused_and_nothing_stays(client, coordinator):
    admin = UserFactory(name="Adri", roles=[Role.ADMIN])
    page = client.post(reverse(PAGE), {"user": admin.pk, "trained_on": timezone.localdate()})
    assert "keeps watch over the system" in page.text
    assert not TakenOver.objects.exists()


def test_a_supporter_trained_elsewhere_is_trained_anew(client, coordinator):
    supporter = SupporterFactory(lapsed=True)
    client.post(reverse(PAGE), {"user": supporter.user.pk, "trained_on": timezone.localdate()})
    supporter.refresh_from_db()
    assert supporter.trained_on == timezone.localdate()


@pytest.mark.parametrize("user", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_add_nobody_adds_nobody(client, coordinator, user):
    assert client.post(reverse(PAGE), {"user": user}).status_code == 200
    assert not Supporter.objects.exists()
