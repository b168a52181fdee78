"""Who looks after whom, who speaks, and the days beside it; and the list of trained coaches.

Also covers incidents.calamities.family_talks.trained_coaches and the views of both.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent, PolicyChange
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.calamities.family_talks import arrangements, talks, trained_coaches
from incidents.calamities.milestones import Stale
from incidents.enums import LookedAfter, TrackEventKind
from incidents.models import CareArrangement, DisclosureCoach, TrackEvent, TrainedCoach
from incidents.tests.factories import IncidentFactory

NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = date(2026, 3, 10)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def calamity():
    return IncidentFactory(established=True)


@pytest.fixture
def member():
    return UserFactory(roles=[Role.CCP], language="en")


@pytest.fixture
def colleague():
    return UserFactory(name="Hanna Verbeek")


def arrange(calamity, by, *, what=LookedAfter.PATIENT, employee=None, at=NOW, seen=None):
    return arrangements.arrange(
        incident=calamity, what=what, employee=employee, on=DAY, by=by, at=at, seen=seen
    )


def test_is_arranged_changed_and_taken_off_and_the_log_keeps_each(calamity, member, colleague):
    arrange(calamity, member, employee=colleague)
    arrange(calamity, member, at=NOW + MINUTE, seen=NOW)
    row = arrangements.of(calamity)[0]
    assert (row.what, row.is_not_needed) == (LookedAfter.PATIENT, True)
    arrangements.take_off(
        incident=calamity, what=LookedAfter.PATIENT, by=member, at=NOW + 2 * MINUTE, seen=NOW + MINUTE
    )
    assert [row.arranged for row in arrangements.of(calamity)] == [None] * len(LookedAfter)
    lines = TrackEvent.objects.order_by("id").values_list("kind", "looked_after")
    assert list(lines) == [
        (TrackEventKind.ARRANGED, "patient"),
        (TrackEventKind.ARRANGED, "patient"),
        (TrackEventKind.ARRANGED_NO_MORE, "patient"),
    ]
    assert AccessEvent.objects.filter(access_point=arrangements.PAGE).count() == 3


def test_one_of_two_at_once_is_told(calamity, member, colleague):
    arrange(calamity, member, employee=colleague)
    with pytest.raises(Stale):
        arrange(calamity, member)
    with pytest.raises(Stale):
        arrange(calamity, member, seen=NOW - MINUTE)
    with pytest.raises(Stale):
        arrangements.take_off(
            incident=calamity, what=LookedAfter.PATIENT, by=member, at=NOW, seen=NOW - MINUTE
        )


@pytest.mark.parametrize(
    ("what", "has_employee"),
    [("spokesperson", False), ("family_contact", False), ("case_meeting", True), ("patient_support", True)],
)
def test_the_database_holds_who_and_what(calamity, colleague, what, has_employee):
    employee = colleague if has_employee else None
    with pytest.raises(IntegrityError, match="arrangement_by_somebody"), transaction.atomic():
        CareArrangement.objects.create(
            incident=calamity, what=what, employee=employee, on=DAY, changed_at=NOW
        )


class TestPage:
    def address(self, calamity, what):
        return reverse("calamities:arrange", args=[calamity.reference, what])

    def test_names_who_looks_after_them_and_the_sheet_does_not(self, client, calamity, member, colleague):
        client.force_login(member)
        url = self.address(calamity, "family")
        assert colleague.name in client.post(url, {"q": "Verbeek"}).text
        chosen = {"do": "employee", "employee": str(colleague.pk), "on": DAY.isoformat(), "seen": ""}
        assert colleague.name in client.post(url, chosen, follow=True).text
        assert colleague.name in client.get(reverse("calamities:detail", args=[calamity.reference])).text
        sheet = client.get(reverse("calamities:evidence", args=[calamity.reference])).text
        assert "10 March 2026" in sheet
        assert colleague.name not in sheet
        assert "This has just been changed" in client.post(url, chosen, follow=True).text

    def test_keeps_only_the_day_of_a_meeting_and_that_somebody_is_not_needed(self, client, calamity, member):
        client.force_login(member)
        for what, do in (("case_meeting", "day"), ("hospital", "not-needed")):
            client.post(self.address(calamity, what), {"do": do, "on": "2026-03-20", "seen": ""})
        kept = CareArrangement.objects.filter(employee=None).order_by("what").values_list("what", "on")
        assert list(kept) == [("case_meeting", date(2026, 3, 20)), ("hospital", date(2026, 3, 20))]
        row = CareArrangement.objects.get(what="hospital")
        gone = {"do": "off", "seen": row.changed_at.isoformat()}
        assert "Taken off." in client.post(self.address(calamity, "hospital"), gone, follow=True).text

    def test_nobody_speaks_for_the_hospital_by_not_being_needed(self, client, calamity, member):
        client.force_login(member)
        client.post(self.address(calamity, "spokesperson"), {"do": "not-needed", "on": "2026-03-20"})
        assert not CareArrangement.objects.exists()

    def test_is_kept_by_the_committee_and_the_head_alone(self, client, calamity):
        head = UserFactory(roles=[Role.TEAM_LEADER], department=calamity.department)
        elsewhere = UserFactory(roles=[Role.TEAM_LEADER], department=DepartmentFactory())
        for user, status in ((head, 200), (elsewhere, 404), (UserFactory(roles=[Role.DIRECTOR]), 403)):
            client.force_login(user)
            assert client.get(self.address(calamity, "patient")).status_code == status
        client.force_login(head)
        assert client.get(self.address(calamity, "pet")).status_code == 404


class TestCoaches:
    def test_are_put_on_the_list_and_taken_off_and_its_log_says_who(self, client, member, colleague):
        client.force_login(member)
        url = reverse("calamity-coaches")
        assert colleague.name in client.post(url, {"q": "Verbeek"}).text
        assert "is on the list" in client.post(url, {"coach": str(colleague.pk)}, follow=True).text
        assert (
            "This has just been changed" in client.post(url, {"coach": str(colleague.pk)}, follow=True).text
        )
        assert "is off the list" in client.post(url, {"off": str(colleague.pk)}, follow=True).text
        assert "This has just been changed" in client.post(url, {"off": str(colleague.pk)}, follow=True).text
        changes = PolicyChange.objects.order_by("id").values_list("old", "new")
        assert list(changes) == [(None, colleague.name), (colleague.name, None)]

    def test_are_offered_first_where_a_coach_is_sought(self, client, calamity, member, colleague):
        trained_coaches.add(user=colleague, by=member, at=NOW)
        talks.ask_for_coach(incident=calamity, by=member, at=NOW)
        client.force_login(member)
        url = reverse("calamities:disclosure", args=[calamity.reference])
        assert colleague.name in client.get(url).text
        client.post(url, {"do": "coach", "coach": str(colleague.pk)})
        assert DisclosureCoach.objects.get().coach == colleague
        assert TrainedCoach.objects.count() == 1
