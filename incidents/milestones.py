"""The seven steps after a calamity: opened with the report, then kept by the calamity committee (CCP)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from incidents import reminders
from incidents.deadlines import DeadlinePolicy, Due, Moments, timeline
from incidents.enums import IncidentKind, Step, TrackEventKind
from incidents.models import Incident, Milestone, Policy, TrackEvent
from incidents.moments import InTheFuture, OutOfOrder


class Stale(Exception):
    """Somebody else changed this meanwhile: what was shown no longer holds."""


class DoneByItself(Exception):
    """The step follows what was counted: nobody marks it by hand."""


@dataclass(frozen=True, kw_only=True)
class SupportCounts:
    """All that this app learns of support: how many were offered it within the norm, of how many involved,
    and when the last of them was (None while somebody waits for an offer).
    """

    offered: int
    involved: int
    settled_at: datetime | None


def open_track(*, incident: Incident, at: datetime) -> list[Milestone]:
    """The milestones of a calamity that was reported at `at`, with their reminders.

    Until it is established the clocks run from the moment it was noticed, or reported if that is not
    known: the safe side. The policy in force is frozen on each milestone.
    """
    policy = deadline_policy(Policy.current())
    frozen = policy.to_data()
    milestones = Milestone.objects.bulk_create(
        Milestone(
            incident=incident,
            step=step,
            opens_at=due.opens,
            internal_due_at=due.internal,
            statutory_due_at=due.statutory,
            policy=frozen,
        )
        for step, due in timeline(_moments(incident), policy).items()
    )
    reminders.remind_of(milestones, incident=incident, at=at)
    return milestones


def establish(
    *, incident: Incident, established_at: datetime, by: User, at: datetime, seen: datetime | None
) -> Incident:
    """Set or correct the moment at which `incident` was established as a calamity.

    What starts at that moment and is not done gets its new due moments, by the policy frozen at the report,
    with new reminders in place of the old. `seen` is the moment that stood there when the page was made:
    Stale when it is another by now. Raises InTheFuture, and OutOfOrder (before it was noticed or occurred).
    """
    _check(established_at, incident=incident, at=at)
    if established_at == seen:
        return incident
    with transaction.atomic():
        changed = Incident.objects.filter(pk=incident.pk, established_at=seen).update(
            established_at=established_at
        )
        if not changed:
            raise Stale
        incident.established_at = established_at
        TrackEvent.objects.create(
            incident=incident,
            kind=TrackEventKind.ESTABLISHED_CORRECTED if seen else TrackEventKind.ESTABLISHED,
            moment=established_at,
            previous=seen,
            at=at,
            by=by,
        )
        _recompute(incident, at)
    return incident


def set_done(
    *, milestone: Milestone, done_at: datetime | None, by: User, at: datetime, seen: datetime | None
) -> Milestone:
    """Mark the step done at `done_at`, correct that moment, or (None) open it again; the log keeps each.

    `seen` is what `done_at` was when the page was made: Stale when it is something else by now. Raises
    InTheFuture, OutOfOrder for a moment before it was noticed, and DoneByItself for support while somebody
    is on the list of the involved.
    """
    if is_kept(milestone):
        raise DoneByItself
    if done_at is not None:
        _check(done_at, incident=milestone.incident, at=at)
    if done_at == seen:
        return milestone
    with transaction.atomic():
        changed = Milestone.objects.filter(pk=milestone.pk, done_at=seen).update(
            done_at=done_at, done_by=None if done_at is None else by
        )
        if not changed:
            raise Stale
        milestone.done_at, milestone.done_by = done_at, None if done_at is None else by
        _log(milestone, previous=seen, by=by, at=at)
        reminders.renew([milestone], incident=milestone.incident, at=at)
    return milestone


def is_kept(milestone: Milestone) -> bool:
    """Whether the step is done, and opened again, by counting (`keep_support_step`) and not by hand."""
    return milestone.step == Step.SUPPORT and bool(milestone.involved)


def keep_support_step(
    *, incident: Incident, count: Callable[[], SupportCounts], at: datetime
) -> Milestone | None:
    """Bring a calamity's step "support" in line with what `count` finds, in the caller's transaction.

    The step is done when everybody was offered support, and open again when somebody is added: by itself,
    and the log says so. `count` is called once the step is locked, so that what two people do at one moment
    is counted one after the other. None where there are no steps.
    """
    steps = Milestone.objects.select_for_update(of=("self",)).select_related("incident")
    milestone = steps.filter(incident=incident, step=Step.SUPPORT).first()
    if milestone is None:
        return None
    counts, was = count(), milestone.done_at
    milestone.offered, milestone.involved = counts.offered, counts.involved
    if counts.settled_at is None or was is None:
        milestone.done_at, milestone.done_by = counts.settled_at, None
    milestone.save(update_fields=["offered", "involved", "done_at", "done_by"])
    if milestone.done_at != was:
        _log(milestone, previous=was, by=None, at=at)
        reminders.renew([milestone], incident=incident, at=at)
    return milestone


def support_norm(incident: Incident) -> timedelta:
    """Within how long somebody involved in `incident` is offered support, from the moment they are added
    (UMCG 2019: 1 day). For a calamity by the terms frozen on its steps, else by those in force.
    """
    if incident.kind == IncidentKind.CALAMITY:
        steps = Milestone.objects.filter(incident=incident, step=Step.SUPPORT)
        frozen = steps.values_list("policy__support_days", flat=True).first()
        if frozen is not None:
            return timedelta(days=frozen)
    return timedelta(days=Policy.current().support_days)


def deadline_policy(policy: Policy) -> DeadlinePolicy:
    """The hospital's terms, as the computation takes them."""
    return DeadlinePolicy(
        director_hours=policy.director_hours,
        igj_days=policy.igj_days,
        support_days=policy.support_days,
        analysis_days=policy.analysis_days,
        feedback_days=policy.feedback_days,
        final_report_days=policy.final_report_days,
        igj_working_days=policy.igj_working_days,
        establish_weeks=policy.establish_weeks,
        final_report_weeks=policy.final_report_weeks,
        remind_hours=tuple(policy.remind_hours),
        late_committee_hours=policy.late_committee_hours,
        late_director_hours=policy.late_director_hours,
        duty_deputy_minutes=policy.duty_deputy_minutes,
        duty_all_minutes=policy.duty_all_minutes,
        work_starts=policy.work_starts,
        work_ends=policy.work_ends,
        decreed_holidays=frozenset(policy.decreed_holidays),
    )


