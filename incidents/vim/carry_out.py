"""Doing what incidents.vim.plan says, all of it or nothing."""

from collections.abc import Collection
from datetime import datetime

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from hospital.refused import saying
from incidents.calamities import classification, moment_writer
from incidents.calamities.milestones import Stale
from incidents.clocks.deadlines import ExtensionError
from incidents.clocks.moment_checks import WrongMoment
from incidents.enums import CorrectionReason, IncidentKind, Verdict
from incidents.models import Incident, Involvement
from incidents.reports.report_writer import (
    NotAccepted,
    add_involved,
    correction_listeners,
    report_incident,
)
from incidents.vim.people import Same
from incidents.vim.plan import Changed, Resolved, VimPlan


class NotImportable(Exception):
    """The plan has problems, or somebody imported the same numbers meanwhile: look at it again."""


MEANWHILE = {"incident_external_number_once": NotImportable, "involvement_once_per_incident": NotImportable}


class NotSure(NotImportable):
    """The file has new reports of more than a year ago, and nobody said that their dates are right."""


def apply(
    plan: VimPlan,
    *,
    take: Collection[str],
    by: User | None,
    at: datetime,
    calamities: Collection[str] = (),
    sure: Collection[str] = (),
) -> list[Incident]:
    """Carry out `plan`: everything new, and what changed for the numbers in `take`; the new reports, in their
    order.

    Those of `plan.calamities` whose numbers are in `calamities` are reported as calamities, to the committee;
    the others are incidents. `by` is the coordinator, None for the command. `sure` are the numbers of which
    somebody said that a date of more than a year ago is right: without it a new one raises NotSure, and that
    of a known report stays as it is. Raises NotImportable; what raises writes nothing.
    """
    if not plan.can_be_done:
        raise NotImportable
    if not {resolved.number for resolved in plan.long_ago} <= {*sure}:
        raise NotSure
    try:
        with saying(MEANWHILE):
            proposed = {each.number for each in plan.calamities} & {*calamities}
            new = [_take_in(each, plan.source, at, calamity=each.number in proposed) for each in plan.new]
            for same in plan.same:
                _keep_the_answer(same)
            for changed in plan.changed:
                if changed.number in take:
                    _take_over(changed, by, at, sure)
                if changed.number in proposed:
                    _report_as_calamity(changed.incident, by, at)
            audit.record(
                action=AccessAction.CREATE,
                user=by,
                role=Role.COORDINATOR if by else None,
                access_point="incidents:import" if by else "import_vim",
                object_kind="vim import",
                object_ref=plan.source,
                basis="import",
                at=at,
            )
            return new
    except (NotAccepted, Stale, WrongMoment, ExtensionError, classification.NotPossible) as error:
        raise NotImportable from error


def _take_in(resolved: Resolved, source: str, at: datetime, *, calamity: bool) -> Incident:
    report = resolved.report
    return report_incident(
        reporter=None,
        kind=IncidentKind.CALAMITY if calamity else IncidentKind.VIM,
        event_type=report.event_type,
        involved=resolved.people,
        submission_key=None,
        at=at,
        department=resolved.department,
        occurred_at=report.occurred_at,
        description=report.description,
        harm=report.harm,
        external_source=source,
        external_number=report.number,
    )


def _report_as_calamity(incident: Incident, by: User | None, at: datetime) -> None:
    """What the committee has not seen yet comes to it, as if it had been reported as a calamity."""
    current = Incident.objects.get(pk=incident.pk)
    classification.classify(
        incident=current,
        verdict=Verdict.REPORTED,
        by=by,
        at=at,
        seen=classification.standing(current),
    )


def _take_over(changed: Changed, by: User | None, at: datetime, sure: Collection[str]) -> None:
    fields = changed.possible(sure)
    occurred_at = fields.pop("occurred_at", None)
    if isinstance(occurred_at, datetime):
        moment_writer.correct(
            incident=changed.incident,
            moments={"occurred_at": occurred_at},
            reason=CorrectionReason.IMPORT,
            by=by,
            at=at,
            seen={"occurred_at": changed.incident.occurred_at},
        )
    if fields:
        Incident.objects.filter(pk=changed.incident.pk).update(**fields)
        for listener in correction_listeners:
            listener(changed.incident, at)
    if changed.new_people:
        add_involved(incident=changed.incident, involved=changed.new_people, by=by, at=at)


def _keep_the_answer(same: Same) -> None:
    row = Involvement.objects.select_for_update(of=("self",)).get(pk=same.row.pk)
    if row.erased_at is not None:
        return
    row.file_keys = [*row.file_keys, same.key]
    if row.employee_id is None:
        row.email, row.telephone = same.email or row.email, same.telephone or row.telephone
    row.save(update_fields=["file_keys", "email", "telephone"])
