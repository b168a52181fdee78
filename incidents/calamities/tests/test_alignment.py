import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.calamities import alignment, milestones, reminders
from incidents.calamities.classification import classify, standing
from incidents.calamities.milestones import NotAligned, Stale
from incidents.enums import EventType, Ground, IncidentKind, Step, TrackEventKind, Verdict
from incidents.models import Alignment, Milestone, TrackEvent
from incidents.reports.report_writer import report_incident
from notifications.delivery import sweep
from notifications.models import Notice, Reminder

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
AT = NOTICED + timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


@pytest.fixture
def calamity():
    return report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        involved=[],
        submission_key=None,
        department=DepartmentFactory(),
        noticed_at=NOTICED,
        at=AT,
    )


@pytest.fixture
def member():
    return UserFactory(roles=[Role.CCP])


@pytest.fixture
def head():
    return UserFactory(roles=[Role.TEAM_LEADER])


def step_of(calamity):
    return Milestone.objects.select_related("incident").get(incident=calamity, step=Step.ALIGNMENT)


def logged():
    return list(TrackEvent.objects.order_by("id").values_list("kind", flat=True))


class TestNaming:
    def test_asks_the_heads_of_that_department_at_once(self, calamity, member, head):
        other = UserFactory(roles=[Role.TEAM_LEADER])
        row = alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        sweep.show_batch(at=AT)
        assert list(Notice.objects.filter(subject_id=row.pk).values_list("user", flat=True)) == [head.pk]
        assert not Notice.objects.filter(user=other).exists()
        assert TrackEvent.objects.get().department == head.department

    def test_twice_or_the_own_department_is_refused(self, calamity, member, head):
        alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        with pytest.raises(alignment.AlreadyNamed):
            alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        with pytest.raises(alignment.OwnDepartment):
            alignment.name(incident=calamity, department=calamity.department, by=member, at=AT)
        assert logged() == [TrackEventKind.DEPARTMENT_NAMED]

    def test_opens_a_step_that_was_done(self, calamity, member, head):
        step = step_of(calamity)
        milestones.set_done(milestone=step, done_at=AT, by=member, at=AT, seen=None)
        alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        assert step_of(calamity).done_at is None

    def test_of_what_is_no_calamity_is_not_asked(self, calamity, member, head):
        classify(
            incident=calamity,
            verdict=Verdict.NONE,
            ground=Ground.MISTAKE,
            by=member,
            at=AT,
            seen=standing(calamity),
        )
        with pytest.raises(Stale):
            alignment.name(incident=calamity, department=head.department, by=member, at=AT)


class TestConfirming:
    def test_the_last_one_ends_the_step(self, calamity, member, head):
        second = UserFactory(roles=[Role.TEAM_LEADER])
        rows = [
            alignment.name(incident=calamity, department=one.department, by=member, at=AT)
            for one in (head, second)
        ]
        alignment.confirm(alignment=rows[0], by=head, at=AT)
        assert step_of(calamity).done_at is None
        alignment.confirm(alignment=rows[1], by=second, at=AT)
        assert (step_of(calamity).done_at, step_of(calamity).done_by) == (AT, second)
        assert not Reminder.objects.waiting().filter(kind=reminders.ALIGN).exists()

    def test_while_one_has_not_the_step_cannot_be_marked(self, calamity, member, head):
        alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        with pytest.raises(NotAligned):
            milestones.set_done(milestone=step_of(calamity), done_at=AT, by=member, at=AT, seen=None)

    def test_taking_the_last_one_off_ends_the_step_if_another_confirmed(self, calamity, member, head):
        second = UserFactory(roles=[Role.TEAM_LEADER])
        first_row = alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        second_row = alignment.name(incident=calamity, department=second.department, by=member, at=AT)
        alignment.confirm(alignment=first_row, by=head, at=AT)
        alignment.drop(alignment=second_row, by=member, at=AT)
        assert step_of(calamity).done_at == AT
        with pytest.raises(Stale):
            alignment.confirm(alignment=second_row, by=second, at=AT)

    def test_taking_the_only_one_off_leaves_the_step_open(self, calamity, member, head):
        row = alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        alignment.drop(alignment=row, by=member, at=AT)
        assert step_of(calamity).done_at is None
        again = alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        assert again.pk != row.pk

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_are_one(self, calamity, member, head):
        row = alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        ready, outcomes = threading.Barrier(2), []

        def confirm(person):
            ready.wait(10)
            try:
                alignment.confirm(alignment=Alignment.objects.get(pk=row.pk), by=person, at=AT)
                outcomes.append("confirmed")
            except Stale:
                outcomes.append("told")
            finally:
                connection.close()

        threads = [threading.Thread(target=confirm, args=[person]) for person in (member, head)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == ["confirmed", "told"]
        assert logged().count(TrackEventKind.DEPARTMENT_CONFIRMED) == 1


class TestPages:
    def address(self, name, calamity, row=None):
        args = [calamity.reference, row.pk] if row else [calamity.reference]
        return reverse(f"calamities:{name}", args=args)

    def test_the_committee_names_and_records(self, client, calamity, member, head):
        client.force_login(member)
        client.post(self.address("align", calamity), {"align-department": head.department_id})
        page = client.get(self.address("detail", calamity)).content.decode()
        assert head.department.name in page
        assert "Asked, not confirmed yet" in page
        client.post(self.address("align-confirm", calamity, Alignment.objects.get()))
        page = client.get(self.address("detail", calamity)).content.decode()
        assert f"· {member.name}" in page
        assert AccessEvent.objects.filter(action="change", object_ref=calamity.reference).count() == 2

    def test_a_head_sees_the_own_department_and_step_and_confirms(self, client, calamity, member, head):
        other = alignment.name(incident=calamity, department=DepartmentFactory(), by=member, at=AT)
        client.force_login(head)
        assert client.get(self.address("detail", calamity)).status_code == 404
        row = alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        page = client.get(self.address("detail", calamity)).content.decode()
        assert str(Step.ALIGNMENT.label) in page
        assert str(Step.IGJ.label) not in page
        assert other.department.name not in page
        assert client.post(self.address("align-confirm", calamity, other)).status_code == 404
        assert client.post(self.address("align-drop", calamity, row)).status_code == 404
        assert client.post(self.address("align", calamity)).status_code == 404
        client.post(self.address("align-confirm", calamity, row))
        row.refresh_from_db()
        assert row.confirmed_by == head

    def test_the_head_of_the_calamitys_own_department_keeps_the_list(self, client, calamity, head):
        own = UserFactory(roles=[Role.TEAM_LEADER], department=calamity.department)
        client.force_login(own)
        client.post(self.address("align", calamity), {"align-department": head.department_id})
        row = Alignment.objects.get()
        assert client.post(self.address("align-confirm", calamity, row)).status_code == 404
        client.post(self.address("align-drop", calamity, row))
        row.refresh_from_db()
        assert row.dropped_at == AT

    def test_who_is_second_is_told(self, client, calamity, member, head):
        row = alignment.name(incident=calamity, department=head.department, by=member, at=AT)
        alignment.confirm(alignment=row, by=head, at=AT)
        client.force_login(member)
        client.post(self.address("align-confirm", calamity, row))
        assert (
            "This has just been changed, by somebody else"
            in client.get(self.address("detail", calamity)).content.decode()
        )

    def test_a_department_that_is_none_of_them_is_refused_with_words(self, client, calamity, member):
        client.force_login(member)
        own = {"align-department": calamity.department_id}
        page = client.post(self.address("align", calamity), own).content.decode()
        assert "Select a valid choice" in page
        assert not Alignment.objects.exists()
