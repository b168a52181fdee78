"""The coordinator's pages, and one's own. Also covers training.meetings.own_seats and
training.meetings.calendar_entries.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.counting import statements
from accounts.tests.factories import UserFactory
from hospital.clock import on_the_wall
from notifications.calendar import entries
from supporters.tests.factories import SupporterFactory
from training.enums import MeetingKind, SeatState
from training.meetings import seating
from training.models import Meeting, MeetingSeat
from training.tests.factories import MeetingFactory, SeatFactory


@pytest.fixture
def coordinator(db, client):
    user = UserFactory(roles=[Role.COORDINATOR], language="en")
    client.force_login(user)
    return user


def planned(**changes):
    day = timezone.localdate() + timedelta(days=30)
    fields = {"day": day.isoformat(), "starts": "09:00", "ends": "17:00", "place": "Leerhuis", "seats": 15}
    return {**fields, "points": 0, "competences": ["COM02"], **changes}


def test_a_day_is_planned_with_the_hours_of_the_policy(client, coordinator):
    page = client.get(reverse("training:plan", args=["training"])).text
    assert 'value="09:00"' in page
    assert 'value="17:00"' in page
    client.post(reverse("training:plan", args=["training"]), planned())
    meeting = Meeting.objects.get()
    assert (meeting.kind, on_the_wall(meeting.starts_at).hour) == (MeetingKind.TRAINING, 9)
    page = client.get(reverse("training:meeting", args=[meeting.pk])).text
    assert "3 trainers are lacking" in page
    assert "Nobody of them is an actor" in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends": "08:59"}, "ends"),
        ({"day": "2001-01-01"}, "day"),
        ({"seats": 0}, "seats"),
        ({"competences": ["COM99"]}, "competences"),
        ({"place": ""}, "place"),
    ],
)
def test_what_cannot_be_planned_is_said(client, coordinator, wrong, field):
    response = client.post(reverse("training:plan", args=["intervision"]), planned(**wrong))
    assert field in response.context["form"].errors
    assert not Meeting.objects.exists()
    assert client.get(reverse("training:plan", args=["party"])).status_code == 404


def test_trainers_and_materials_are_kept(client, coordinator):
    page = reverse("training:meeting", args=[MeetingFactory().pk])
    client.post(page, {"do": "trainer", "trainer-name": "Trix Adema", "trainer-acts": "on"})
    client.post(page, {"do": "material", "material-title": "Lezen", "material-url": "https://a.example/x"})
    text = client.get(page).text
    assert "Trix Adema" in text
    assert "https://a.example/x" in text
    again = client.post(page, {"do": "trainer", "trainer-name": "Trix Adema"})
    assert "This is on the list already." in again.text
    unsafe = {"do": "material", "material-title": "Lezen", "material-url": "javascript:alert(1)"}
    assert client.post(page, unsafe).context["material_form"].errors
    client.post(page, {"do": "trainer-off", "row": Meeting.objects.get().trainers.get().pk})
    assert not Meeting.objects.get().trainers.exists()


def test_calling_off_asks_for_the_new_date(client, coordinator):
    seat = SeatFactory()
    page = reverse("training:call-off", args=[seat.meeting.pk])
    assert client.post(page, {"place": "x", "starts": "09:00", "ends": "17:00"}).context["form"].errors
    new = {**planned(), "place": "Kapel"}
    client.post(page, new)
    assert Meeting.objects.get(replaces=seat.meeting).place == "Kapel"
    other = SeatFactory()
    client.post(reverse("training:call-off", args=[other.meeting.pk]), {"no_date": "on"})
    assert not Meeting.objects.filter(replaces=other.meeting).exists()
    other.meeting.refresh_from_db()
    assert not other.meeting.is_planned


def test_everybody_who_needs_it_is_invited_with_one_click(client, coordinator):
    meeting = MeetingFactory(intervision=True)
    SupporterFactory.create_batch(2, trained=True)
    page = reverse("training:invite", args=[meeting.pk])
    assert "2 supporters attended no intervision" in client.get(page).text
    client.post(page, {"everybody": "1"})
    assert meeting.places.count() == 2
    colleague = UserFactory(name="Hanneke Zijlstra")
    found = client.post(page, {"q": "zijlstra"}, follow=True).text
    assert str(colleague.pk) in found
    client.post(page, {"user": colleague.pk})
    assert meeting.places.count() == 3
    assert client.post(page, {"user": "nobody"}).status_code == 404


def test_seats_are_changed_by_hand_not_below_those_taken(client, coordinator):
    seat = SeatFactory(seated=True)
    page = reverse("training:change", args=[seat.meeting.pk])
    wanted = {"place": "Kapel", "seats": 4, "points": 6}
    client.post(page, wanted)
    seat.meeting.refresh_from_db()
    assert (seat.meeting.place, seat.meeting.seats, seat.meeting.points) == ("Kapel", 4, 6)
    SeatFactory(meeting=seat.meeting, state=SeatState.SEATED)
    Meeting.objects.update(taken=2)
    assert "seats" in client.post(page, {**wanted, "seats": 1}).context["form"].errors


def test_the_pages_ask_as_much_for_many_as_for_few(client, coordinator):
    meeting = MeetingFactory()
    SeatFactory(meeting=meeting)
    pages = (
        reverse("training:list"),
        f"{reverse('training:meeting', args=[meeting.pk])}?show=invited",
        reverse("training:mine"),
    )
    SeatFactory(user=coordinator)
    few = [statements(client, page) for page in pages]
    for _ in range(5):
        SeatFactory(meeting=meeting)
        SeatFactory(user=coordinator)
    assert [statements(client, page) for page in pages] == few


def test_a_long_list_is_paged(client, coordinator, monkeypatch):
    monkeypatch.setattr("training.meetings.views.meetings.PAGE", 2)
    meeting = MeetingFactory(seats=1)
    for _ in range(5):
        seating.accept(seat=SeatFactory(meeting=meeting), at=timezone.now())
    seen, after = [], ""
    while True:
        page = client.get(reverse("training:meeting", args=[meeting.pk]), {"show": "waiting", "after": after})
        seen += [seat.pk for seat in page.context["seats"]]
        after = page.context["further"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 4


def test_one_says_yes_and_no_after_all(client, db):
    seat = SeatFactory(user__language="en")
    client.force_login(seat.user)
    assert "I will come" in client.get(reverse("training:mine")).text
    assert "Your training" in client.get(reverse("home")).text
    answer = reverse("training:answer", args=[seat.pk])
    assert "You have a seat" in client.post(answer, {"say": "yes"}, follow=True).text
    (entry,) = [one for source in entries.sources for one in source.entries(seat.user)]
    assert (entry.due_at, entry.lasts) == (seat.meeting.starts_at, timedelta(hours=8))
    assert "goes to somebody else" in client.post(answer, {"say": "no"}, follow=True).text
    seat.refresh_from_db()
    assert seat.state == SeatState.EXCUSED


def test_whose_seat_it_is_not_finds_nothing(client, db):
    seat = SeatFactory()
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    assert client.post(reverse("training:answer", args=[seat.pk]), {"say": "yes"}).status_code == 404
    client.force_login(UserFactory())
    assert "Leerhuis" not in client.get(reverse("training:mine")).text
    assert MeetingSeat.objects.visible_to(UserFactory()).count() == 0
