"""The other departments that a calamity concerns: named, asked, and confirmed by their heads (UMCG: step 2).

The step is done when the last of them has confirmed, and open again when another is named.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from hospital.models import Department
from hospital.refused import saying
from incidents.calamities import milestones, reminders
from incidents.calamities.milestones import Stale
from incidents.enums import Step, TrackEventKind
from incidents.models import Alignment, Incident, Milestone, TrackEvent
from notifications.reminders.schedule import cancel


class OwnDepartment(Exception):
    """The calamity's own department need not align with itself."""


class AlreadyNamed(Exception):
    """The department is on the list already."""


def name(*, incident: Incident, department: Department, by: User, at: datetime) -> Alignment:
    """Put another department on the list and ask its heads to confirm; a step that was done opens again.

    Raises OwnDepartment, AlreadyNamed, and Stale when the step's clock no longer runs.
    """
    if department.pk == incident.department_id:
        raise OwnDepartment
    with saying({"alignment_once": AlreadyNamed}):
        _running(incident)
        row = Alignment.objects.create(incident=incident, department=department, named_at=at)
        _log(row, TrackEventKind.DEPARTMENT_NAMED, by=by, at=at)
        reminders.ask_to_align(row)
        step = _step(incident)
        if step.done_at is not None:
            milestones.set_done(milestone=step, done_at=None, by=by, at=at, seen=step.done_at)
        return row


def confirm(*, alignment: Alignment, by: User, at: datetime) -> Alignment:
    """The department is aligned: its head says so, or the committee records it. The last one ends the step.

    Raises Stale when somebody was before, or it is no longer on the list.
    """
    with transaction.atomic():
        _running(alignment.incident)
        _change(alignment, confirmed_at=at, confirmed_by=by)
        alignment.confirmed_at, alignment.confirmed_by = at, by
        _log(alignment, TrackEventKind.DEPARTMENT_CONFIRMED, by=by, at=at)
        _end(alignment, by=by, at=at)
    return alignment


def drop(*, alignment: Alignment, by: User, at: datetime) -> Alignment:
    """Take a department off the list that has not confirmed: it was not concerned after all. Raises Stale."""
    with transaction.atomic():
        _running(alignment.incident)
        _change(alignment, dropped_at=at)
        alignment.dropped_at = at
        _log(alignment, TrackEventKind.DEPARTMENT_DROPPED, by=by, at=at)
        _end(alignment, by=by, at=at)
    return alignment


def _running(incident: Incident) -> None:
    if Step.ALIGNMENT not in milestones.locked(incident).running_steps:
        raise Stale


def _change(alignment: Alignment, **changes: object) -> None:
    open_row = Alignment.objects.filter(pk=alignment.pk, confirmed_at__isnull=True, dropped_at__isnull=True)
    if not open_row.update(**changes):
        raise Stale


def _end(alignment: Alignment, *, by: User, at: datetime) -> None:
    """What follows when one is no longer waited for."""
    cancel(subject_id=alignment.pk, at=at)
    named = Alignment.objects.filter(incident=alignment.incident, dropped_at__isnull=True)
    step = _step(alignment.incident)
    if step.done_at is None and named.exists() and not named.filter(confirmed_at__isnull=True).exists():
        milestones.set_done(milestone=step, done_at=at, by=by, at=at, seen=None)


def _step(incident: Incident) -> Milestone:
    return Milestone.objects.select_related("incident").get(incident=incident, step=Step.ALIGNMENT)


def _log(alignment: Alignment, kind: TrackEventKind, *, by: User, at: datetime) -> None:
    TrackEvent.objects.create(
        incident=alignment.incident,
        kind=kind,
        step=Step.ALIGNMENT,
        department=alignment.department,
        at=at,
        by=by,
    )
