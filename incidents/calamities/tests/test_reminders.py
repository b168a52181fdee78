"""What a calamity reminds people of, and whom.

Also covers incidents.calamities.who_is_told.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Q

from accounts.enums import Role
from accounts.models import User
from accounts.tests.factories import DepartmentFactory, UserFactory
from hospital.clock import AMSTERDAM
from incidents.calamities import milestones, reminders
from incidents.calamities.classification import classify, standing
from incidents.enums import Clock, EventType, Ground, IncidentKind, Rung, Step, Verdict
from incidents.models import Alignment, Duty, Milestone, Policy
from incidents.reports.report_writer import Involved, report_incident
from incidents.tests.factories import on_team
from notifications.delivery import sweep
from notifications.models import Mail, Notice, Reminder
from notifications.reminders import kinds
from notifications.reminders.reconcile import reconcile
from notifications.tests.factories import AbsenceFactory

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # Monday 9:00
AT = NOTICED + timedelta(hours=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


@pytest.fixture
def ward():
    return DepartmentFactory()


@pytest.fixture
def house(ward):
    """One of each, so that it shows who is told and who is not."""
    return {
        "member": UserFactory(roles=[Role.CCP]),
        "head": UserFactory(roles=[Role.TEAM_LEADER], department=ward),
        "other head": UserFactory(roles=[Role.TEAM_LEADER]),
        "coordinator": UserFactory(roles=[Role.COORDINATOR]),
        "analyst": UserFactory(roles=[Role.ANALYST]),
        "other analyst": UserFactory(roles=[Role.ANALYST]),
        "director": UserFactory(roles=[Role.DIRECTOR]),
        "deputy": UserFactory(roles=[Role.DIRECTOR]),
        "third": UserFactory(roles=[Role.DIRECTOR]),
    }


@pytest.fixture
def calamity(house, ward):
    return reported(ward, involved=[Involved(employee=UserFactory(email=""))])


def reported(ward, **changes):
    given = {"noticed_at": NOTICED, "at": AT, "involved": [], **changes}
    return report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        submission_key=None,
        department=ward,
        **given,
    )


def on_duty(house, *, starts=AT - DAY, ends=AT + 7 * DAY):
    return Duty.objects.create(
        starts_at=starts, ends_at=ends, director=house["director"], deputy=house["deputy"]
    )


def told(house, *codes, until):
    """Who got a notice of one of these kinds up to `until`, by their name in the house."""
    while sweep.show_batch(at=until):
        pass
    names = {person.pk: name for name, person in house.items()}
    users = Notice.objects.filter(kind__in=codes).values_list("user", flat=True)
    return sorted(names[user] for user in users)


def judge_of(code):
    concern = kinds.get(code).concern
    assert concern is not None
    return concern


def step_of(incident, which):
    return Milestone.objects.get(incident=incident, step=which)


class TestANewCalamity:
    def test_the_director_on_duty_is_told_at_once_then_the_deputy_then_all(self, house, calamity):
        on_duty(house)
        assert told(house, reminders.DUTY[Rung.ON_DUTY], until=AT) == ["director"]
        assert told(house, *reminders.DUTY.values(), until=AT + 29 * HOUR / 60) == ["director"]
        assert told(house, reminders.DUTY[Rung.DEPUTY], until=AT + HOUR / 2) == ["deputy"]
        everybody = ["deputy", "director", "third"]
        assert told(house, reminders.DUTY[Rung.EVERYBODY], until=AT + HOUR) == everybody

    def test_a_gap_in_the_rota_is_filled_by_all_of_them_at_once(self, house, calamity):
        on_duty(house, starts=AT + DAY)
        assert told(house, reminders.DUTY[Rung.ON_DUTY], until=AT) == ["deputy", "director", "third"]

    def test_the_duty_passed_on_meanwhile_the_new_director_is_told_too(self, house, calamity):
        on_duty(house, ends=AT + HOUR / 4)
        Duty.objects.create(starts_at=AT + HOUR / 4, ends_at=AT + DAY, director=house["third"])
        assert told(house, reminders.DUTY[Rung.ON_DUTY], until=AT) == ["director"]
        assert told(house, reminders.DUTY[Rung.DEPUTY], until=AT + HOUR / 2) == ["third"]

    def test_whoever_was_put_on_duty_after_the_report_is_told(self, house, calamity):
        Duty.objects.create(starts_at=AT - HOUR, ends_at=AT + DAY, director=house["third"])
        assert told(house, reminders.DUTY[Rung.ON_DUTY], until=AT) == ["third"]

    @pytest.mark.parametrize(
        ("away", "rung", "until"), [("director", Rung.ON_DUTY, AT), ("deputy", Rung.DEPUTY, AT + HOUR / 2)]
    )
    def test_who_stands_in_for_a_director_of_the_rota_has_that_place(
        self, house, calamity, away, rung, until
    ):
        on_duty(house)
        absence = AbsenceFactory(
            user=house[away], substitute=house["third"], first_day=AT.date(), last_day=AT.date()
        )
        assert told(house, reminders.DUTY[rung], until=until) == sorted([away, "third"])
        notice = Notice.objects.get(user=house["third"], kind=reminders.DUTY[rung])
        assert notice.instead_of == absence.user
        mails = Mail.objects.filter(kind=reminders.DUTY[rung])
        assert [mail.user for mail in mails] == [house["third"]]
        assert judge_of(notice.kind)([(house["third"], notice.subject_id)]) == [True]

    @pytest.mark.parametrize("case", ["back", "substitute away", "no director", "left"])
    def test_who_cannot_stand_in_for_the_director_is_not_told(self, house, calamity, case):
        on_duty(house)
        stranger = house["analyst"] if case == "no director" else house["third"]
        day = AT.date() - DAY if case == "back" else AT.date()
        AbsenceFactory(user=house["director"], substitute=stranger, first_day=day, last_day=day)
        if case == "substitute away":
            AbsenceFactory(user=stranger, first_day=day, last_day=day)
        if case == "left":
            User.objects.filter(pk=stranger.pk).update(is_active=False)
        assert told(house, reminders.DUTY[Rung.ON_DUTY], until=AT) == ["director"]

    def test_confirmed_in_time_nobody_higher_is_told(self, house, calamity):
        on_duty(house)
        step = step_of(calamity, Step.DIRECTOR)
        milestones.set_done(milestone=step, done_at=AT, by=house["director"], at=AT, seen=None)
        assert told(house, *reminders.DUTY.values(), until=AT + DAY) == []

    def test_the_committee_hears_of_it_at_once(self, house, calamity):
        assert told(house, reminders.CAME_IN, until=AT) == ["member"]

    def test_it_is_urgent_and_mailed_to_everybody(self):
        for code in (*reminders.DUTY.values(), reminders.CAME_IN, reminders.ALIGN):
            assert kinds.get(code).always_mailed


class TestTheLadder:
    @pytest.mark.parametrize(
        ("step", "owner"),
        [
            (Step.ALIGNMENT, "head"),
            (Step.IGJ, "member"),
            (Step.SUPPORT, "coordinator"),
            (Step.FEEDBACK, "member"),
            (Step.FINAL_REPORT, "member"),
        ],
    )
    def test_owner_then_committee_then_director(self, house, calamity, step, owner):
        on_duty(house, ends=AT + 90 * DAY)
        others = Milestone.objects.filter(incident=calamity).exclude(step=step)
        others.update(done_at=AT, done_by=house["member"])
        due = max(step_of(calamity, step).internal_due_at, AT)
        of = {rung: reminders.STEP[rung, Clock.INTERNAL] for rung in Rung if rung not in reminders.DUTY}
        assert set(told(house, of[Rung.SOON], of[Rung.DUE], until=due)) == {owner}
        assert told(house, of[Rung.COMMITTEE], until=due + 3 * HOUR) == []
        assert told(house, of[Rung.COMMITTEE], until=due + 4 * HOUR) == ["member"]
        assert told(house, of[Rung.DIRECTOR], until=due + 24 * HOUR) == ["deputy", "director"]

    def test_the_analysis_is_its_analysts_and_the_committees_while_there_are_none(self, house, calamity):
        step = step_of(calamity, Step.ANALYSIS)
        soon = reminders.STEP[Rung.SOON, Clock.INTERNAL]
        concern = judge_of(soon)
        pairs = [(house[name], step.pk) for name in ("member", "analyst", "other analyst", "director")]
        assert concern(pairs) == [True, False, False, False]
        on_team(calamity, house["analyst"])
        assert concern(pairs) == [False, True, False, False]

    def test_a_department_without_a_head_leaves_alignment_to_the_committee(self, house):
        calamity = reported(DepartmentFactory())
        due = reminders.STEP[Rung.DUE, Clock.INTERNAL]
        pair = [(house["member"], step_of(calamity, Step.ALIGNMENT).pk)]
        assert judge_of(due)(pair) == [True]

    def test_a_gap_in_the_rota_sends_what_is_late_to_all_directors(self, house, calamity):
        late = reminders.STEP[Rung.DIRECTOR, Clock.INTERNAL]
        assert "third" in told(house, late, until=AT + 2 * DAY)

    def test_what_is_late_reaches_who_stands_in_for_the_director(self, house, calamity):
        on_duty(house)
        day = AT.date() + 2 * DAY
        AbsenceFactory(user=house["director"], substitute=house["third"], first_day=AT.date(), last_day=day)
        late = reminders.STEP[Rung.DIRECTOR, Clock.INTERNAL]
        assert "third" in told(house, late, until=AT + 2 * DAY)

    def test_what_the_law_sets_cannot_be_switched_off_and_is_urgent_but_for_an_early_warning(self):
        for (rung, clock), code in reminders.STEP.items():
            kind = kinds.get(code)
            assert kind.legal == kind.always_mailed == (clock == Clock.STATUTORY)
            assert kind.urgent == (kind.legal and rung != Rung.SOON)

    @pytest.mark.parametrize(
        ("hours", "mailed_at"),
        [(72, "2026-03-10T07:00:00"), (4, "2026-03-12T19:59:59"), (1, "2026-03-12T22:59:59")],
    )
    def test_an_early_warning_waits_for_the_morning_a_late_one_does_not(self, house, ward, hours, mailed_at):
        Policy.objects.update_or_create(id=1, defaults={"remind_hours": [hours]})
        igj = step_of(reported(ward, established_at=NOTICED), Step.IGJ)
        at = igj.statutory_due_at - hours * HOUR
        while sweep.show_batch(at=at):
            pass
        by_itself = Q(subject_id=igj.pk, kind__startswith="incidents.law")
        with_others = Q(news__subject_id=igj.pk, news__kind__startswith="incidents.law")
        mail = Mail.objects.filter(by_itself | with_others).distinct().get()
        assert mail.due_at.astimezone(AMSTERDAM).isoformat().removesuffix("+01:00") == mailed_at

    def test_judging_costs_the_same_for_few_and_many(self, house, calamity, django_assert_num_queries):
        concern = judge_of(reminders.STEP[Rung.DUE, Clock.INTERNAL])
        steps = [step_of(calamity, Step.IGJ), step_of(reported(DepartmentFactory()), Step.IGJ)]
        pairs = [(person, step.pk) for person in house.values() for step in steps]
        for person in house.values():
            assert person.roles
        with django_assert_num_queries(5):
            concern(pairs[:1])
        with django_assert_num_queries(5):
            concern(pairs)


class TestTogether:
    def test_a_calamity_without_head_is_one_mail_to_the_committee(self, house, ward, smtp):
        house["head"].groups.clear()
        reported(ward)
        sweep.sweep(at=AT)
        kinds_told = Notice.objects.filter(user=house["member"]).values_list("kind", flat=True)
        assert set(kinds_told) == {reminders.CAME_IN, reminders.STEP[Rung.DUE, Clock.INTERNAL]}
        assert smtp.addresses.count(house["member"].email) == 1


class TestReconciling:
    def test_finds_nothing_missing_right_after_anything_that_happens(self, house, calamity):
        member = house["member"]
        later = AT + 2 * HOUR
        on_duty(house)
        Alignment.objects.create(incident=calamity, department=house["other head"].department, named_at=AT)
        reminders.ask_to_align(Alignment.objects.get())
        assert reconcile(at=AT) == 0
        told(house, until=later)
        assert reconcile(at=later) == 0
        step = step_of(calamity, Step.IGJ)
        milestones.set_done(milestone=step, done_at=AT, by=member, at=later, seen=None)
        assert reconcile(at=later) == 0
        milestones.set_done(milestone=step, done_at=None, by=member, at=later + HOUR, seen=AT)
        assert reconcile(at=later + 2 * HOUR) == 0
        for verdict, more in (
            (Verdict.DOUBT, {}),
            (Verdict.NONE, {"ground": Ground.NO_HARM}),
            (Verdict.DOUBT, {}),
            (Verdict.CALAMITY, {"moment": AT}),
            (Verdict.VIOLENCE, {"moment": AT}),
        ):
            later += HOUR
            calamity.refresh_from_db()
            classify(incident=calamity, verdict=verdict, by=member, at=later, seen=standing(calamity), **more)
            assert reconcile(at=later) == 0
        assert reconcile(at=later + 60 * DAY) == 0

    def test_writes_again_what_got_lost_and_nothing_twice(self, house, calamity):
        Alignment.objects.create(incident=calamity, department=house["other head"].department, named_at=AT)
        reminders.ask_to_align(Alignment.objects.get())
        # That somebody waits is said at once, and the next day in other words.
        ours = Reminder.objects.exclude(kind="support.somebody_waits")
        before = set(ours.values_list("key", "due_at", "kind", "role"))
        ours.all().delete()
        assert reconcile(at=AT + DAY) == len(before) > 20
        assert reconcile(at=AT + DAY) == 0
        assert set(ours.values_list("key", "due_at", "kind", "role")) == before

    def test_asks_as_often_for_few_calamities_as_for_many(
        self, house, calamity, django_assert_max_num_queries
    ):
        for _ in range(5):
            reported(DepartmentFactory())
        with django_assert_max_num_queries(3):
            list(reminders.expected(AT))
