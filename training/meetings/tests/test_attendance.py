"""Who was there, and what follows.

Also covers training.meetings.certificates and training.meetings.grouping.
"""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import ProfessionFactory, UserFactory
from supporters.models import Supporter
from supporters.tests.factories import SupporterFactory
from training.enums import MeetingState, SeatState
from training.meetings import attendance, seating
from training.models import CompetenceHeld, Meeting, MeetingSeat
from training.tests.factories import MeetingFactory, SeatFactory


@pytest.fixture
def coordinator(db, client):
    user = UserFactory(roles=[Role.COORDINATOR], language="en")
    client.force_login(user)
    return user


def running(**kind):
    """A meeting of today that has begun."""
    now = timezone.now()
    return MeetingFactory(starts_at=now, ends_at=now + timedelta(hours=8), **kind)


def seated(meeting, **who):
    seat = SeatFactory(meeting=meeting, state=SeatState.SEATED, **who)
    Meeting.objects.filter(pk=meeting.pk).update(taken=meeting.places.count())
    return seat


def test_closing_makes_those_who_were_there_trained(coordinator):
    meeting = running()
    supporter = SupporterFactory(lapsed=True)
    there, new, missed = (
        seated(meeting, user=supporter.user),
        seated(meeting),
        seated(meeting, user=SupporterFactory(lapsed=True).user),
    )
    attendance.close(meeting=meeting, present={there.pk, new.pk}, by=coordinator, at=timezone.now())
    supporter.refresh_from_db()
    today = timezone.localdate()
    assert supporter.trained_on == today
    assert supporter.current_until > today
    assert not Supporter.objects.filter(user=missed.user, trained_on=today).exists()
    assert set(CompetenceHeld.objects.values_list("user", flat=True)) == {there.user_id, new.user_id}
    assert CompetenceHeld.objects.filter(user=new.user).count() == 3
    meeting.refresh_from_db()
    assert (meeting.state, meeting.taken) == (MeetingState.HELD, 3)
    with pytest.raises(attendance.AlreadyClosed):
        attendance.close(meeting=meeting, present=(), by=coordinator, at=timezone.now())
    with pytest.raises(attendance.AlreadyClosed):
        attendance.mark(meeting=meeting, present=(), at=timezone.now())
    missed.refresh_from_db()
    attendance.was_there(seat=missed, by=coordinator, at=timezone.now())
    assert Supporter.objects.get(user=missed.user).trained_on == today
    with pytest.raises(seating.NotFromThere):
        attendance.was_there(seat=missed, by=coordinator, at=timezone.now())


def test_an_intervision_lengthens_what_there_is(coordinator):
    meeting = running(intervision=True)
    supporter = SupporterFactory(lapsed=True)
    trained_on = supporter.trained_on
    seat = seated(meeting, user=supporter.user)
    attendance.close(meeting=meeting, present={seat.pk}, by=coordinator, at=timezone.now())
    supporter.refresh_from_db()
    assert supporter.current_until > timezone.localdate()
    assert supporter.trained_on == trained_on
    assert not CompetenceHeld.objects.exists()


def test_nobody_was_there_before_the_day(coordinator):
    meeting = MeetingFactory()
    with pytest.raises(attendance.NotYet):
        attendance.close(meeting=meeting, present=(), by=coordinator, at=timezone.now())


def test_the_code_of_the_screen_lets_in_who_has_a_seat(client, coordinator):
    meeting = running()
    seat, stranger = seated(meeting, user__language="en"), UserFactory(language="en")
    screen = client.get(reverse("training:screen", args=[meeting.pk])).text
    assert "<svg" in screen
    assert "style=" not in screen.partition("<svg")[2].partition("</svg>")[0]
    here = reverse("training:here", args=[meeting.pk, attendance.code_of(meeting)])
    client.force_login(stranger)
    assert "You have no seat on this list" in client.get(here, follow=True).text
    client.force_login(seat.user)
    assert "I am here" in client.get(here).text
    checked_in = MeetingSeat.objects.exclude(checked_in_at=None)
    assert not checked_in.exists()  # nothing is done without a tap
    assert "You are on the list" in client.post(here, follow=True).text
    assert checked_in.get() == seat
    wrong = reverse("training:here", args=[meeting.pk, "0" * 32])
    assert client.post(wrong).status_code == 404
    other = reverse("training:here", args=[running().pk, attendance.code_of(meeting)])
    assert client.post(other).status_code == 404


