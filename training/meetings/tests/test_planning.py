"""Planning, changing and calling off. Also covers training.meetings.inviting."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from notifications.models import Reminder
from notifications.reminders import kinds
from supporters.tests.factories import SupporterFactory
from training.enums import MeetingState, SeatState
from training.meetings import inviting, planning, reminders, seating
from training.models import Meeting, MeetingSeat, Trainer, TrainingPolicy
from training.tests.factories import MeetingFactory, SeatFactory


@pytest.fixture
def coordinator(db):
    return UserFactory(roles=[Role.COORDINATOR])


def new_date(meeting):
    days = timedelta(days=21)
    return {"starts_at": meeting.starts_at + days, "ends_at": meeting.ends_at + days, "place": "Kapel"}


def test_a_double_click_plans_one(coordinator):
    planned = MeetingFactory.build()
    planning.plan(planned, by=coordinator, at=timezone.now())
    twice = MeetingFactory.build(starts_at=planned.starts_at, place=planned.place)
    with pytest.raises(planning.MeetingThere):
        planning.plan(twice, by=coordinator, at=timezone.now())
    assert Meeting.objects.count() == 1
    assert Reminder.objects.waiting().get().kind == reminders.ATTENDANCE


def test_what_is_called_off_gets_its_new_date_at_once(coordinator):
    meeting, now = MeetingFactory(), timezone.now()
    Trainer.objects.create(meeting=meeting, name="Trix", acts=True)
    seated, invited, excused = (SeatFactory(meeting=meeting) for _ in range(3))
    seating.accept(seat=seated, at=now)
    seating.excuse(seat=excused, at=now)
    instead = planning.call_off(meeting=meeting, new=new_date(meeting), by=coordinator, at=now)
    assert instead is not None
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.CANCELLED
    assert instead.replaces == meeting
    assert instead.trainers.get().name == "Trix"
    assert meeting.trainers.count() == 1
    asked = set(
        MeetingSeat.objects.filter(meeting=instead, state=SeatState.INVITED).values_list("user", flat=True)
    )
    assert asked == {seated.user_id, invited.user_id}
    waiting = Reminder.objects.waiting()
    assert set(waiting.filter(kind=reminders.CALLED_OFF).values_list("recipient", flat=True)) == asked
    assert not waiting.filter(kind=reminders.SOON).exists()
    with pytest.raises(seating.MeetingOver):
        planning.call_off(meeting=meeting, new=None, by=coordinator, at=now)


def test_without_a_new_date_everybody_only_hears_so(coordinator):
    seat = SeatFactory()
    assert planning.call_off(meeting=seat.meeting, new=None, by=coordinator, at=timezone.now()) is None
    assert Meeting.objects.count() == 1
    assert Reminder.objects.waiting().get().kind == reminders.CALLED_OFF
    assert not kinds.get(reminders.ATTENDANCE).concerns(coordinator, seat.meeting.pk)


def test_more_seats_are_given_away_at_once(coordinator):
    meeting, now = MeetingFactory(seats=1), timezone.now()
    for _ in range(2):
        seating.accept(seat=SeatFactory(meeting=meeting), at=now)
    wanted = {"place": "Kapel", "seats": 2, "points": 4}
    planning.change(meeting=meeting, wanted=wanted, by=coordinator, at=now)
    meeting.refresh_from_db()
    assert (meeting.place, meeting.points, meeting.taken) == ("Kapel", 4, 2)
    with pytest.raises(seating.FewerThanTaken):
        planning.change(meeting=meeting, wanted={"place": "Hal", "seats": 1}, by=coordinator, at=now)
    meeting.refresh_from_db()
    assert meeting.place == "Kapel"


def test_lacking_trainers_are_said(db):
    meeting, policy = MeetingFactory(), TrainingPolicy()
    assert planning.lacking(meeting, policy) == (3, True)
    Trainer.objects.create(meeting=meeting, name="Trix", acts=True)
    assert planning.lacking(meeting, policy) == (2, False)
    assert planning.lacking(MeetingFactory(intervision=True), policy) == (0, False)


def test_who_needs_an_intervision(db):
    today = timezone.localdate()
    meeting = MeetingFactory(intervision=True)
    lately, long_ago, asked, coming, needing = (SupporterFactory(trained=True).user for _ in range(5))
    SupporterFactory(trained=True, stopped=True)
    SeatFactory(user=lately, meeting=MeetingFactory(intervision=True, held=True), state=SeatState.ATTENDED)
    before = timezone.now() - timedelta(days=400)
    held = MeetingFactory(intervision=True, held=True, starts_at=before)
    SeatFactory(user=long_ago, meeting=held, state=SeatState.ATTENDED)
    SeatFactory(user=asked, meeting=meeting)
    SeatFactory(user=coming, meeting=MeetingFactory(intervision=True))
    assert set(inviting.who_need(meeting)) == {long_ago, needing}
    lapsed = SupporterFactory(trained=True, current_until=today + timedelta(days=3)).user
    assert set(inviting.who_need(MeetingFactory())) == {lapsed}


def test_an_invitation_is_logged_once(coordinator):
    meeting, user = MeetingFactory(), UserFactory()
    for number in (1, 0):
        given = inviting.invite(meeting=meeting, people=[user.pk], by=coordinator, at=timezone.now())
        assert given == number
