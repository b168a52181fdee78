"""The list for the accreditation, and the number that each types. Also covers training.tasks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from training.enums import MeetingState, SeatState
from training.meetings import accreditation
from training.tests.factories import MeetingFactory, SeatFactory

NUMBER = "01234567890"


@pytest.fixture
def coordinator(db, client):
    user = UserFactory(roles=[Role.COORDINATOR], language="en")
    client.force_login(user)
    return user


def there(**fields):
    meeting = MeetingFactory(held=True, points=6, accreditation="478 213")
    return SeatFactory(meeting=meeting, state=SeatState.ATTENDED, **fields)


def test_the_list_has_who_was_there(client, coordinator):
    seat = there(user__name='=HYPERLINK("x")', big_number=NUMBER)
    SeatFactory(meeting=seat.meeting, state=SeatState.MISSED, user__name="Bas")
    page = client.get(reverse("training:accreditation", args=[seat.meeting.pk])).text
    assert NUMBER in page
    assert "Bas" not in page
    export = client.get(reverse("training:accreditation-export", args=[seat.meeting.pk]))
    heading, line = export.content.decode("utf-8-sig").splitlines()
    assert heading.startswith("BIG number;Name;Profession;Day;Accreditation number;")
    assert line.startswith(f"{NUMBER};\"'=HYPERLINK")
    assert line.endswith(";478 213;6;COM02 COM05 COM07")
    assert AccessEvent.objects.filter(action="export").count() == 1
    planned = MeetingFactory()
    assert client.get(reverse("training:accreditation", args=[planned.pk])).status_code == 404


def test_each_types_the_own_number(client, db):
    seat = there(user__language="en")
    page = reverse("training:number", args=[seat.pk])
    client.force_login(seat.user)
    assert client.post(page, {"number": "12"}).context["form"].errors
    client.post(page, {"number": NUMBER})
    seat.refresh_from_db()
    assert seat.big_number == NUMBER
    client.post(page, {"number": ""})
    seat.refresh_from_db()
    assert seat.big_number == ""
    client.force_login(UserFactory())
    assert client.post(page, {"number": NUMBER}).status_code == 404


def test_numbers_are_erased_after_a_year_or_where_nothing_was_held(db):
    old = there(big_number=NUMBER)
    long_ago = timezone.now() - timedelta(days=370)
    old.meeting.starts_at, old.meeting.ends_at = long_ago, long_ago + timedelta(hours=8)
    old.meeting.save()
    called_off = SeatFactory(big_number=NUMBER, meeting__state=MeetingState.CANCELLED)
    kept = there(big_number=NUMBER)
    assert accreditation.erase_old(at=timezone.now()) == 2
    for seat, number in ((old, ""), (called_off, ""), (kept, NUMBER)):
        seat.refresh_from_db()
        assert seat.big_number == number
