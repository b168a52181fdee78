"""When it happened, was noticed and was established: the one writer of these moments of a report.

The database holds their order as well (constraint incident_moments_in_order).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from incidents.calamities import milestones
from incidents.calamities.milestones import Stale
from incidents.clocks.deadlines import DeadlinePolicy
from incidents.clocks.moment_checks import AfterStep, OutOfOrder, judge
from incidents.enums import CorrectionReason, IncidentKind, Moment, Step, TrackEventKind
from incidents.models import Incident, TrackEvent

FIELDS = ("occurred_at", "noticed_at", "established_at")

_CORRECTED = {
    "occurred_at": TrackEventKind.OCCURRED_CORRECTED,
    "noticed_at": TrackEventKind.NOTICED_CORRECTED,
    "established_at": TrackEventKind.ESTABLISHED_CORRECTED,
}


class DoneBefore(Exception):
    """These `steps` would have been done before it was established, from which they count."""

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__("Steps would have been done before it was established.")
        self.steps = steps


def put(incident: Incident, *, at: datetime, **given: datetime | None) -> None:
    """Give a report, new or locked by the caller, who stores it, the moments in `given` (None: not known).

    Raises what clocks.moment_checks.judge raises, and then changes nothing. Of a calamity of which it is not
    known when it was noticed, the report stands in that place.
    """
    changed = {name: value for name, value in given.items() if value is not None}
    left = {name: getattr(incident, name) for name in (*FIELDS, "reported_at") if name not in given}
    judge(left, changed=changed, at=at)
    if incident.kind == IncidentKind.CALAMITY and not (left | given).get("noticed_at"):
        established = (left | given).get("established_at")
        if established is not None and established < incident.reported_at:
            raise OutOfOrder("established_at", other="reported_at", limit=incident.reported_at)
    for name in FIELDS:
        if name in given:
            setattr(incident, name, given[name])


def correct(
    *,
    incident: Incident,
    moments: Mapping[str, datetime],
    reason: CorrectionReason,
    by: User | None,
    at: datetime,
    seen: Mapping[str, datetime | None],
    sure: bool = False,
) -> Incident:
    """Correct `moments`, fields with what they should be, together; `by` is None for an import command.

    `seen` is what stood there when it was decided: Stale when one of them is another by now, and for
    establishing what was not established. Raises what clocks.moment_checks.judge and `check_steps` raise, and
    deadlines.DeadlineError when a recorded extension would not hold any more; unless they are `sure`,
    DoneBefore.

    Effects, in one transaction: the moments; of what has steps also a line for each in its log, every due
    moment anew by the terms that were frozen on it, a line for each legal term that moved, and the reminders
    that belong to them.
    """
    with transaction.atomic():
        incident = milestones.locked(incident)
        before = {name: getattr(incident, name) for name in moments}
        if any(before[name] != seen.get(name) for name in moments):
            raise Stale
        changed = {name: value for name, value in moments.items() if value != before[name]}
        if not changed:
            return incident
        if "established_at" in changed and before["established_at"] is None:
            raise Stale
        put(incident, at=at, **changed)
        check_steps(incident, changed)
        if not sure:
            _check_established(incident, before, changed)
        incident.save(update_fields=list(changed))
        if incident.tracked_since is None:
            return incident
        TrackEvent.objects.bulk_create(
            TrackEvent(
                incident=incident,
                kind=_CORRECTED[name],
                moment=value,
                previous=before[name],
                reason=reason,
                at=at,
                by=by,
            )
            for name, value in changed.items()
        )
        if "established_at" in changed:
            decided = incident.milestones.filter(step=Step.ESTABLISH, done_at=before["established_at"])
            decided.update(done_at=changed["established_at"])
        terms = _legal_terms(incident)
        milestones.recompute(incident=incident, at=at, done=tuple(Step))
        TrackEvent.objects.bulk_create(
            TrackEvent(
                incident=incident,
                kind=TrackEventKind.TERM_COMPUTED,
                step=step,
                moment=ends_at,
                previous=terms[step],
                reason=reason,
                at=at,
                by=by,
            )
            for step, ends_at in _legal_terms(incident).items()
            if ends_at != terms[step]
        )
        return incident


def check_steps(incident: Incident, changed: Mapping[str, datetime]) -> None:
    """Raises AfterStep when a step was done before a moment in `changed` that nothing can precede: when it
    happened, and when it was noticed.
    """
    limits = {name: changed[name] for name in ("occurred_at", "noticed_at") if name in changed}
    if not limits or incident.tracked_since is None:
        return
    first = incident.milestones.filter(done_at__isnull=False).order_by("done_at").first()
    for name, moment in limits.items():
        if first is not None and first.done_at is not None and first.done_at < moment:
            raise AfterStep(name, step=Step(first.step), done_at=first.done_at)


def _check_established(
    incident: Incident, before: Mapping[str, datetime | None], changed: Mapping[str, datetime]
) -> None:
    """Raises DoneBefore when steps that count from establishing were done after it, and would be before."""
    was, moment = before.get("established_at"), changed.get("established_at")
    if was is None or moment is None:
        return
    between = incident.milestones.filter(done_at__gte=was, done_at__lt=moment).exclude(step=Step.ESTABLISH)
    counted = [
        Step(row.step)
        for row in between.order_by("done_at")
        if DeadlinePolicy.from_data(row.policy).starts[Step(row.step)] == Moment.ESTABLISHED
    ]
    if counted:
        raise DoneBefore(counted)


def _legal_terms(incident: Incident) -> dict[Step, datetime | None]:
    running = incident.milestones.filter(step__in=incident.running_steps)
    return {Step(row.step): row.legal_due_at for row in running}
