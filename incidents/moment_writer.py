"""When it happened, was noticed and was established: the one writer of these moments of a report.

The database holds their order as well (constraint incident_moments_in_order).
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from incidents import milestones
from incidents.enums import CorrectionReason, IncidentKind, TrackEventKind
from incidents.milestones import Stale
from incidents.models import Incident, TrackEvent
from incidents.moments import OutOfOrder, judge

FIELDS = ("occurred_at", "noticed_at", "established_at")

_CORRECTED = {
    "occurred_at": TrackEventKind.OCCURRED_CORRECTED,
    "noticed_at": TrackEventKind.NOTICED_CORRECTED,
    "established_at": TrackEventKind.ESTABLISHED_CORRECTED,
}


def put(incident: Incident, *, at: datetime, **given: datetime | None) -> None:
    """Give a report, new or locked by the caller, who stores it, the moments in `given` (None: not known).

    Raises what incidents.moments.judge raises, and then changes nothing. Of a calamity of which it is not
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
) -> Incident:
    """Correct `moments`, fields with what they should be, together; `by` is None for an import command.

    `seen` is what stood there when it was decided: Stale when one of them is another by now, and for
    establishing what was not established. Raises what incidents.moments.judge raises, and
    deadlines.DeadlineError when a recorded extension would not hold any more.

    Effects, in one transaction: the moments; of what has steps also a line for each in its log, every due
    moment anew by the terms that were frozen on it, and the reminders that belong to them.
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
        milestones.recompute(incident=incident, at=at, done_too=True)
        return incident
