"""The moments after a calamity, as the committee sets them; who is told is supporters' (test_told_later)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from incidents.calamities import later_moments
from incidents.calamities.later_moments import MomentThere, NotAhead
from incidents.calamities.milestones import Stale
from incidents.enums import LaterMomentKind, LaterMomentWay, TrackEventKind
from incidents.models import LaterMoment, TrackEvent
from incidents.tests.factories import IncidentFactory, InvolvementFactory

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
MINUTE = timedelta(minutes=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def calamity():
    return IncidentFactory(established=True)


@pytest.fixture
def member():
    return UserFactory(roles=[Role.CCP], language="en")


def set_moment(calamity, member, *, planned_for=LATER, at=NOW, **given):
    fields = {"kind": LaterMomentKind.FEEDBACK, "way": LaterMomentWay.MEETING, "place": "Room 2"}
    return later_moments.set_moment(
        incident=calamity, planned_for=planned_for, by=member, at=at, **{**fields, **given}
    )


def move(moment, member, planned_for, *, seen, at):
    return later_moments.move(
        moment=moment,
        planned_for=planned_for,
        way=LaterMomentWay.WARD,
        place="",
        by=member,
        at=at,
        seen=seen,
    )


def test_is_set_moved_and_cancelled_and_the_log_keeps_each(calamity, member):
    moment = set_moment(calamity, member)
    other_day = LATER + timedelta(days=1)
    moved = move(moment, member, other_day, seen=NOW, at=NOW + MINUTE)
    assert (moved.planned_for, moved.way, moved.place) == (other_day, LaterMomentWay.WARD, "")
    later_moments.cancel(moment=moment, by=member, at=NOW + 2 * MINUTE, seen=NOW + MINUTE)
    lines = TrackEvent.objects.order_by("id").values_list("kind", "later", "moment", "previous")
    assert list(lines) == [
        (TrackEventKind.LATER_SET, "feedback", LATER, None),
        (TrackEventKind.LATER_SET, "feedback", other_day, LATER),
        (TrackEventKind.LATER_CANCELLED, "feedback", None, other_day),
    ]
    assert AccessEvent.objects.filter(access_point=later_moments.PAGE).count() == 3
    assert later_moments.of(calamity) == []


def test_one_of_two_who_change_it_at_once_is_told(calamity, member):
    moment = set_moment(calamity, member)
    move(moment, member, LATER + timedelta(days=1), seen=NOW, at=NOW + MINUTE)
    with pytest.raises(Stale):
        move(moment, member, LATER + timedelta(days=2), seen=NOW, at=NOW + 2 * MINUTE)
    with pytest.raises(Stale):
        later_moments.cancel(moment=moment, by=member, at=NOW + 2 * MINUTE, seen=NOW)


def test_what_has_passed_is_not_changed(calamity, member):
    moment = set_moment(calamity, member)
    with pytest.raises(Stale):
        later_moments.cancel(moment=moment, by=member, at=LATER + MINUTE, seen=NOW)


def test_a_double_click_sets_it_once(calamity, member):
    set_moment(calamity, member)
    with pytest.raises(MomentThere):
        set_moment(calamity, member)
    set_moment(calamity, member, kind=LaterMomentKind.HEARING)


@pytest.mark.parametrize("planned_for", [NOW, NOW - MINUTE, NOW + timedelta(days=367)])
def test_is_set_for_the_coming_year(calamity, member, planned_for):
    with pytest.raises(NotAhead):
        set_moment(calamity, member, planned_for=planned_for)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "feedback", "way": ""},
        {"kind": "press", "way": "meeting"},
        {"kind": "press", "place": "Room 2"},
        {"kind": "press", "changed_at": NOW - MINUTE},
        {"kind": "press", "cancelled_at": NOW + MINUTE},
    ],
)
def test_the_database_holds_what_a_moment_is(calamity, fields):
    moments = {"planned_for": LATER, "set_at": NOW, "changed_at": NOW}
    with pytest.raises(DatabaseError, match="later_moment_"), transaction.atomic():
        LaterMoment.objects.create(incident=calamity, **{**moments, **fields})


class TestPage:
    @pytest.fixture
    def url(self, calamity):
        return reverse("calamities:later", args=[calamity.reference])

    def test_sets_changes_and_cancels_and_never_says_who(self, client, calamity, member, url):
        for name in ("Sanne Bos", "Pim de Graaf"):
            InvolvementFactory(incident=calamity, employee__name=name)
        client.force_login(member)
        day = timezone.localtime(LATER)
        form = {
            "do": "set",
            "set-kind": "feedback",
            "set-moment": f"{day:%Y-%m-%dT%H:%M}",
            "set-way": "meeting",
            "set-place": "Room 2",
        }
        page = client.post(url, form, follow=True).text
        sheet = client.get(reverse("calamities:evidence", args=[calamity.reference])).text
        card = client.get(reverse("calamities:detail", args=[calamity.reference])).text
        for each in (page, sheet, card):
            assert "0 of 2 were told" in each
            assert "Sanne" not in each
            assert "Pim" not in each
        moment = LaterMoment.objects.get()
        assert (moment.planned_for, moment.way, moment.place) == (LATER, "meeting", "Room 2")

    def test_says_that_nobody_is_told_where_nobody_is_named(self, client, member, url):
        client.force_login(member)
        day = f"{timezone.localtime(LATER):%Y-%m-%dT%H:%M}"
        form = {"do": "set", "set-moment": day, "set-kind": "press"}
        page = client.post(url, form, follow=True).text
        assert "Nobody is named yet, so nobody is told" in page
        assert "Everybody who was involved and can still be reached is told." not in page

    def test_asks_how_only_where_people_meet(self, client, member, url):
        client.force_login(member)
        day = f"{timezone.localtime(LATER):%Y-%m-%dT%H:%M}"
        form = {"do": "set", "set-moment": day, "set-kind": "hearing"}
        assert "Choose how." in client.post(url, form).text
        client.post(url, form | {"set-kind": "press", "set-way": "ward", "set-place": "Here"})
        assert LaterMoment.objects.values_list("kind", "way", "place").get() == ("press", "", "")

    def test_who_was_late_reads_how_it_is_now(self, client, calamity, member, url, time_machine):
        moment = set_moment(calamity, member)
        client.force_login(member)
        time_machine.move_to(NOW + MINUTE)
        form = {"do": "cancel", "later": str(moment.pk), "seen": moment.changed_at.isoformat()}
        assert "Cancelled." in client.post(url, form, follow=True).text
        assert "This has just been changed" in client.post(url, form, follow=True).text
        assert "This has just been changed" in client.post(url, form | {"seen": "x"}, follow=True).text

    def test_is_moved_and_those_involved_are_told(self, client, calamity, member, url, time_machine):
        InvolvementFactory(incident=calamity)
        moment = set_moment(calamity, member)
        client.force_login(member)
        time_machine.move_to(NOW + MINUTE)
        other = timezone.localtime(LATER + timedelta(days=2))
        prefix = f"move-{moment.pk}"
        form = {
            "do": "move",
            "later": str(moment.pk),
            f"{prefix}-moment": f"{other:%Y-%m-%dT%H:%M}",
            f"{prefix}-way": "telephone",
            f"{prefix}-seen": moment.changed_at.isoformat(),
        }
        wrong = client.post(url, form | {f"{prefix}-way": ""})
        assert "Choose how." in wrong.text
        assert f"{other:%Y-%m-%dT%H:%M}" in wrong.text
        page = client.post(url, form, follow=True).text
        assert "Changed. Everybody who was involved and can still be reached is told." in page
        moment.refresh_from_db()
        assert (timezone.localtime(moment.planned_for), moment.way) == (other, "telephone")
        assert "This has just been changed" in client.post(url, form, follow=True).text

    def test_moved_or_cancelled_where_nobody_is_named_says_that_nobody_is_told(
        self, client, calamity, member, url, time_machine
    ):
        moment = set_moment(calamity, member)
        client.force_login(member)
        prefix = f"move-{moment.pk}"
        form = {
            "do": "move",
            "later": str(moment.pk),
            f"{prefix}-moment": f"{timezone.localtime(LATER + timedelta(days=2)):%Y-%m-%dT%H:%M}",
            f"{prefix}-way": "ward",
            f"{prefix}-seen": moment.changed_at.isoformat(),
        }
        time_machine.move_to(NOW + MINUTE)
        assert "Changed. Nobody is named yet" in client.post(url, form, follow=True).text
        moment.refresh_from_db()
        time_machine.move_to(NOW + 2 * MINUTE)
        form = {"do": "cancel", "later": str(moment.pk), "seen": moment.changed_at.isoformat()}
        assert "Cancelled. Nobody is named" in client.post(url, form, follow=True).text

    def test_the_same_twice_is_one_and_what_is_none_is_not_there(self, client, calamity, member, url):
        client.force_login(member)
        day = f"{timezone.localtime(LATER):%Y-%m-%dT%H:%M}"
        form = {"do": "set", "set-moment": day, "set-kind": "press"}
        client.post(url, form)
        assert "This moment is already listed here." in client.post(url, form, follow=True).text
        assert LaterMoment.objects.count() == 1
        for later in ("", "x", str(calamity.pk)):
            assert client.post(url, {"do": "cancel", "later": later}).status_code == 404

    @pytest.mark.parametrize("moment", ["2026-03-08T10:00", "2027-03-11T10:00"])
    def test_a_moment_that_has_passed_or_is_far_comes_back_with_the_reason(self, client, member, url, moment):
        client.force_login(member)
        page = client.post(url, {"do": "set", "set-moment": moment, "set-kind": "press"})
        assert page.context["form"].errors["moment"]
        assert moment in page.text
        assert not LaterMoment.objects.exists()
