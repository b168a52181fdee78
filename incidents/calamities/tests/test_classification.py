import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.calamities import milestones
from incidents.calamities.classification import MomentKept, NotPossible, classify, options, standing
from incidents.calamities.milestones import Stale
from incidents.clocks.moment_checks import InTheFuture, OutOfOrder
from incidents.enums import EventType, Ground, IncidentKind, Step, TrackEventKind, Verdict
from incidents.models import Incident, Milestone, TrackEvent
from incidents.reports.report_writer import Involved, report_incident
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from notifications.models import Reminder

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # Monday 9:00
AT = NOTICED + timedelta(hours=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


def reported(kind=IncidentKind.CALAMITY, **changes):
    given = {"noticed_at": NOTICED, "involved": [], **changes}
    return report_incident(
        reporter=None, kind=kind, event_type=EventType.SAFETY, submission_key=None, at=AT, **given
    )


@pytest.fixture
def member():
    return UserFactory(roles=[Role.CCP])


@pytest.fixture
def decide(member):
    def decide_(incident, verdict, *, at=AT, **more):
        more.setdefault("seen", standing(Incident.objects.get(pk=incident.pk)))
        return classify(incident=incident, verdict=verdict, by=more.pop("by", member), at=at, **more)

    return decide_


def due(incident):
    rows = Milestone.objects.filter(incident=incident)
    return {row.step: (row.internal_due_at, row.statutory_due_at) for row in rows}


def waiting(incident, step=None):
    steps = Milestone.objects.filter(incident=incident)
    subjects = steps.filter(step=step) if step else steps
    return Reminder.objects.waiting().filter(subject_id__in=subjects.values("pk"))


def logged():
    return list(TrackEvent.objects.order_by("id").values_list("kind", "moment", "previous", "ground"))


class TestEstablishing:
    def test_computes_what_starts_then_and_leaves_the_rest(self, decide, member):
        incident = reported()
        igj = Milestone.objects.select_related("incident").get(incident=incident, step=Step.IGJ)
        milestones.set_done(milestone=igj, done_at=AT, by=member, at=AT, seen=None)
        before = due(incident)
        established = AT + 2 * DAY
        decide(incident, Verdict.CALAMITY, moment=established, at=established)
        after = due(incident)
        assert Incident.objects.get().established_at == established
        assert after[Step.ANALYSIS][0] == datetime(2026, 4, 8, 8, 0, tzinfo=UTC)  # 10:00, in summer time
        assert (before[Step.FINAL_REPORT][1], after[Step.FINAL_REPORT][1]) == (
            None,
            datetime(2026, 5, 6, 21, 59, 59, tzinfo=UTC),
        )
        for unmoved in (Step.DIRECTOR, Step.ALIGNMENT, Step.SUPPORT, Step.IGJ):
            assert after[unmoved] == before[unmoved]
        found = {moment for _kind, moment in waiting(incident, Step.ANALYSIS).values_list("kind", "due_at")}
        assert after[Step.ANALYSIS][0] in found
        assert before[Step.ANALYSIS][0] not in found

    def test_is_decided_once_and_a_stale_page_refused(self, decide):
        incident = reported()
        seen = standing(incident)
        decide(incident, Verdict.CALAMITY, moment=AT)
        with pytest.raises(NotPossible):  # another moment is a correction
            decide(incident, Verdict.CALAMITY, moment=AT - HOUR / 2)
        with pytest.raises(Stale):
            decide(incident, Verdict.NONE, ground=Ground.MISTAKE, seen=seen)
        assert logged() == [(TrackEventKind.ESTABLISHED, AT, None, "")]

    def test_before_it_was_noticed_or_still_to_come_is_refused(self, decide):
        incident = reported()
        with pytest.raises(OutOfOrder):
            decide(incident, Verdict.CALAMITY, moment=NOTICED - HOUR)
        with pytest.raises(InTheFuture):
            decide(incident, Verdict.CALAMITY, moment=AT + HOUR)


class TestInDoubt:
    def test_has_six_weeks_with_reminders_and_ends_by_establishing(self, decide, member):
        incident = reported()
        decide(incident, Verdict.DOUBT)
        assert due(incident)[Step.ESTABLISH] == (None, datetime(2026, 4, 20, 21, 59, 59, tzinfo=UTC))
        assert due(incident)[Step.ANALYSIS] == due(incident)[Step.FINAL_REPORT] == (None, None)
        assert not waiting(incident, Step.ANALYSIS).exists()
        assert set(waiting(incident, Step.ESTABLISH).values_list("role", flat=True)) == {
            Role.CCP,
            Role.DIRECTOR,
        }
        established = AT + 10 * DAY
        decide(incident, Verdict.CALAMITY, moment=established, at=established)
        step = Milestone.objects.get(incident=incident, step=Step.ESTABLISH)
        assert (step.done_at, step.done_by) == (established, member)
        assert not waiting(incident, Step.ESTABLISH).exists()
        assert waiting(incident, Step.ANALYSIS).exists()
        assert due(incident)[Step.IGJ][1] == datetime(2026, 3, 24, 22, 59, 59, tzinfo=UTC)

    def test_when_the_six_weeks_are_over_the_notice_counts_from_their_end(self, decide):
        incident = reported(in_doubt=True)
        late = NOTICED + 60 * DAY
        decide(incident, Verdict.CALAMITY, moment=late, at=late)
        # Six weeks end on Monday 20 April; three working days on.
        assert due(incident)[Step.IGJ][1] == datetime(2026, 4, 23, 21, 59, 59, tzinfo=UTC)

    def test_what_is_established_does_not_become_doubtful(self, decide):
        incident = reported()
        decide(incident, Verdict.CALAMITY, moment=AT)
        with pytest.raises(NotPossible):
            decide(incident, Verdict.DOUBT)

    @pytest.mark.parametrize("came_in", [False, True])
    @pytest.mark.parametrize("since", [Verdict.NONE, Verdict.VIOLENCE, Verdict.DISMISSAL])
    def test_what_was_established_once_does_not_either(self, decide, member, since, came_in):
        incident = reported(established_at=AT if came_in else None)
        if not came_in:
            decide(incident, Verdict.CALAMITY, moment=AT)
        given = {"ground": Ground.MISTAKE} if since == Verdict.NONE else {"moment": AT}
        decide(incident, since, **given)
        incident.refresh_from_db()
        assert Verdict.DOUBT not in options(incident, user=member)
        assert Verdict.CALAMITY in options(incident, user=member)
        with pytest.raises(NotPossible):
            decide(incident, Verdict.DOUBT)

    @pytest.mark.parametrize("other", [Verdict.VIOLENCE, Verdict.DISMISSAL])
    def test_what_was_no_calamity_before_can_be(self, decide, member, other):
        incident = reported()
        decide(incident, other, moment=AT)
        incident.refresh_from_db()
        assert Verdict.DOUBT in options(incident, user=member)
        decide(incident, Verdict.DOUBT)


class TestNoCalamity:
    def test_ends_clocks_and_reminders_and_erases_nothing(self, decide, member):
        incident = reported()
        igj = Milestone.objects.select_related("incident").get(incident=incident, step=Step.IGJ)
        milestones.set_done(milestone=igj, done_at=AT, by=member, at=AT, seen=None)
        before = due(incident)
        decide(incident, Verdict.NONE, ground=Ground.EXPECTED, at=AT + HOUR)
        incident.refresh_from_db()
        assert (incident.kind, incident.verdict, incident.established_at) == ("vim", Verdict.NONE, None)
        assert not waiting(incident).exists()
        assert due(incident) == before
        assert Milestone.objects.get(pk=igj.pk).done_at == AT
        assert logged()[-1] == (TrackEventKind.NO_CALAMITY, None, None, Ground.EXPECTED)
        assert TrackEvent.objects.latest("id").by == member

    def test_becomes_again_what_it_came_in_as(self, decide):
        incident = reported(kind=IncidentKind.EVENT)
        coordinator = UserFactory(roles=[Role.COORDINATOR])
        decide(incident, Verdict.DOUBT, by=coordinator)
        decide(incident, Verdict.NONE, ground=Ground.NOT_CARE)
        incident.refresh_from_db()
        assert (incident.kind, incident.reported_as) == (IncidentKind.EVENT, IncidentKind.EVENT)

    def test_one_after_all_runs_again_with_its_own_terms_and_shows_its_history(self, decide, member):
        incident = reported()
        decide(incident, Verdict.CALAMITY, moment=AT)
        frozen = due(incident)
        director = Milestone.objects.select_related("incident").get(incident=incident, step=Step.DIRECTOR)
        milestones.set_done(milestone=director, done_at=AT, by=member, at=AT, seen=None)
        decide(incident, Verdict.NONE, ground=Ground.MISTAKE, at=AT + HOUR)
        decide(incident, Verdict.CALAMITY, moment=AT, at=AT + DAY)
        assert due(incident) == frozen
        assert waiting(incident, Step.ANALYSIS).exists()
        assert Milestone.objects.get(pk=director.pk).done_at == AT
        assert [line[0] for line in logged()] == [
            TrackEventKind.ESTABLISHED,
            TrackEventKind.STEP_DONE,
            TrackEventKind.NO_CALAMITY,
            TrackEventKind.ESTABLISHED,
        ]

    def test_taken_up_again_keeps_the_first_moment_and_the_terms_that_ran(self, decide):
        incident = reported()
        first = AT + timedelta(seconds=30)
        decide(incident, Verdict.CALAMITY, moment=first, at=first)
        frozen = due(incident)
        decide(incident, Verdict.NONE, ground=Ground.MISTAKE, at=AT + 30 * DAY)
        for other in (AT + 30 * DAY, AT + HOUR, AT - HOUR / 2):
            with pytest.raises(MomentKept) as refused:
                decide(incident, Verdict.CALAMITY, moment=other, at=AT + 30 * DAY)
            assert refused.value.kept == first
        # By way of another form it is the same moment; who types it gives no seconds.
        decide(incident, Verdict.VIOLENCE, moment=AT + 31 * DAY, at=AT + 31 * DAY)
        decide(incident, Verdict.CALAMITY, moment=AT, at=AT + 32 * DAY)
        assert {step: due(incident)[step] for step in frozen} == frozen
        assert Incident.objects.get().established_at == first

    def test_what_came_in_established_keeps_that_moment_too(self, decide):
        incident = reported(established_at=AT)
        decide(incident, Verdict.NONE, ground=Ground.MISTAKE, at=AT + DAY)
        with pytest.raises(MomentKept):
            decide(incident, Verdict.CALAMITY, moment=AT + DAY, at=AT + DAY)
        decide(incident, Verdict.CALAMITY, moment=AT, at=AT + DAY)

    def test_violence_after_all_keeps_the_moment_that_starts_its_notice(self, decide):
        incident = reported(kind=IncidentKind.EVENT)
        decide(incident, Verdict.VIOLENCE, moment=AT)
        decide(incident, Verdict.NONE, ground=Ground.MISTAKE)
        with pytest.raises(MomentKept):
            decide(incident, Verdict.VIOLENCE, moment=AT + DAY, at=AT + DAY)

    def test_wants_a_ground_and_only_then(self, decide):
        incident = reported()
        with pytest.raises(NotPossible):
            decide(incident, Verdict.NONE)
        with pytest.raises(NotPossible):
            decide(incident, Verdict.DOUBT, ground=Ground.NO_HARM)
        with pytest.raises(NotPossible):
            decide(incident, Verdict.CALAMITY)

    def test_its_steps_cannot_be_marked(self, decide, member):
        incident = reported()
        decide(incident, Verdict.NONE, ground=Ground.NO_HARM)
        step = Milestone.objects.select_related("incident").get(incident=incident, step=Step.IGJ)
        with pytest.raises(Stale):
            milestones.set_done(milestone=step, done_at=AT, by=member, at=AT, seen=None)


class TestFromAnIncident:
    def test_opens_the_track_and_starts_the_clocks_from_when_it_was_noticed(self, decide):
        incident = reported(kind=IncidentKind.VIM, noticed_at=None, occurred_at=NOTICED - HOUR)
        InvolvementFactory(incident=incident, added_at=AT)
        assert not Milestone.objects.exists()
        later = AT + 3 * DAY
        decide(incident, Verdict.REPORTED, noticed_at=NOTICED, at=later)
        incident.refresh_from_db()
        assert (incident.kind, incident.tracked_since) == (IncidentKind.CALAMITY, later)
        assert due(incident)[Step.SUPPORT] == (NOTICED + DAY, None)
        assert set(due(incident)) == set(Step.track())

    def test_a_moment_of_noticing_that_cannot_be_is_refused(self, decide):
        incident = reported(kind=IncidentKind.VIM, noticed_at=None, occurred_at=NOTICED)
        with pytest.raises(OutOfOrder):
            decide(incident, Verdict.DOUBT, noticed_at=NOTICED - HOUR)
        with pytest.raises(OutOfOrder) as refused:
            decide(incident, Verdict.DOUBT, noticed_at=AT + HOUR, at=AT + 2 * HOUR)
        assert (refused.value.other, refused.value.limit, refused.value.is_later) == (
            "reported_at",
            AT,
            True,
        )

    def test_a_question_for_support_is_never_one(self, decide):
        incident = reported(
            kind=IncidentKind.SELF, noticed_at=None, involved=[Involved(employee=UserFactory())]
        )
        with pytest.raises(NotPossible):
            decide(incident, Verdict.DOUBT)


class TestOtherForms:
    @pytest.mark.parametrize("verdict", [Verdict.VIOLENCE, Verdict.DISMISSAL])
    def test_have_the_notice_and_its_clock_and_no_more(self, decide, verdict):
        incident = reported(kind=IncidentKind.EVENT, noticed_at=None, occurred_at=NOTICED - 90 * DAY)
        decide(incident, verdict, moment=AT)
        incident.refresh_from_db()
        assert (incident.kind, incident.igj_form, incident.verdict) == ("event", verdict, verdict)
        assert due(incident) == {
            # Monday; Tuesday, Wednesday, Thursday are the three working days.
            Step.IGJ: (AT + DAY, datetime(2026, 3, 12, 22, 59, 59, tzinfo=UTC))
        }
        assert waiting(incident, Step.IGJ).exists()

    def test_a_calamity_that_is_one_of_them_keeps_only_the_notice_running(self, decide):
        incident = reported()
        decide(incident, Verdict.VIOLENCE, moment=AT)
        assert incident.kind == IncidentKind.CALAMITY
        incident.refresh_from_db()
        assert (incident.kind, incident.igj_form) == (IncidentKind.EVENT, Verdict.VIOLENCE)
        steps = Milestone.objects.filter(pk__in=waiting(incident).values("subject_id"))
        assert [step.step for step in steps] == [Step.IGJ]

    @pytest.mark.parametrize("other", [Verdict.VIOLENCE, Verdict.DISMISSAL])
    def test_a_calamity_after_all_has_its_whole_ladder_again(self, decide, other):
        incident = reported()
        decide(incident, Verdict.CALAMITY, moment=AT)
        before = sorted(waiting(incident).filter(due_at__gt=AT + DAY).values_list("key", flat=True))
        decide(incident, other, moment=AT, at=AT + HOUR / 6)
        decide(incident, Verdict.CALAMITY, moment=AT, at=AT + HOUR / 3)
        assert len(before) > 20
        assert set(before) <= set(waiting(incident).values_list("key", flat=True))


class TestWhoDecides:
    def test_what_the_committee_found_to_be_none_is_not_the_coordinators_to_overturn(self, decide, member):
        coordinator = UserFactory(roles=[Role.COORDINATOR])
        vim, calamity = reported(kind=IncidentKind.VIM), reported()
        decide(vim, Verdict.DOUBT, by=coordinator)
        for incident in (vim, calamity):
            decide(incident, Verdict.NONE, ground=Ground.EXPECTED)
            incident.refresh_from_db()
            assert options(incident, user=coordinator) == ()
            assert Verdict.CALAMITY in options(incident, user=member)
            with pytest.raises(NotPossible):
                decide(incident, Verdict.REPORTED, by=coordinator)

    def test_the_committee_what_it_follows_and_the_coordinator_what_it_does_not_see(self):
        member, coordinator = UserFactory(roles=[Role.CCP]), UserFactory(roles=[Role.COORDINATOR])
        vim, calamity = reported(kind=IncidentKind.VIM), reported()
        assert options(vim, user=member) == ()
        assert options(vim, user=coordinator) == (
            Verdict.REPORTED,
            Verdict.DOUBT,
            Verdict.VIOLENCE,
            Verdict.DISMISSAL,
        )
        assert options(calamity, user=coordinator) == ()
        assert Verdict.NONE in options(calamity, user=member)
        assert options(calamity, user=UserFactory(roles=[Role.DIRECTOR])) == ()


class TestTheDatabase:
    @pytest.mark.parametrize(
        ("wrong", "constraint"),
        [
            ({"in_doubt": True}, "incident_doubt_before_established"),
            ({"igj_form": "violence"}, "incident_one_form"),
            ({"kind": "vim"}, "incident_established_as_something"),
            ({"tracked_since": None}, "incident_calamity_is_tracked"),
        ],
    )
    def test_holds_what_can_only_be_one_thing(self, wrong, constraint):
        incident = IncidentFactory(established=True)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Incident.objects.filter(pk=incident.pk).update(**wrong)

    def test_a_form_of_its_own_has_a_moment(self):
        incident = IncidentFactory(event=True, tracked_since=AT)
        with pytest.raises(IntegrityError, match="incident_form_has_moment"), transaction.atomic():
            Incident.objects.filter(pk=incident.pk).update(igj_form="violence")


@pytest.mark.django_db(transaction=True)
def test_two_members_who_decide_at_once_do_not_both_win():
    incident = reported()
    members = [UserFactory(roles=[Role.CCP]) for _ in range(2)]
    seen, ready, outcomes = standing(incident), threading.Barrier(2), []

    def decide(member, verdict, **more):
        ready.wait(10)
        try:
            classify(incident=incident, verdict=verdict, by=member, at=AT, seen=seen, **more)
            outcomes.append(verdict)
        except Stale:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=[members[0], Verdict.CALAMITY], kwargs={"moment": AT}),
        threading.Thread(target=decide, args=[members[1], Verdict.NONE], kwargs={"ground": Ground.NO_HARM}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    winner = Incident.objects.get().verdict
    assert sorted(map(str, outcomes)) == sorted([str(winner), "told"])
    assert TrackEvent.objects.count() == 1
