"""The talks with patient or next of kin: moments and people, kept by the committee and the head."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.calamities.family_talks import talk_reminders, talks
from incidents.calamities.family_talks.talks import NotPlanned
from incidents.calamities.milestones import Stale
from incidents.clocks.moment_checks import InTheFuture, OutOfOrder
from incidents.enums import EventType, IncidentKind, TrackEventKind
from incidents.models import DisclosureCoach, DisclosureTalk, TrackEvent
from incidents.reports.report_writer import report_incident
from notifications.models import Reminder
from notifications.reminders import kinds
from notifications.reminders.reconcile import reconcile

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
NOW = NOTICED + timedelta(days=1)
LATER = NOW + timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def calamity():
    return report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[],
        department=DepartmentFactory(),
        submission_key=None,
        noticed_at=NOTICED,
        at=NOTICED,
    )


@pytest.fixture
def member():
    return UserFactory(roles=[Role.CCP])


@pytest.fixture
def head(calamity):
    return UserFactory(roles=[Role.TEAM_LEADER], department=calamity.department)


def logged():
    return list(TrackEvent.objects.order_by("id").values_list("kind", "moment", "previous"))


class TestTalks:
    def test_is_planned_moved_held_and_corrected_and_the_log_keeps_each(self, calamity, member, head):
        talk = talks.plan(incident=calamity, planned_for=LATER, by=member, at=NOW)
        moved = LATER + timedelta(days=2)
        talks.move(talk=talk, planned_for=moved, by=head, at=NOW, seen=LATER)
        held = {"incident": calamity, "talk": talk, "by": head, "at": moved + timedelta(hours=2)}
        talks.hold(**held, held_at=moved, seen=None)
        talks.hold(**held, held_at=moved + timedelta(hours=1), seen=moved)
        talk.refresh_from_db()
        assert (talk.planned_for, talk.held_at) == (moved, moved + timedelta(hours=1))
        assert logged() == [
            (TrackEventKind.DISCLOSURE_PLANNED, LATER, None),
            (TrackEventKind.DISCLOSURE_PLANNED, moved, LATER),
            (TrackEventKind.DISCLOSURE_HELD, moved, None),
            (TrackEventKind.DISCLOSURE_HELD, moved + timedelta(hours=1), moved),
        ]
        assert AccessEvent.objects.filter(access_point="calamities:disclosure").count() == 4

    def test_may_be_held_without_having_been_planned_and_turn_out_not_to_have_been(self, calamity, member):
        talk = talks.hold(incident=calamity, talk=None, held_at=NOW, by=member, at=NOW, seen=None)
        talks.call_off(talk=talk, by=member, at=LATER)
        talk.refresh_from_db()
        assert (talk.held_at, talk.cancelled_at) == (None, LATER)
        assert logged()[-1] == (TrackEventKind.DISCLOSURE_CANCELLED, None, NOW)

    @pytest.mark.parametrize("planned_for", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=366)])
    def test_is_planned_in_the_coming_year(self, calamity, member, planned_for):
        with pytest.raises(NotPlanned):
            talks.plan(incident=calamity, planned_for=planned_for, by=member, at=NOW)

    @pytest.mark.parametrize(
        ("held_at", "error"), [(LATER, InTheFuture), (NOTICED - timedelta(hours=1), OutOfOrder)]
    )
    def test_is_held_after_the_event_and_not_in_the_future(self, calamity, member, held_at, error):
        with pytest.raises(error):
            talks.hold(incident=calamity, talk=None, held_at=held_at, by=member, at=NOW, seen=None)

    def test_who_saw_something_else_is_told(self, calamity, member, head):
        talk = talks.plan(incident=calamity, planned_for=LATER, by=member, at=NOW)
        talks.call_off(talk=talk, by=head, at=NOW)
        with pytest.raises(Stale):
            talks.call_off(talk=talk, by=member, at=NOW)
        with pytest.raises(Stale):
            talks.move(talk=talk, planned_for=LATER + timedelta(days=1), by=member, at=NOW, seen=LATER)
        with pytest.raises(Stale):
            talks.hold(incident=calamity, talk=talk, held_at=NOW, by=member, at=NOW, seen=None)

    def test_the_database_holds_what_a_talk_is(self, calamity):
        for moments in ({}, {"held_at": NOW, "cancelled_at": NOW}):
            with pytest.raises(DatabaseError, match="talk_"), transaction.atomic():
                DisclosureTalk.objects.create(incident=calamity, **moments)


class TestCoach:
    def test_is_asked_for_and_found_and_both_sides_hear_of_it(self, calamity, member, head):
        talks.ask_for_coach(incident=calamity, by=head, at=NOW)
        asked = Reminder.objects.get(kind=talk_reminders.COACH_ASKED)
        assert (asked.subject_id, asked.role) == (calamity.pk, Role.CCP)
        concerns = kinds.get(talk_reminders.COACH_ASKED).concerns
        assert (concerns(member, calamity.pk), concerns(head, calamity.pk)) == (True, False)

        coach = UserFactory()
        talks.find_coach(incident=calamity, coach=coach, by=member, at=LATER)
        row = DisclosureCoach.objects.get()
        assert (row.coach, row.found_at, row.found_by, row.asked_by) == (coach, LATER, member, head)
        assert not concerns(member, calamity.pk)
        found = Reminder.objects.get(kind=talk_reminders.COACH_FOUND)
        assert found.recipient == head
        assert kinds.get(talk_reminders.COACH_FOUND).concerns(head, calamity.pk)
        assert [kind for kind, *_ in logged()] == ["coach_asked", "coach_found"]

    def test_is_asked_for_once_and_not_found_before(self, calamity, member):
        with pytest.raises(Stale):
            talks.find_coach(incident=calamity, coach=UserFactory(), by=member, at=NOW)
        talks.ask_for_coach(incident=calamity, by=member, at=NOW)
        with pytest.raises(Stale):
            talks.ask_for_coach(incident=calamity, by=member, at=NOW)

    def test_a_lost_reminder_is_found_in_the_night(self, calamity, head):
        talks.ask_for_coach(incident=calamity, by=head, at=NOW)
        assert reconcile(at=NOW) == 0
        Reminder.objects.filter(kind=talk_reminders.COACH_ASKED).delete()
        assert reconcile(at=NOW) == 1

    def test_the_database_holds_that_somebody_found_them(self, calamity, head):
        talks.ask_for_coach(incident=calamity, by=head, at=NOW)
        with pytest.raises(DatabaseError, match="coach_found_by_somebody"), transaction.atomic():
            DisclosureCoach.objects.update(coach=head)


class TestPage:
    @pytest.fixture
    def url(self, calamity):
        return reverse("calamities:disclosure", args=[calamity.reference])

    def page(self, client, url):
        return client.get(url).content.decode()

    def test_a_talk_from_planning_to_holding(self, client, url, calamity, head):
        client.force_login(head)
        client.post(url, {"do": "plan", "plan-moment": "2026-03-11T14:00", "plan-seen": ""})
        talk = DisclosureTalk.objects.get()
        assert talk.planned_for == datetime(2026, 3, 11, 13, tzinfo=UTC)
        move = {
            "do": "move",
            "talk": talk.pk,
            f"move-{talk.pk}-moment": "2026-03-12T14:00",
            f"move-{talk.pk}-seen": "2026-03-11T13:00:00+00:00",
        }
        client.post(url, move)
        held = {
            "do": "hold",
            "talk": talk.pk,
            f"held-{talk.pk}-moment": "2026-03-10T08:30",
            f"held-{talk.pk}-seen": "",
        }
        assert client.post(url, held).url == url
        talk.refresh_from_db()
        assert talk.held_at == datetime(2026, 3, 10, 7, 30, tzinfo=UTC)
        assert self.page(client, url).count('data-label="By"') == 3
        client.post(url, {"do": "call-off", "talk": talk.pk})
        talk.refresh_from_db()
        assert talk.cancelled_at == NOW

    @pytest.mark.parametrize(
        "data",
        [
            {"do": "plan", "plan-moment": "2026-03-11T14:00", "plan-seen": ""},
            {"do": "hold", "held-new-moment": "2026-03-09T20:00", "held-new-seen": ""},
        ],
    )
    def test_a_double_click_is_one_talk_and_is_told(self, client, url, head, data):
        client.force_login(head)
        client.post(url, data)
        assert "This talk is already listed here." in client.post(url, data, follow=True).content.decode()
        assert DisclosureTalk.objects.count() == TrackEvent.objects.count() == 1

    @pytest.mark.parametrize(
        ("moment", "said"),
        [
            ("2026-03-09T10:00", "This moment has passed already."),
            ("2028-03-09T10:00", "This is more than a year ahead."),
            ("", "This field is required."),
            ("soon", "Give a date and a time"),
        ],
    )
    def test_a_plan_that_cannot_be_comes_back_filled_in(self, client, url, member, moment, said):
        client.force_login(member)
        page = client.post(url, {"do": "plan", "plan-moment": moment, "plan-seen": ""}).content.decode()
        assert said in page
        assert f'value="{moment}"' in page or not moment
        assert not DisclosureTalk.objects.exists()

    def test_held_in_the_future_comes_back_filled_in(self, client, url, member):
        client.force_login(member)
        data = {"do": "hold", "held-new-moment": "2026-03-12T10:00", "held-new-seen": ""}
        assert "This moment is still to come." in client.post(url, data).content.decode()

    def test_a_coach_is_asked_for_searched_by_post_and_chosen(self, client, url, member):
        client.force_login(member)
        coach = UserFactory(name="Hanneke Prins")
        client.post(url, {"do": "ask-coach"})
        assert "Hanneke Prins" in client.post(url, {"q": "hanneke"}).content.decode()
        assert "Type at least two letters." in client.post(url, {"q": "h"}).text
        assert "Nobody found" in client.post(url, {"q": "zz"}).text
        client.post(url, {"do": "coach", "coach": coach.pk})
        page = self.page(client, url)
        assert "Hanneke Prins" in page
        assert member.name in page
        assert client.post(url, {"do": "coach", "coach": "nobody"}).status_code == 404

    def test_the_page_of_the_calamity_shows_it_to_who_may_see_it(self, client, url, calamity, member, head):
        talks.plan(incident=calamity, planned_for=LATER, by=member, at=NOW)
        detail = reverse("calamities:detail", args=[calamity.reference])
        for user, keeps in ((member, True), (head, True), (UserFactory(roles=[Role.DIRECTOR]), False)):
            client.force_login(user)
            page = self.page(client, detail)
            assert "Talks with patient and family" in page
            assert (url in page) is keeps

    def test_another_departments_head_does_not_find_it(self, client, url):
        client.force_login(UserFactory(roles=[Role.TEAM_LEADER], department=DepartmentFactory()))
        assert client.get(url).status_code == 404
