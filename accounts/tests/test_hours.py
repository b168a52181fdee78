from datetime import UTC, date, datetime, time

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from hospital.models import WorkingHours

pytestmark = [pytest.mark.django_db, pytest.mark.clock(datetime(2026, 11, 27, 9, tzinfo=UTC))]
URL = reverse("settings:hours")


@pytest.fixture
def admin(client):
    user = UserFactory(roles=[Role.ADMIN])
    client.force_login(user)
    return user


def hours(**changes):
    return {"starts": "08:00", "ends": "17:00", "decreed_days": "", **changes}


def test_hours_and_days_are_changed_and_that_is_recorded(client, admin):
    posted = hours(starts="07:30", decreed_days="2027-01-02, 31-12-2026")
    assert client.post(URL, posted).url == URL
    kept = WorkingHours.current()
    assert (kept.starts, kept.ends) == (time(7, 30), time(17))
    assert kept.decreed_days == [date(2026, 12, 31), date(2027, 1, 2)]
    assert kept.office.decreed == {date(2026, 12, 31), date(2027, 1, 2)}
    assert AccessEvent.objects.get(object_kind="policy").user == admin
    page = client.get(URL).content.decode()
    assert "31 December 2026, 2 January 2027" in page.partition("Who changed what")[2]
    assert 'value="31-12-2026, 02-01-2027"' in page


def test_a_day_that_changes_nothing_is_taken_with_a_word(client, admin):
    """Of the days that were there already nothing is said again."""
    WorkingHours.objects.update_or_create(
        pk=WorkingHours.current().pk, defaults={"decreed_days": [date(2026, 11, 2)]}
    )
    days = "02-11-2026, 03-11-2026, 28-11-2026, 25-12-2026, 31-12-2026"
    page = client.post(URL, hours(decreed_days=days), follow=True).content.decode()
    assert "No working day anyway, so this changes nothing: 28 November 2026, 25 December 2026." in page
    assert "Past already: 3 November 2026." in page
    assert len(WorkingHours.current().decreed_days) == 5
    again = client.post(URL, hours(decreed_days=days), follow=True).content.decode()
    assert "changes nothing" not in again
    assert "Past already" not in again


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"starts": "17:00", "ends": "08:00"}, "The working day must end after it starts."),
        (
            {"decreed_days": "2027-01-02, 31-12-2026, 02-01-2027"},
            "Number 3 of the list stands there already.",
        ),
        ({"decreed_days": "31-12-2026, soon"}, "Number 2 of the list: This is not a day such as 31-12-2026."),
        ({"ends": "late"}, "Enter a valid time."),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_words(client, admin, wrong, said):
    page = client.post(URL, hours(**wrong)).content.decode()
    assert said in page
    assert WorkingHours.current().ends == time(17)
