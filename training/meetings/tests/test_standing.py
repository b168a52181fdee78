"""Until when somebody is trained, and who is warned."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.counting import statements
from accounts.tests.factories import UserFactory
from notifications.models import Reminder
from notifications.reminders import kinds
from supporters.tests.factories import SupporterFactory
from training.enums import SeatState
from training.meetings import standing
from training.models import TrainingPolicy
from training.tests.factories import MeetingFactory, SeatFactory

DAY = timedelta(days=1)


@pytest.fixture
def coordinator(db, client):
    user = UserFactory(roles=[Role.COORDINATOR], language="en")
    client.force_login(user)
    return user


def trained_for(days, **kind):
    return SupporterFactory(trained=True, current_until=timezone.localdate() + days * DAY, **kind)


def rungs(supporter):
    keys = Reminder.objects.waiting().filter(subject_id=supporter.pk).order_by("due_at")
    return [key.rpartition(":")[2] for key in keys.values_list("key", flat=True)]


def test_two_warnings_are_written_and_move_with_the_day(db):
    supporter, now = trained_for(300), timezone.now()
    standing.warn(supporter.user, now)
    assert rungs(supporter) == ["first", "second"]
    until = timezone.localdate() + 100 * DAY
    supporter.current_until = until
    supporter.save()
    standing.warn(supporter.user, now)
    assert rungs(supporter) == ["first", "second"]
    first = Reminder.objects.waiting().order_by("due_at")[0]
    assert timezone.localdate(first.due_at) == until - 90 * DAY


@pytest.mark.parametrize(("days", "both", "due"), [(300, 2, 0), (60, 2, 1), (10, 1, 1), (-1, 0, 0)])
def test_what_is_behind_is_said_once(db, days, both, due):
    trained_for(days)
    assert len(list(standing.warnings(timezone.now()))) == both
    assert len(list(standing.expected(timezone.now()))) == due


def test_nobody_who_stopped_is_warned(db):
    stopped = trained_for(10, stopped=True)
    left = trained_for(10, user__is_active=False)
    for supporter in (stopped, left):
        standing.warn(supporter.user, timezone.now())
    standing.warn(UserFactory(), timezone.now())
    assert not Reminder.objects.exists()


def test_a_warning_concerns_who_still_has_to_come(db):
    soon, long = trained_for(10), trained_for(300)
    kind = kinds.get(standing.LAPSES)
    assert kind.concerns(soon.user, soon.pk)
    assert not kind.concerns(long.user, long.pk)
    assert not kind.concerns(long.user, soon.pk)


def test_the_list_shows_who_lapses_first_on_top(client, coordinator, monkeypatch):
    monkeypatch.setattr("training.meetings.views.listing.PAGE", 2)
    later, first, soon = trained_for(30), trained_for(-200), trained_for(10)
    trained_for(TrainingPolicy().warn_days + 1)
    page = client.get(reverse("training:standing"))
    assert page.context["supporters"] == [first, soon]
    further = client.get(reverse("training:standing"), {"after": page.context["further"]})
    assert further.context["supporters"] == [later]
    assert client.get(reverse("training:standing"), {"after": "x_y"}).context["supporters"] == [first, soon]


def test_the_list_asks_as_much_for_many_as_for_few(client, coordinator):
    trained_for(5)
    few = statements(client, reverse("training:standing"))
    for _ in range(5):
        trained_for(5)
    assert statements(client, reverse("training:standing")) == few


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (300, "Each intervision that you attend lengthens it."),
        (20, "Come to an intervision, and it stays so."),
        (-2, "from then on colleagues can ask you again"),
    ],
)
def test_one_reads_what_to_do(client, days, words, db):
    supporter = trained_for(days, user__language="en")
    SeatFactory(
        user=supporter.user,
        meeting=MeetingFactory(held=True, intervision=True),
        state=SeatState.ATTENDED,
    )
    client.force_login(supporter.user)
    page = client.get(reverse("training:mine")).text
    assert words in page
    assert "1 intervision attended in the past year" in page