def _recompute(incident: Incident, at: datetime) -> None:
    moved = []
    for milestone in Milestone.objects.filter(incident=incident, done_at__isnull=True):
        due = timeline(_moments(incident), DeadlinePolicy.from_data(milestone.policy))[Step(milestone.step)]
        if due != Due(milestone.internal_due_at, milestone.statutory_due_at, milestone.opens_at):
            milestone.internal_due_at, milestone.statutory_due_at = due.internal, due.statutory
            milestone.opens_at = due.opens
            moved.append(milestone)
    Milestone.objects.bulk_update(moved, ["internal_due_at", "statutory_due_at", "opens_at"])
    reminders.renew(moved, incident=incident, at=at)


def _moments(incident: Incident) -> Moments:
    return Moments(
        noticed=incident.noticed_at or incident.reported_at,
        occurred=incident.occurred_at,
        established=incident.established_at,
    )


def _check(moment: datetime, *, incident: Incident, at: datetime) -> None:
    if moment > at:
        raise InTheFuture("moment")
    before: Iterable[datetime | None] = (incident.occurred_at, incident.noticed_at)
    if any(earlier is not None and moment < earlier for earlier in before):
        raise OutOfOrder("moment")


def _log(milestone: Milestone, *, previous: datetime | None, by: User | None, at: datetime) -> None:
    TrackEvent.objects.create(
        incident=milestone.incident,
        kind=_kind(previous, milestone.done_at),
        step=milestone.step,
        moment=milestone.done_at,
        previous=previous,
        at=at,
        by=by,
    )


def _kind(seen: datetime | None, done_at: datetime | None) -> TrackEventKind:
    if done_at is None:
        return TrackEventKind.STEP_REOPENED
    return TrackEventKind.STEP_DONE if seen is None else TrackEventKind.STEP_CORRECTED
