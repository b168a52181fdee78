"""Whoever is involved is told nothing of the event; who else has the role, or the place on duty, is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.access_log import reading
from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.calamities import alignment, milestones, put_aside, reminders
from incidents.enums import Clock, EventType, IncidentKind, Rung, Step
from incidents.models import Duty, events_of
from incidents.reports.report_writer import Involved, add_involved, report_incident
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from notifications.delivery import sweep
from notifications.models import Mail, Notice, Reminder
from notifications.notices import listing
from notifications.notices.listing import NoticeOpened
from notifications.reminders.reconcile import reconcile
from notifications.tests.factories import AbsenceFactory

AT = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)  # Monday 10:00
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DUTY_KINDS = (*reminders.DUTY.values(), reminders.DUTY_AGAIN)


@pytest.fixture
def ward():
    return DepartmentFactory()


@pytest.fixture
def house(ward):
    return {
        "member": UserFactory(roles=[Role.CCP]),
        "other member": UserFactory(roles=[Role.CCP]),
        "head": UserFactory(roles=[Role.TEAM_LEADER], department=ward),
        "director": UserFactory(roles=[Role.DIRECTOR]),
        "deputy": UserFactory(roles=[Role.DIRECTOR]),
        "third": UserFactory(roles=[Role.DIRECTOR]),
        "coordinator": UserFactory(roles=[Role.COORDINATOR]),
        "admin": UserFactory(roles=[Role.ADMIN]),
    }


def reported(ward, *people):
    return report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[Involved(employee=person) for person in people],
        submission_key=None,
        noticed_at=AT - HOUR,
        department=ward,
        at=AT,
    )


def on_duty(house):
    Duty.objects.create(
        starts_at=AT - DAY, ends_at=AT + 90 * DAY, director=house["director"], deputy=house["deputy"]
    )


def note(calamity, *, by, at):
    """Note that the director on duty was told; the step."""
    step = calamity.milestones.get(step=Step.DIRECTOR)
    return milestones.set_done(milestone=step, done_at=at, by=by, at=at, seen=None)


def told(house, *codes, until):
    """Who got a notice of one of these kinds up to `until`, by their name in the house."""
    while sweep.show_batch(at=until):
        pass
    names = {person.pk: name for name, person in house.items()}
    users = Notice.objects.filter(kind__in=codes).values_list("user", flat=True)
    return sorted(names[user] for user in users)


def add(incident, *people, at):
    return add_involved(
        incident=incident, involved=[Involved(employee=person) for person in people], by=None, at=at
    )


class TestTheCommittee:
    def test_another_member_is_told(self, house, ward):
        reported(ward, house["member"])
        assert told(house, reminders.CAME_IN, until=AT) == ["other member"]

    def test_mail_that_waits_is_not_sent_to_who_turns_out_to_be_involved(self, house, ward):
        calamity = reported(ward)
        assert told(house, reminders.CAME_IN, until=AT) == ["member", "other member"]
        add(calamity, house["member"], at=AT + HOUR)
        assert not Mail.objects.filter(user=house["member"]).exists()
        assert Mail.objects.filter(user=house["other member"]).exists()

    def test_notice_that_is_opened_all_the_same_says_nothing_of_why(self, house, ward):
        calamity = reported(ward)
        told(house, reminders.CAME_IN, until=AT)
        notice = Notice.objects.get(user=house["member"], kind=reminders.CAME_IN)
        InvolvementFactory(incident=calamity, employee=house["member"])
        opened = listing.open_notice(notice=notice, user=house["member"], at=AT)
        assert opened is NoticeOpened.NO_LONGER_YOURS

    def test_substitute_who_is_involved_leaves_it_with_its_owner(self, house, ward):
        AbsenceFactory(
            user=house["other member"],
            substitute=house["member"],
            first_day=AT.date(),
            last_day=AT.date(),
        )
        reported(ward, house["member"])
        assert told(house, reminders.CAME_IN, until=AT) == ["other member"]
        assert Mail.objects.filter(user=house["other member"], kind=reminders.CAME_IN).exists()


class TestTheDirectors:
    def test_deputy_is_told_at_once_in_the_place_of_who_is_on_duty(self, house, ward):
        on_duty(house)
        reported(ward, house["director"])
        assert told(house, reminders.DUTY[Rung.ON_DUTY], until=AT) == ["deputy"]

    def test_all_others_are_told_at_once_when_the_deputy_is_involved_too(self, house, ward):
        on_duty(house)
        reported(ward, house["director"], house["deputy"])
        assert told(house, reminders.DUTY[Rung.ON_DUTY], until=AT) == ["third"]

    def test_who_stands_in_has_the_place_still(self, house, ward):
        on_duty(house)
        AbsenceFactory(
            user=house["director"], substitute=house["third"], first_day=AT.date(), last_day=AT.date()
        )
        reported(ward, house["director"])
        assert told(house, reminders.DUTY[Rung.ON_DUTY], until=AT) == ["third"]

    def test_late_step_is_told_to_the_deputy_alone(self, house, ward):
        on_duty(house)
        reported(ward, house["director"])
        code = reminders.STEP[Rung.DIRECTOR, Clock.INTERNAL]
        assert set(told(house, code, until=AT + 60 * DAY)) == {"deputy"}

    def test_added_later_the_deputy_is_told_then(self, house, ward):
        on_duty(house)
        calamity = reported(ward)
        assert told(house, reminders.DUTY[Rung.ON_DUTY], until=AT) == ["director"]
        add(calamity, house["director"], at=AT + timedelta(minutes=5))
        assert told(house, reminders.DUTY[Rung.ON_DUTY], until=AT + timedelta(minutes=5)) == ["deputy"]
        assert reconcile(at=AT + timedelta(minutes=6)) == 0

    @pytest.mark.parametrize("noted_by", ["director", "member"])
    def test_added_after_it_was_noted_the_deputy_is_told_and_the_note_stays(self, house, ward, noted_by):
        on_duty(house)
        calamity = reported(ward)
        told(house, until=AT)
        step = note(calamity, by=house[noted_by], at=AT + MINUTE)
        add(calamity, house["director"], at=AT + HOUR)
        assert told(house, *DUTY_KINDS, until=AT + 2 * HOUR) == ["deputy"]
        notice = Notice.objects.get(user=house["deputy"])
        opened = listing.open_notice(notice=notice, user=house["deputy"], at=AT + 2 * HOUR)
        assert opened is NoticeOpened.YOURS
        step.refresh_from_db()
        assert (step.done_at, step.done_by) == (AT + MINUTE, house[noted_by])
        assert reconcile(at=AT + 2 * HOUR) == 0

    def test_told_on_the_page_then_added_on_the_page_the_deputy_is_told_as_if_new(
        self, house, ward, client, time_machine, smtp
    ):
        on_duty(house)
        calamity = reported(ward)
        assert told(house, *DUTY_KINDS, until=AT) == ["director"]
        client.force_login(house["director"])
        client.post(reverse("calamities:told", args=[calamity.reference]))
        step = calamity.milestones.get(step=Step.DIRECTOR)
        assert step.done_by == house["director"]
        time_machine.move_to(AT + HOUR)
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        added = {"send": "1", "person": [str(house["director"].pk)]}
        add_page = reverse("incidents:add-people", args=[calamity.reference])
        assert client.post(add_page, added).status_code == 302
        sweep.sweep(at=AT + HOUR + MINUTE)
        notice = Notice.objects.get(kind__in=DUTY_KINDS)
        assert notice.user == house["deputy"]
        assert smtp.addresses.count(house["deputy"].email) == 1
        client.force_login(house["deputy"])
        page = client.get(reverse("calamities:detail", args=[calamity.reference]))
        assert calamity.reference in page.text
        step.refresh_from_db()
        assert step.done_by == house["director"]

    def test_nobody_is_told_again_when_another_director_noted_it(self, house, ward):
        on_duty(house)
        calamity = reported(ward)
        note(calamity, by=house["third"], at=AT)
        add(calamity, house["director"], at=AT + HOUR)
        assert told(house, *DUTY_KINDS, until=AT + 2 * HOUR) == []

    def test_all_others_are_told_when_the_deputy_is_added_too(self, house, ward):
        on_duty(house)
        calamity = reported(ward)
        note(calamity, by=house["director"], at=AT)
        add(calamity, house["director"], house["deputy"], at=AT + HOUR)
        assert told(house, *DUTY_KINDS, until=AT + 2 * HOUR) == ["third"]


class TestTheHeads:
    def test_committee_is_told_where_the_own_head_is_involved(self, house, ward):
        reported(ward, house["head"])
        code = reminders.STEP[Rung.DUE, Clock.INTERNAL]
        align = Notice.objects.filter(kind=code, user=house["head"])
        told(house, code, until=AT + 60 * DAY)
        assert not align.exists()
        assert {"member", "other member"} <= set(told(house, code, until=AT + 60 * DAY))

    def test_another_department_whose_only_head_is_involved_has_nobody_who_can_answer(self, house, ward):
        house["other head"] = UserFactory(roles=[Role.TEAM_LEADER])
        calamity = reported(ward, house["other head"])
        alignment.name(
            incident=calamity, department=house["other head"].department, by=house["member"], at=AT
        )
        assert told(house, reminders.ALIGN, until=AT) == []
        assert told(house, reminders.ALIGN_NOBODY, until=AT) == ["member", "other member"]

    def test_head_who_is_added_later_is_asked_no_more_and_the_committee_hears(self, house, ward):
        house["other head"] = UserFactory(roles=[Role.TEAM_LEADER])
        calamity = reported(ward)
        alignment.name(
            incident=calamity, department=house["other head"].department, by=house["member"], at=AT
        )
        assert told(house, reminders.ALIGN, until=AT) == ["other head"]
        add(calamity, house["other head"], at=AT + HOUR)
        assert told(house, reminders.ALIGN, until=AT + HOUR) == []
        assert told(house, reminders.ALIGN_NOBODY, until=AT + HOUR) == ["member", "other member"]
        assert reconcile(at=AT + 2 * HOUR) == 0


class TestNobodyIsLeft:
    def test_administrator_hears_that_a_role_has_nobody_and_nothing_of_the_case(self, house, ward):
        calamity = reported(ward, house["coordinator"])
        told(house, until=AT)
        code = f"delivery.nobody_left_{Role.COORDINATOR}"
        assert told(house, code, until=AT) == ["admin"]
        notice = Notice.objects.get(kind=code)
        line = listing.line_of(code)
        assert str(Role.COORDINATOR.label) in line
        for row in (*Reminder.objects.filter(kind=code), *Mail.objects.filter(kind=code), notice):
            assert calamity.reference not in row.url
            assert row.subject_id != calamity.pk

    def test_it_waits_and_reaches_who_is_given_the_role(self, house, ward):
        reported(ward, house["coordinator"])
        told(house, until=AT)
        house["second"] = UserFactory(roles=[Role.COORDINATOR])
        assert told(house, "support.somebody_waits", until=AT + HOUR) == ["second"]

    def test_it_says_so_once_a_day(self, house, ward):
        reported(ward, house["coordinator"])
        for minutes in (0, 40, 90):
            told(house, until=AT + timedelta(minutes=minutes))
        assert Reminder.objects.filter(kind=f"delivery.nobody_left_{Role.COORDINATOR}").count() == 1

    def test_coordinator_sees_no_trace_of_it_in_how_delivery_goes(self, house, ward, client):
        reported(ward, house["coordinator"])
        for minutes in range(0, 600, 40):
            told(house, until=AT + timedelta(minutes=minutes))
        client.force_login(house["coordinator"])
        page = client.get(reverse("delivery")).content.decode()
        assert "Somebody waits" not in page
        assert "Reminders that could not be shown" not in page
        client.force_login(house["admin"])
        assert "Nobody in service has the role" in client.get(reverse("delivery")).content.decode()

    def test_what_concerns_nobody_any_more_is_no_alarm(self, house, ward):
        calamity = reported(ward, house["coordinator"])
        calamity.offers.update(closed_at=AT, outcome="declined", waiting_for="nothing")
        told(house, until=AT)
        assert not Reminder.objects.filter(kind__startswith="delivery.nobody_left").exists()


def test_events_of_somebody_are_the_open_and_the_closed_ones_but_not_the_erased():
    user = UserFactory()
    event = InvolvementFactory(employee=user).incident
    InvolvementFactory(erased=True)
    assert events_of(user) == [event.pk]
    pairs = {(user.pk, event.pk), (user.pk, IncidentFactory().pk), (UserFactory().pk, event.pk)}
    assert put_aside.among(pairs) == {(user.pk, event.pk)}


def test_coordinator_who_adds_herself_is_not_named_beside_her_record():
    coordinator, colleague = UserFactory(roles=[Role.COORDINATOR]), UserFactory()
    own, other = add_involved(
        incident=IncidentFactory(),
        involved=[Involved(employee=coordinator), Involved(employee=colleague)],
        by=coordinator,
        at=AT,
    )
    lines = {line.record: (line.user, line.basis) for line in AccessEvent.objects.all()}
    assert lines == {
        own.pk: (None, "own record"),
        other.pk: (coordinator, "coordinator of the case"),
    }


def test_privacy_officer_does_not_read_who_reported_them():
    officer = UserFactory(roles=[Role.PRIVACY_OFFICER])
    own, other = (
        report_incident(
            reporter=UserFactory(),
            kind=IncidentKind.COLLEAGUE,
            event_type=EventType.OTHER,
            involved=[Involved(employee=person)],
            submission_key=None,
            at=AT,
        )
        for person in (officer, UserFactory())
    )

    def seen(reader):
        lines = reading.matching(reader=reader, reference="", person="", since=None, until=None)
        return set(lines.values_list("object_ref", flat=True))

    assert seen(officer) == {other.reference}
    assert seen(UserFactory(roles=[Role.PRIVACY_OFFICER])) == {own.reference, other.reference}
