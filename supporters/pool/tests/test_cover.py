"""The page on which the coordinator says when calls are made, and what the database refuses."""

from datetime import UTC, datetime, time

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import override

from accounts.enums import Role
from accounts.models import AccessEvent, PolicyChange
from accounts.tests.factories import UserFactory
from hospital.models import COVER_DAYS, WorkingHours

URL = reverse("pool:cover")
#: A Tuesday, 10:00 in Amsterdam.
pytestmark = [pytest.mark.django_db, pytest.mark.clock(datetime(2026, 11, 24, 9, tzinfo=UTC))]


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


def days(**hours):
    """The form with the hours of each day: "from-until"."""
    data: dict[str, str] = {}
    for day, text in hours.items():
        starts, _, ends = text.partition("-")
        data |= {f"cover_{day}_0": starts, f"cover_{day}_1": ends}
    return data


def plain(response):
    return " ".join(strip_tags(response.text).split())


def test_calls_are_made_while_the_offices_work_until_somebody_says_otherwise(client, coordinator):
    shown = plain(client.get(URL))
    assert "While the offices work: Monday to Friday from 08:00 until 17:00, not on public holidays" in shown
    assert "who is reported at this moment is called by tomorrow at 10:00." in shown
    WorkingHours.objects.update(starts=time(7, 30), ends=time(16))
    assert "Monday to Friday from 07:30 until 16:00" in plain(client.get(reverse("pool:policy")))


def test_hours_of_each_day_are_kept_with_who_changed_them(client, coordinator):
    posted = days(wednesday="10:00-12:00", saturday="09:00-12:00", holidays="09:00-12:00")
    assert client.post(URL, posted).url == URL
    cover = WorkingHours.current().cover
    assert cover.week[:2] == (None, None)
    assert cover.week[2:] == ((time(10), time(12)), None, None, (time(9), time(12)), None)
    assert cover.holidays == (time(9), time(12))
    said = "Wednesday from 10:00 until 12:00, Saturday from 09:00 until 12:00, on public holidays from 09:00"
    assert said in plain(client.get(reverse("pool:policy")))
    shown = plain(client.get(URL))
    assert "is called by tomorrow at 12:00." in shown  # a day of calls later
    assert "10:00, 12:00" in shown.partition("Who changed what")[2]
    changes = PolicyChange.objects.filter(policy="cover", by=coordinator)
    assert set(changes.values_list("field", flat=True)) == {
        "cover_is_office",
        "cover_wednesday",
        "cover_saturday",
        "cover_holidays",
    }
    assert AccessEvent.objects.get(object_kind="policy").object_ref == "cover"
    # Back to the office's: what stands in the fields of the days is not looked at.
    client.post(URL, {"as_office": "on", **days(monday="late-17:00")})
    assert WorkingHours.current().cover == WorkingHours.current().office.cover


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({}, "Calls must be made on at least one day of the week."),
        (days(holidays="09:00-12:00"), "Calls must be made on at least one day of the week."),
        (days(monday="17:00-08:00"), "The hours of a day must end after they start."),
        (days(monday="17:00-17:00"), "The hours of a day must end after they start."),
        (days(monday="08:00-"), "Fill in both, or leave both empty."),
        (days(monday="-17:00"), "Fill in both, or leave both empty."),
        (days(monday="late-17:00"), "Enter a valid time."),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_words(client, coordinator, posted, said):
    assert said in plain(client.post(URL, posted))
    assert WorkingHours.current().cover_is_office


def test_in_dutch(client, coordinator):
    with override("en"):  # what follows is not in Dutch
        shown = plain(client.get(URL, headers={"accept-language": "nl"}))
    assert (
        "Als de kantoren werken: maandag tot en met vrijdag van 08:00 tot 17:00, niet op feestdagen" in shown
    )


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"cover_is_office": False}, "cover_on_some_day"),
        ({"cover_is_office": False, "cover_holidays": [time(9), time(12)]}, "cover_on_some_day"),
        *(
            ({day: hours}, f"{day}_has_length")
            for day in COVER_DAYS
            for hours in ([], [time(9)], [time(12), time(9)], [time(9), time(9)])
        ),
    ],
)
def test_the_database_refuses_hours_that_make_no_sense(wrong, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        WorkingHours.objects.create(**wrong)
