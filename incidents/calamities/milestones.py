"""The seven steps after a calamity: opened with the report, then kept by the calamity committee (CCP)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.models import User
from hospital.models import WorkingHours
from incidents.calamities import reminders
from incidents.clocks.deadlines import DeadlinePolicy, Due, Extension, Moments, due, extended
from incidents.clocks.moment_checks import InTheFuture, OutOfOrder
from incidents.enums import (
    IncidentKind,
    Moment,
    ReportState,
    Step,
    TermAnswer,
    TermChangeKind,
    TrackEventKind,
)
from incidents.models import (
    Alignment,
    Incident,
    Involvement,
    Milestone,
    Policy,
    TermChange,
    TrackEvent,
)

#: What is told of the analysis, so that doing it before is asked about.
AFTER_ANALYSIS = frozenset({Step.FEEDBACK, Step.FINAL_REPORT})


class Stale(Exception):
    """Somebody else changed this meanwhile: what was shown no longer holds."""


class NotAligned(Exception):
    """Another department has not confirmed yet."""


class BeforeAnalysis(Exception):
    """The step rests on the analysis, which is not done yet, or was done later."""


class DoneByItself(Exception):
    """The step follows what was counted: nobody marks it by hand."""


@dataclass(frozen=True, kw_only=True)
class SupportCounts:
    """All that this app learns of support: how many were offered it within the norm, by a message
    (`announced`) or in person, of how many involved, and when the last of them was (None while somebody waits
    for an offer).
    """

    offered: int
    announced: int
    involved: int
    settled_at: datetime | None


#: Called when the steps of a report are opened later than with the report, in that transaction: `supporters`
#: adds itself when the app starts, to tell how many were offered support.
track_listeners: list[Callable[[Incident, datetime], None]] = []


def open_track(
    *, incident: Incident, at: datetime, named_at: datetime | None, known: Collection[str] = ()
) -> list[Milestone]:
    """The milestones for what `incident` is taken to be, but for the steps that are `known` already, and the
    reminders of what was made.

    Until a calamity is established the clocks run from the moment it was noticed, or reported if that is not
    known: the safe side. In doubt only what is owed anyway runs. Support is owed since somebody was named
    (`named_at`). The policy in force is frozen on each.
    """
    policy = deadline_policy(Policy.current())
    frozen, moments = policy.to_data(), _moments(incident, named_at)
    dues = {step: due(step, moments, policy) for step in incident.running_steps if step not in known}
    made = Milestone.objects.bulk_create(
        Milestone(
            incident=incident,
            step=step,
            opens_at=found.opens,
            internal_due_at=found.internal,
            statutory_due_at=found.statutory,
            statutory_expected=found.is_expected,
            policy=frozen,
            reminded_at=at,
        )
        for step, found in dues.items()
    )
    reminders.open_ladder(made, incident=incident)
    return made


def follow_verdict(*, incident: Incident, before: Collection[Step], at: datetime) -> None:
    """Bring the steps in line with what `incident` is taken to be since a moment ago.

    What is missing is made; what runs is computed anew, by the policy that was frozen on it; of what runs no
    longer the reminders end. What did not run `before` begins its ladder anew.
    """
    started = set(incident.running_steps).difference(before)
    rows = list(Milestone.objects.filter(incident=incident))
    known = {row.step for row in rows}
    open_track(incident=incident, at=at, named_at=_named_at(incident), known=known)
    _compute(incident, rows, at=at, started=started)
    stopped = [row for row in rows if row.step not in incident.running_steps]
    reminders.renew(stopped, incident=incident, at=at)
    if Step.SUPPORT in started:
        for listener in track_listeners:
            listener(incident, at)


def settle_doubt(
    *, incident: Incident, established_at: datetime | None, by: User | None, at: datetime
) -> None:
    """Mark the step "establish" done when `incident` is no longer in doubt, or open it again when it is."""
    step = Milestone.objects.filter(incident=incident, step=Step.ESTABLISH)
    if incident.in_doubt:
        step.update(done_at=None, done_by=None)
    else:
        step.filter(done_at__isnull=True).update(done_at=established_at or at, done_by=by)


def recompute(*, incident: Incident, at: datetime, done: Collection[str] = ()) -> None:
    """Give what is open its due moments by the moments and terms as they are now, and the policy frozen on
    it; what moved gets new reminders in place of the old. What is done keeps those it was done under, but
    for the steps in `done`: they were computed from what was wrong, or not known.
    """
    _compute(incident, list(Milestone.objects.filter(incident=incident)), at=at, done=done)


def _compute(
    incident: Incident,
    rows: Sequence[Milestone],
    *,
    at: datetime,
    started: Collection[Step] = (),
    done: Collection[str] = (),
) -> None:
    analysis_done = next((row.done_at for row in rows if row.step == Step.ANALYSIS), None)
    moments, changes = _moments(incident, _named_at(incident), analysis_done), _term_changes(rows)
    moved = []
    for row in rows:
        keeps = row.done_at is not None and row.step not in done
        if keeps or row.step not in incident.running_steps:
            continue
        found = due(Step(row.step), moments, DeadlinePolicy.from_data(row.policy))
        if found.statutory is not None and row.pk in changes:
            end = end_of_term(found.statutory, changes[row.pk])
            found = replace(found, statutory=end, is_expected=False)
        stood = Due(row.internal_due_at, row.statutory_due_at, row.opens_at, row.statutory_expected)
        if row.step in started or found != stood:
            row.internal_due_at, row.statutory_due_at = found.internal, found.statutory
            row.opens_at, row.statutory_expected = found.opens, found.is_expected
            moved.append(row)
    fields = ["internal_due_at", "statutory_due_at", "opens_at", "statutory_expected"]
    Milestone.objects.bulk_update(moved, fields)
    reminders.renew(moved, incident=incident, at=at)


def _term_changes(rows: Sequence[Milestone]) -> dict[UUID, list[TermChange]]:
    found: dict[UUID, list[TermChange]] = {}
    for change in TermChange.objects.filter(milestone__in=rows, taken_back_at__isnull=True):
        found.setdefault(change.milestone_id, []).append(change)
    return found


def report_state(changes: Iterable[TermChange]) -> ReportState:
    """Whether the inspectorate asks for a final report, by what it confirmed and wrote: `changes`, without
    what was taken back. An extension alone says that it was asked for.
    """
    said, since = _last_said(changes)
    if said is None:
        return ReportState.ASKED if since else ReportState.UNKNOWN
    return ReportState.NOT_ASKED if said.answer == TermAnswer.NOT_ASKED else ReportState.ASKED


def _last_said(changes: Iterable[TermChange]) -> tuple[TermChange | None, list[TermChange]]:
    """The last confirmation or letter, and the extensions asked for since."""
    ordered = sorted(changes, key=lambda change: (change.moment, change.recorded_at))
    said = [number for number, one in enumerate(ordered) if one.kind != TermChangeKind.EXTENSION]
    return (ordered[said[-1]], ordered[said[-1] + 1 :]) if said else (None, ordered)


def end_of_term(statutory: datetime, changes: Iterable[TermChange]) -> datetime | None:
    """Where a statutory term ends after these changes: on the day that the inspectorate named last, or until
    when it granted since; None where it asks for nothing.

    Raises what incidents.clocks.deadlines.extended raises.
    """
    said, since = _last_said(changes)
    if said is not None and said.answer == TermAnswer.NOT_ASKED:
        return None
    letter = said.until if said else None
    extensions = [Extension(one.moment, one.until, one.reference) for one in since]
    return extended(statutory, extensions, letter)


def set_done(
    *,
    milestone: Milestone,
    done_at: datetime | None,
    by: User,
    at: datetime,
    seen: datetime | None,
    sure: bool = False,
) -> Milestone:
    """Mark the step done at `done_at`, correct that moment, or (None) open it again; the log keeps each.

    `seen` is what `done_at` was when the page was made: Stale when it is something else by now, or when the
    step's clock no longer runs. Raises InTheFuture, OutOfOrder for a moment before it was noticed, and
    DoneByItself for support while somebody is on the list of the involved, NotAligned while another
    department has not confirmed, and, unless they are `sure`, BeforeAnalysis for feedback and final report.
    """
    if is_kept(milestone):
        raise DoneByItself
    if done_at is not None:
        check(done_at, incident=milestone.incident, at=at)
    if done_at == seen:
        return milestone
    with transaction.atomic():
        incident = locked(milestone.incident)
        if done_at is not None and milestone.step == Step.ALIGNMENT:
            asked = Alignment.objects.filter(incident=incident, dropped_at__isnull=True)
            if asked.filter(confirmed_at__isnull=True).exists():
                raise NotAligned
        if done_at is not None and milestone.step in AFTER_ANALYSIS and not sure:
            _check_analysis(incident, done_at)
        changed = milestone.step in incident.running_steps and (
            Milestone.objects.filter(pk=milestone.pk, done_at=seen).update(
                done_at=done_at, done_by=None if done_at is None else by
            )
        )
        if not changed:
            raise Stale
        milestone.done_at, milestone.done_by = done_at, None if done_at is None else by
        _log(milestone, previous=seen, by=by, at=at)
        reminders.renew([milestone], incident=incident, at=at)
        if milestone.step == Step.ANALYSIS:
            recompute(incident=incident, at=at)  # feedback opens when the analysis is done
    return milestone


def _check_analysis(incident: Incident, done_at: datetime) -> None:
    analysis = Milestone.objects.filter(incident=incident, step=Step.ANALYSIS).first()
    if analysis is not None and (analysis.done_at is None or done_at < analysis.done_at):
        raise BeforeAnalysis


def locked(incident: Incident) -> Incident:
    """The report as it stands, its row locked until the transaction ends: what changes its steps waits."""
    return Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)


def is_kept(milestone: Milestone) -> bool:
    """Whether the step is done, and opened again, by counting (`keep_support_step`) and not by hand."""
    return milestone.step == Step.SUPPORT and bool(milestone.involved)


def keep_support_step(
    *, incident: Incident, count: Callable[[], SupportCounts], at: datetime
) -> Milestone | None:
    """Bring a calamity's step "support" in line with what `count` finds, in the caller's transaction.

    The step is done when everybody was offered support, and open again when somebody is added: by itself,
    and the log says so. Its clock starts when the first is named. `count` is called once the step is locked,
    so that what two people do at one moment is counted one after the other. None where there are no steps.
    """
    steps = Milestone.objects.select_for_update(of=("self",)).select_related("incident")
    milestone = steps.filter(incident=incident, step=Step.SUPPORT).first()
    if milestone is None:
        return None
    counts, was = count(), milestone.done_at
    milestone.offered, milestone.announced = counts.offered, counts.announced
    milestone.involved = counts.involved
    if counts.settled_at is None or was is None:
        milestone.done_at, milestone.done_by = counts.settled_at, None
    starts = milestone.internal_due_at is None and counts.involved > 0
    if starts:
        moments = _moments(milestone.incident, _named_at(incident))
        policy = DeadlinePolicy.from_data(milestone.policy)
        milestone.internal_due_at = due(Step.SUPPORT, moments, policy).internal
    counted = ("offered", "announced", "involved")
    milestone.save(update_fields=[*counted, "done_at", "done_by", "internal_due_at"])
    if milestone.done_at != was:
        _log(milestone, previous=was, by=None, at=at)
    if milestone.done_at != was or starts:
        reminders.renew([milestone], incident=milestone.incident, at=at)
    return milestone


def _named_at(incident: Incident) -> datetime | None:
    """When the first of the involved was named; None while nobody is."""
    rows = Involvement.objects.filter(incident=incident)
    return rows.order_by("added_at").values_list("added_at", flat=True).first()


def support_norm(incident: Incident, *, step: Milestone | None = None) -> timedelta:
    """Within how long somebody involved in `incident` is offered support, from the moment they are added
    (UMCG 2019: 1 day). For a calamity by the terms frozen on its `step` of support, which is read where it is
    not given, else by those in force.
    """
    if incident.kind == IncidentKind.CALAMITY:
        step = step or Milestone.objects.filter(incident=incident, step=Step.SUPPORT).only("policy").first()
        frozen = step.policy.get("support_days") if step else None
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
        starts={step: Moment(getattr(policy, f"{step}_starts")) for step in Step.track()},
        remind_hours=tuple(policy.remind_hours),
        late_committee_hours=policy.late_committee_hours,
        late_director_hours=policy.late_director_hours,
        duty_deputy_minutes=policy.duty_deputy_minutes,
        duty_all_minutes=policy.duty_all_minutes,
        decreed_holidays=WorkingHours.current().office.decreed,
    )


def _moments(incident: Incident, named_at: datetime | None, analysis_done: datetime | None = None) -> Moments:
    if incident.igj_form and incident.established_at:
        # Of what is no calamity the law knows no time to establish: what is notified starts the clock.
        return Moments(
            noticed=incident.established_at,
            reported=incident.reported_at,
            established=incident.established_at,
        )
    return Moments(
        noticed=incident.noticed_at or incident.reported_at,
        occurred=incident.occurred_at,
        reported=incident.reported_at,
        established=incident.established_at,
        in_doubt=incident.in_doubt,
        analysis_done=analysis_done,
        named=named_at,
    )


def check(moment: datetime, *, incident: Incident, at: datetime) -> None:
    """Raises InTheFuture for a moment after `at`, OutOfOrder for one before it occurred or was noticed."""
    if moment > at:
        raise InTheFuture("moment")
    for name in ("occurred_at", "noticed_at"):
        earlier: datetime | None = getattr(incident, name)
        if earlier is not None and moment < earlier:
            raise OutOfOrder("moment", other=name, limit=earlier)


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
