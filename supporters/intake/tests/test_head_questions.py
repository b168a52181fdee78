"""The head of department is asked who was there, and may add who was forgotten; never who took up support.

Also covers supporters.intake.views.head_questions.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, User
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from incidents.enums import EventType, IncidentKind
from incidents.models import Incident, Involvement
from incidents.reports import withdrawal
from incidents.reports.report_writer import Involved, report_incident
from notifications.delivery import sweep
from notifications.models import Notice, Reminder
from notifications.reminders import kinds
from notifications.reminders.reconcile import reconcile
from supporters.contacts import announcing
from supporters.enums import HeadAnswer, NotNeededReason
from supporters.intake import head_questions, unnamed_reports
from supporters.intake.reminders import HEAD_ASKED, HEAD_SILENT
from supporters.models import HeadQuestion, SupportPolicy, UnnamedReport
from supporters.offers import joining, own_support, retention
from supporters.tests.factories import HeadQuestionFactory

NOW = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)  # a Monday, 10:00
DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def ward():
    return DepartmentFactory()


@pytest.fixture
def head(ward):
    return UserFactory(roles=[Role.TEAM_LEADER], department=ward, language="en")


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR], language="en")


def report(
    ward, *people, event_type=EventType.RESUSCITATION, reporter=None, kind=IncidentKind.EVENT, **fields
):
    return report_incident(
        reporter=reporter or UserFactory(),
        kind=kind,
        event_type=event_type,
        involved=[Involved(employee=person) for person in people],
        submission_key=None,
        department=ward,
        at=fields.pop("at", NOW),
        **fields,
    )


def address(incident):
    return reverse("support:who-was-there", args=[incident.reference])


def add(client, incident, *people):
    return client.post(
        address(incident), {"person": [str(one.pk) for one in people], "send": "1"}, follow=True
    )


class TestAsked:
    def test_whoever_reports_it_and_whether_or_not_it_names_people(self, ward, head):
        for incident in (report(ward), report(ward, UserFactory())):
            asked = Reminder.objects.get(kind=HEAD_ASKED, subject_id=incident.pk)
            assert (asked.recipient, asked.url) == (head, address(incident))
            assert kinds.get(HEAD_ASKED).concerns(head, incident.pk)

    @pytest.mark.parametrize(
        "fields",
        [
            {"event_type": EventType.COMPLAINT},
            {"kind": IncidentKind.VIM, "occurred_at": NOW - 15 * DAY},
        ],
    )
    def test_not_after_anything_else_or_what_was_long_ago(self, ward, head, fields):
        report(ward, **fields)
        assert not HeadQuestion.objects.exists()

    def test_after_what_the_policy_lists(self, ward, head):
        SupportPolicy.current()
        SupportPolicy.objects.update(always_offered=[EventType.COMPLAINT])
        report(ward)
        assert not HeadQuestion.objects.exists()
        report(ward, event_type=EventType.COMPLAINT)
        assert HeadQuestion.objects.exists()

    def test_not_who_reported_it_and_named_people(self, ward, head, coordinator):
        """They said who was there; one who named nobody is asked, and no longer once they named people."""
        report(ward, UserFactory(), reporter=head)
        assert not HeadQuestion.objects.exists()
        silent = report(ward, reporter=head)
        assert HeadQuestion.objects.waiting().filter(incident=silent).exists()
        head_questions.reporter_named(silent, NOW)
        assert HeadQuestion.objects.get().answer == HeadAnswer.SETTLED
        # Of another department they are no head.
        report(DepartmentFactory(), UserFactory(), reporter=head)
        assert HeadQuestion.objects.waiting().count() == 1

    def test_no_longer_of_a_report_that_is_joined_with_theirs(self, ward, head, coordinator):
        asked, own = report(ward), report(ward, UserFactory(), reporter=head)
        joining.join(one=asked, other=own, by=coordinator, at=NOW)
        assert not HeadQuestion.objects.waiting().exists()

    def test_whoever_was_asked_by_the_coordinator_and_named_people_is_asked_no_longer(
        self, client, ward, head, coordinator
    ):
        own = report(ward, reporter=head)
        unnamed_reports.ask_reporter(report=own.unnamed, by=coordinator, at=NOW)
        client.force_login(head)
        page = reverse("support:name-people", args=[own.reference])
        client.post(page, {"person": [str(UserFactory().pk)], "send": "1"})
        assert own.involvements.count() == 1
        assert not HeadQuestion.objects.waiting().exists()

    def test_not_who_was_there_themselves(self, ward, head):
        other = UserFactory(roles=[Role.TEAM_LEADER], department=ward)
        report(ward, head)
        assert Reminder.objects.get(kind=HEAD_ASKED).recipient == other

    def test_neither_notice_nor_mail_says_what_happened(self, ward, head):
        incident = report(ward, UserFactory())
        line = str(kinds.get(HEAD_ASKED).line)
        assert incident.get_event_type_display() not in line
        about = kinds.get(HEAD_ASKED).about
        assert about
        assert about(head, [incident.pk]) == {}

    def test_once_of_each_department(self, ward):
        question = HeadQuestionFactory(department=ward)
        with pytest.raises(IntegrityError, match="head_question_once"), transaction.atomic():
            HeadQuestionFactory(incident=question.incident, department=ward)
        with pytest.raises(IntegrityError, match="head_question_answered_has_moment"), transaction.atomic():
            HeadQuestion.objects.update(answered_at=NOW)

    def test_goes_with_a_report_that_is_taken_back_and_along_with_one_that_is_joined(
        self, ward, head, coordinator
    ):
        incident = report(ward)
        withdrawal.withdraw(incident=incident, by=incident.reporter, at=NOW)
        assert not HeadQuestion.objects.exists()
        one, other = report(ward), report(DepartmentFactory())
        joining.join(one=one, other=other, by=coordinator, at=NOW)
        assert HeadQuestion.objects.filter(incident__joined_into=None).count() == 2

    def test_what_is_missing_is_found_at_night(self, ward, head):
        report(ward)
        Reminder.objects.all().delete()
        reconcile(at=NOW)
        assert set(Reminder.objects.values_list("kind", flat=True)) >= {HEAD_ASKED, HEAD_SILENT}


class TestAnswer:
    def test_names_who_was_there_and_they_are_told_as_others_are(self, client, ward, head):
        incident = report(ward, UserFactory())
        onlooker = UserFactory()
        client.force_login(head)
        assert "named people already. Is anybody missing?" in client.get(address(incident)).text
        page = add(client, incident, onlooker).text
        assert "Whoever you named is offered support" in page
        assert onlooker.name in page
        assert HeadQuestion.objects.get().answer == HeadAnswer.NAMED
        assert Reminder.objects.filter(kind=announcing.ANNOUNCED, recipient=onlooker).exists()
        assert not kinds.get(HEAD_ASKED).concerns(head, incident.pk)

    def test_also_somebody_without_an_account(self, client, ward, head):
        incident = report(ward)
        client.force_login(head)
        hand = {
            "hand-1-seen": "1",
            "hand-1-name": "Sanne de Wit",
            "hand-1-telephone": "06 12345678",
            "hand-1-profession": str(ProfessionFactory().pk),
        }
        client.post(address(incident), {"person": ["hand-1"], "send": "1", **hand})
        assert Involvement.objects.get().typed_name == "Sanne de Wit"

    def test_nobody_is_missing(self, client, ward, head):
        incident = report(ward, UserFactory())
        client.force_login(head)
        assert (
            "Noted: nobody is missing." in client.post(address(incident), {"nobody": "1"}, follow=True).text
        )
        assert HeadQuestion.objects.get().answer == HeadAnswer.NOBODY_MISSING
        assert "Nobody is missing</button>" not in client.get(address(incident)).text

    def test_the_list_is_what_the_head_named_and_stays_whatever_they_choose(self, client, ward, head):
        named_by_both, named_by_reporter, mine = UserFactory.create_batch(3)
        incident = report(ward, named_by_both, named_by_reporter)
        client.force_login(head)
        page = add(client, incident, mine, named_by_both).text
        assert "is already on the list" not in page
        card = client.get(address(incident)).text
        assert mine.name in card
        assert named_by_both.name in card
        assert named_by_reporter.name not in card
        own_support.decline(offer=Involvement.objects.get(employee=mine).offer, by=mine, at=NOW)
        assert client.get(address(incident)).text.count(mine.name) == card.count(mine.name)

    def test_who_was_named_before_stands_among_those_the_head_named(self, client, ward, head):
        """What the head reads must not say whether a name was on the report already."""
        known, new = UserFactory(name="Aleid Bos"), UserFactory(name="Bram Kok")
        incident = report(ward, known)
        client.force_login(head)
        for person in (new, known):
            page = add(client, incident, person)
            assert [row.name for row in page.context["named"]] == sorted(
                row.name for row in page.context["named"]
            )
        assert [row.name for row in page.context["named"]] == ["Aleid Bos", "Bram Kok"]
        assert incident.involvements.count() == 2

    def test_the_names_go_when_promised(self, client, ward, head, time_machine):
        incident = report(ward)
        mine = UserFactory()
        client.force_login(head)
        add(client, incident, mine)
        time_machine.move_to(NOW + 2 * DAY)
        client.force_login(head)
        assert mine.name not in client.get(address(incident)).text

    def test_the_own_page_of_who_was_named_does_not_say_by_whom(self, client, ward, head):
        incident = report(ward)
        mine = UserFactory()
        client.force_login(head)
        add(client, incident, mine)
        client.force_login(mine)
        assert head.name not in client.get("/me/").text

    def test_another_head_and_who_is_involved_find_no_page(self, client, ward, head):
        incident = report(ward, head)
        elsewhere = UserFactory(roles=[Role.TEAM_LEADER], department=DepartmentFactory())
        for user in (head, elsewhere):
            client.force_login(user)
            assert client.get(address(incident)).status_code == 404


class TestOwnReport:
    def test_whom_the_head_named_in_it_stands_there_and_who_is_added_since_as_well(self, client, ward, head):
        named, added = UserFactory(name="Bram Kok"), UserFactory(name="Aleid Bos")
        incident = report(ward, named, reporter=head)
        client.force_login(head)
        page = client.get(address(incident))
        # Not asked: they said who was there.
        assert "Nobody is missing" not in page.text
        assert "reported this" not in page.text
        assert [row.name for row in page.context["named"]] == ["Bram Kok"]
        page = add(client, incident, added, named)
        assert [row.name for row in page.context["named"]] == ["Aleid Bos", "Bram Kok"]
        line = AccessEvent.objects.filter(action=AccessAction.VIEW, record=page.context["named"][1].pk)
        assert {(each.user, each.basis) for each in line} == {(head, "own report")}

    def test_that_names_nobody_yet(self, client, ward, head):
        client.force_login(head)
        page = client.get(address(report(ward, reporter=head)))
        assert "You reported this, and named nobody yet." in page.text
        assert page.context["named"] == []

    def test_whom_somebody_else_added_is_not_shown(self, client, ward, head):
        incident = report(ward, UserFactory(name="Bram Kok"), reporter=head)
        other, late = UserFactory(roles=[Role.TEAM_LEADER], department=DepartmentFactory()), UserFactory()
        head_questions.name(
            incident=incident, involved=[Involved(employee=late)], by=other, at=NOW + timedelta(minutes=5)
        )
        client.force_login(head)
        assert [row.name for row in client.get(address(incident)).context["named"]] == ["Bram Kok"]

    def test_the_names_go_from_here_when_they_go_from_the_report(self, client, ward, head, time_machine):
        incident = report(ward, UserFactory(name="Bram Kok"), reporter=head)
        time_machine.move_to(NOW + 2 * DAY)
        client.force_login(head)
        for page in (address(incident), reverse("incidents:detail", args=[incident.reference])):
            assert "Bram Kok" not in client.get(page).text

    def test_no_name_goes_while_the_head_sees_them(self, client, ward, head):
        """Also who was named on this page: one name less would say whose support has ended."""
        gone, stays = UserFactory(name="Aleid Bos"), UserFactory(name="Bram Kok")
        incident = report(ward, gone, stays, reporter=head)
        client.force_login(head)
        add(client, incident, stays, UserFactory(name="Cor Dam"))
        offer = Involvement.objects.get(employee=gone).offer
        own_support.decline(offer=offer, by=gone, at=NOW)
        retention.erase_own(offer=offer, by=gone, at=NOW)
        named = client.get(address(incident)).context["named"]
        assert [each.name for each in named] == ["Aleid Bos", "Bram Kok", "Cor Dam"]


class TestForgotten:
    def test_is_added_to_the_own_report_within_the_days_and_then_it_is_said_where_to_turn(
        self, client, ward, head, time_machine
    ):
        incident = report(DepartmentFactory(), UserFactory(), event_type=EventType.SAFETY, reporter=head)
        client.force_login(head)
        detail = client.get(reverse("incidents:detail", args=[incident.reference])).text
        assert address(incident) in detail
        forgotten = UserFactory()
        time_machine.move_to(NOW + 13 * DAY)
        client.force_login(head)
        add(client, incident, forgotten)
        assert Reminder.objects.filter(kind=announcing.ANNOUNCED, recipient=forgotten).exists()
        time_machine.move_to(NOW + 15 * DAY)
        client.force_login(head)
        page = add(client, incident, UserFactory()).text
        assert "turn to the coordinator" in page
        assert reverse("incidents:report", args=["colleague"]) in page
        assert Involvement.objects.filter(incident=incident).count() == 2

    def test_by_whoever_reported_it_and_nobody_is_asked_less_for_that(self, client, ward, head):
        reporter, forgotten = UserFactory(department=ward), UserFactory()
        incident = report(ward, UserFactory(), reporter=reporter)
        client.force_login(reporter)
        client.post(address(incident), {"person": [str(forgotten.pk)], "send": "1"})
        assert Involvement.objects.filter(incident=incident, employee=forgotten).exists()
        client.post(address(incident), {"nobody": "1"})
        assert HeadQuestion.objects.get(incident=incident).answered_at is None
        lines = AccessEvent.objects.filter(user=reporter, access_point=head_questions.PAGE)
        assert set(lines.values_list("responsible", flat=True)) <= {None, ""}

    def test_not_by_another_employee_or_to_a_request_for_support(self, client, ward, head):
        client.force_login(UserFactory(department=ward))
        assert client.get(address(report(ward))).status_code == 404
        client.force_login(head)
        own = report(ward, UserFactory(), kind=IncidentKind.COLLEAGUE, reporter=head)
        assert client.get(address(own)).status_code == 404


class TestUnanswered:
    @pytest.fixture
    def late(self, ward, head, time_machine):
        incident = report(ward)
        time_machine.move_to(NOW + DAY + timedelta(hours=1))
        return incident

    def test_is_on_the_coordinators_worklist(self, client, late, coordinator):
        sweep.sweep(at=NOW + 2 * DAY)
        assert Notice.objects.filter(user=coordinator, kind=HEAD_SILENT).exists()
        client.force_login(coordinator)
        assert "Head not heard" in client.get("/support/").text
        page = client.get("/support/intake/?show=heads").text
        assert late.reference in page
        client.post(reverse("support:head-settle", args=[HeadQuestion.objects.get().pk]))
        assert late.reference not in client.get("/support/intake/?show=heads").text
        assert "Head not heard" not in client.get("/support/").text

    def test_says_whom_to_call_and_how(self, client, ward, head, late, coordinator):
        User.objects.filter(pk=head.pk).update(name="Marja de Hoofd", telephone="0612345678")
        report(ward, UserFactory(roles=[Role.TEAM_LEADER], department=ward, name="Was Erbij"), at=NOW)
        client.force_login(coordinator)
        page = client.get("/support/intake/?show=heads")
        assert "Marja de Hoofd" in page.text
        assert 'href="tel:+31612345678"' in page.text
        # Who was part of an event is not called about it, and is about another.
        assert sorted(len(each.heads) for each in page.context["heads"]) == [1, 2]

    def test_costs_as_many_queries_for_many(self, client, ward, late, coordinator):
        client.force_login(coordinator)
        client.get("/support/intake/?show=heads")
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as asked:
                client.get("/support/intake/?show=heads")
            counts.append(len(asked))
            for _ in range(4):
                report(DepartmentFactory(), at=NOW)
        assert counts[0] == counts[1]

    def test_not_where_support_is_needed_for_nobody(self, client, late, coordinator):
        unnamed_reports.no_support_needed(
            [UnnamedReport.objects.get().pk], reason=NotNeededReason.NOBODY, by=coordinator, at=NOW
        )
        assert HeadQuestion.objects.get().answer == HeadAnswer.SETTLED

    def test_nor_of_an_event_of_the_coordinators_own(self, client, late, coordinator):
        head_questions.name(
            incident=late,
            involved=[Involved(employee=coordinator)],
            by=UserFactory(roles=[Role.TEAM_LEADER], department=DepartmentFactory()),
            at=NOW,
        )
        client.force_login(coordinator)
        assert Incident.objects.get().reference not in client.get("/support/intake/?show=heads").text
        assert "Head not heard" not in client.get("/support/").text