def test_the_code_counts_on_the_day_itself(coordinator):
    meeting = running()
    seat, code = seated(meeting), attendance.code_of(meeting)
    tomorrow = timezone.now() + timedelta(days=1)
    with pytest.raises(attendance.WrongCode):
        attendance.check_in(meeting=meeting, code=code, user=seat.user, at=tomorrow)


def test_the_list_is_kept_and_closed_on_its_page(client, coordinator):
    meeting = running()
    first, second = seated(meeting), seated(meeting)
    page = reverse("training:attendance", args=[meeting.pk])
    client.post(page, {"present": [first.pk, "x"]})
    assert "checked" in client.get(page).text
    client.post(page, {"seen": [first.pk], "present": [second.pk], "close": "1"})
    states = {seat.pk: seat.state for seat in meeting.places.all()}
    assert states == {first.pk: SeatState.MISSED, second.pk: SeatState.ATTENDED}
    shown = client.get(reverse("training:meeting", args=[meeting.pk])).text
    assert f"{reverse('training:add')}?user={second.user_id}" in shown
    client.post(reverse("training:was-there", args=[meeting.pk]), {"seat": first.pk})
    first.refresh_from_db()
    assert first.state == SeatState.ATTENDED
    other = seated(running())
    assert (
        client.post(reverse("training:was-there", args=[meeting.pk]), {"seat": other.pk}).status_code == 404
    )


def test_the_certificate_is_ones_own(client, coordinator):
    meeting = MeetingFactory(held=True, points=6, accreditation="ID 1234")
    seat = SeatFactory(meeting=meeting, state=SeatState.ATTENDED, user__name="Anne #set *x* [Bosch]")
    page = reverse("training:certificate", args=[seat.pk])
    assert client.get(page).status_code == 404
    client.force_login(seat.user)
    response = client.get(page)
    assert response.content.startswith(b"%PDF")
    assert page in client.get(reverse("training:mine")).text


def test_the_groups_of_the_afternoon(client, coordinator):
    meeting = MeetingFactory()
    head = UserFactory()
    professions = [ProfessionFactory(), ProfessionFactory(physician=True)]
    for number in range(8):
        seated(meeting, user__profession=professions[number % 2], user__manager=head)
    seated(meeting, user=head)
    page = reverse("training:meeting", args=[meeting.pk])
    client.post(page, {"do": "groups"})
    groups = {user: group or 0 for user, group in MeetingSeat.objects.values_list("user", "group")}
    assert max(groups.values()) == 3
    assert list(groups.values()).count(groups[head.pk]) == 1
    assert "Group 3" in client.get(page).text


@pytest.mark.usefixtures("coordinator")
def test_an_older_list_takes_nothing_away_from_who_checked_in_since(client):
    """Two have the list open; or it was opened at nine, and is saved at five."""
    meeting = running()
    early, later, last = (seated(meeting) for _number in range(3))
    attendance.mark(meeting=meeting, present={early.pk}, at=timezone.now())
    address = reverse("training:attendance", args=[meeting.pk])
    shown = re.findall(r'name="seen" value="([^"]+)"', client.get(address).text)
    assert shown == [str(early.pk)]
    attendance.mark(meeting=meeting, present={later.pk}, at=timezone.now())
    client.post(address, {"seen": shown, "present": [str(last.pk)]})
    there = MeetingSeat.objects.filter(checked_in_at__isnull=False)
    assert {seat.pk for seat in there} == {later.pk, last.pk}
