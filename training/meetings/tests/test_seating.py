"""Who has a seat, who waits, and who moves up. Also covers training.meetings.reminders."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import UserFactory
from notifications.models import Reminder
from notifications.reminders import kinds
from training.enums import MeetingState, SeatState
from training.meetings import reminders, seating
from training.models import Meeting, MeetingSeat
from training.tests.factories import MeetingFactory, SeatFactory


def of(meeting, state):
    return list(MeetingSeat.objects.filter(meeting=meeting, state=state).values_list("user__name", flat=True))


def open_reminders(kind):
    return Reminder.objects.waiting().filter(kind=kind)


@pytest.fixture
def full(db):
    """One seat, taken by Anne; Bas and Cor wait in this order."""
    meeting = MeetingFactory(seats=1)
    now = timezone.now()
    for minute, name in enumerate(("Anne", "Bas", "Cor")):
        seating.accept(seat=SeatFactory(meeting=meeting, user__name=name), at=now + timedelta(minutes=minute))
    return meeting


def test_whoever_comes_later_than_the_last_seat_waits(full):
    full.refresh_from_db()
    assert full.taken == 1
    assert of(full, SeatState.SEATED) == ["Anne"]
    assert set(of(full, SeatState.WAITING)) == {"Bas", "Cor"}


def test_who_waits_longest_moves_up_by_itself_also_on_the_evening_before(full):
    evening = full.starts_at - timedelta(hours=12)
    seating.excuse(seat=MeetingSeat.objects.get(user__name="Anne"), at=evening)
    assert of(full, SeatState.SEATED) == ["Bas"]
    assert of(full, SeatState.WAITING) == ["Cor"]
    told = open_reminders(reminders.MOVED_UP).get()
    assert (told.recipient.name, told.due_at) == ("Bas", evening)
    full.refresh_from_db()
    assert full.taken == 1


def test_who_gives_up_waiting_leaves_the_order_to_the_others(full):
    seating.excuse(seat=MeetingSeat.objects.get(user__name="Bas"), at=timezone.now())
    seating.excuse(seat=MeetingSeat.objects.get(user__name="Anne"), at=timezone.now())
    assert of(full, SeatState.SEATED) == ["Cor"]


def test_more_seats_let_everybody_move_up(full):
    seating.resize(meeting=full, seats=3, at=timezone.now())
    assert of(full, SeatState.WAITING) == []
    assert open_reminders(reminders.MOVED_UP).count() == 2
    with pytest.raises(seating.FewerThanTaken):
        seating.resize(meeting=full, seats=2, at=timezone.now())


def test_a_double_click_takes_one_seat_and_gives_one_back(full):
    seat = SeatFactory(meeting=MeetingFactory(seats=5))
    for _click in range(2):
        seating.accept(seat=seat, at=timezone.now())
        assert Meeting.objects.get(pk=seat.meeting_id).taken == 1
    for _click in range(2):
        seating.excuse(seat=seat, at=timezone.now())
        assert Meeting.objects.get(pk=seat.meeting_id).taken == 0


def test_a_change_of_mind_is_possible_until_it_begins(full):
    seat = MeetingSeat.objects.get(user__name="Anne")
    seating.excuse(seat=seat, at=timezone.now())
    assert seating.accept(seat=seat, at=timezone.now()).state == SeatState.WAITING
    for act in (seating.accept, seating.excuse):
        with pytest.raises(seating.MeetingOver):
            act(seat=seat, at=full.starts_at)


def test_no_other_step_than_those_of_the_table(db):
    meeting = MeetingFactory()
    for was in SeatState:
        for to in SeatState:
            queued_at = timezone.now() if was == SeatState.WAITING else None
            seat = SeatFactory(meeting=meeting, state=was, queued_at=queued_at)
            meeting.taken = 5
            if to in seating.ALLOWED[was]:
                seating.change(seat, to, at=timezone.now())
            else:
                with pytest.raises(seating.NotFromThere):
                    seating.change(seat, to, at=timezone.now())


def test_an_invitation_is_told_and_asked_once_more_from_who_could_not_come(db):
    meeting, now = MeetingFactory(), timezone.now()
    people = [UserFactory().pk for _ in range(3)]
    assert seating.invite(meeting=meeting, people=people, at=now) == 3
    assert seating.invite(meeting=meeting, people=people, at=now) == 0
    assert open_reminders(reminders.INVITED).count() == 3
    seat = MeetingSeat.objects.filter(meeting=meeting)[0]
    seating.excuse(seat=seat, at=now)
    assert open_reminders(reminders.INVITED).count() == 2
    assert seating.invite(meeting=meeting, people=people, at=now + timedelta(days=1)) == 1
    seat.refresh_from_db()
    assert seat.state == SeatState.INVITED
    meeting.state = MeetingState.CANCELLED
    meeting.save()
    with pytest.raises(seating.MeetingOver):
        seating.invite(meeting=meeting, people=people, at=now)


def test_what_no_longer_concerns_somebody_is_not_told(db):
    seat = SeatFactory()
    stranger = UserFactory()
    invited = kinds.get(reminders.INVITED)
    assert invited.concerns(seat.user, seat.pk)
    assert not invited.concerns(stranger, seat.pk)
    seating.accept(seat=seat, at=timezone.now())
    assert not invited.concerns(seat.user, seat.pk)
    assert kinds.get(reminders.SOON).concerns(seat.user, seat.pk)


def test_what_is_expected_is_what_was_written(db):
    seat = SeatFactory()
    now = timezone.now()
    seating.accept(seat=seat, at=now)
    soon = [one for one in reminders.expected(now) if one.kind == reminders.SOON]
    (expected,) = soon
    assert open_reminders(reminders.SOON).get().key == expected.key
    near = reminders.expected(seat.meeting.starts_at - timedelta(hours=3))
    assert [one.kind for one in near] == [reminders.ATTENDANCE]


def test_who_leaves_service_leaves_the_seat_to_who_waits(full):
    anne = MeetingSeat.objects.get(user__name="Anne").user
    anne.is_active = False
    anne.save()
    seating.leave([anne.pk], timezone.now())
    assert of(full, SeatState.SEATED) == ["Bas"]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_share_the_last_seat():
    meeting = MeetingFactory(seats=1)
    seats = [SeatFactory(meeting=meeting) for _ in range(4)]
    together, errors = threading.Barrier(4), []

    def work(seat):
        try:
            together.wait()
            seating.accept(seat=seat, at=timezone.now())
        except Exception as error:  # noqa: BLE001  # shown by the assertion below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[seat]) for seat in seats]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(of(meeting, SeatState.SEATED)) == 1
    assert len(of(meeting, SeatState.WAITING)) == 3
