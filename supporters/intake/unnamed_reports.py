"""The one writer of the intake: opens the row of a report that names nobody, and closes it.

Each function runs in one transaction, in that of the report where it follows from it. A row is locked before
it is looked at, so of two coordinators at once the second finds what the first did (`Settled`).
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from hospital.clock import add_days
from hospital.models import WorkingHours
from incidents.models import Incident
from notifications.reminders.schedule import cancel_each, remind
from supporters.contacts.allowed_steps import UNDO_WITHIN
from supporters.enums import IntakeState, NotNeededReason
from supporters.intake import head_questions, rules
from supporters.intake.reminders import INTAKE_LATE, REPORTER_ASKED, late, question
from supporters.models import IntakeRule, SupportPolicy, UnnamedReport, UnnamedReportQuerySet

_KINDS = (INTAKE_LATE, REPORTER_ASKED)
#: What nobody is offered support for, and can be taken up again.
CLOSED_WITHOUT_SUPPORT = (IntakeState.NOT_NEEDED, IntakeState.BY_RULE)


class Settled(Exception):
    """Somebody was faster: `row` is no longer what it was taken for."""

    def __init__(self, row: UnnamedReport) -> None:
        super().__init__(f"The report is {row.state}.")
        self.row = row


class AskedToday(Exception):
    """The reporter was asked on this day."""


class NobodyToAsk(Exception):
    """It came without a reporter, or they have no account any more."""


class DecisionStands(Exception):
    """It can no longer be undone, or somebody else did it."""


def opened(incident: Incident, at: datetime) -> None:
    """`incident` came in at `at` and names nobody (incidents.reports.report_writer.unnamed_listeners)."""
    row = UnnamedReport(incident=incident, weight=rules.weight(incident.kind, incident.harm), opened_at=at)
    _set_term(row, _days(incident), at)
    row.save(force_insert=True)
    if row.due_at:
        remind([late(row)])


def named(incident: Incident, at: datetime) -> None:
    """Support is offered to people on it now (report_writer.addition_listeners)."""
    _end([incident.pk], IntakeState.NAMED, at)


def withdrawn(incident: Incident, at: datetime) -> None:
    """Its reporter took it back (incidents.reports.withdrawal.listeners)."""
    _end([incident.pk], IntakeState.WITHDRAWN, at)


def decided(incident: Incident) -> bool:
    """Whether a coordinator decided about it: then it is not taken back (withdrawal.acted). Locks it."""
    row = _locked().filter(incident=incident).first()
    return row is not None and row.state == IntakeState.NOT_NEEDED


def joined(*, stays: Incident, goes: Incident, by: User, at: datetime) -> None:
    """`goes` leads to `stays` from now on. What waited on `goes` waits on `stays`, unless people are on it
    or a coordinator found that no support is needed.
    """
    found = {row.incident_id: row for row in _locked().filter(incident__in=[stays.pk, goes.pk])}
    gone, left = found.get(goes.pk), found.get(stays.pk)
    if stays.involvements.exists():
        _end([stays.pk], IntakeState.NAMED, at)
    elif gone is not None and gone.state == IntakeState.OPEN:
        _take_over(stays, left, gone, at)
    if gone is not None and gone.state == IntakeState.OPEN:
        gone.state, gone.closed_at, gone.decided_by = IntakeState.JOINED, at, by
        gone.save(update_fields=["state", "closed_at", "decided_by"])


def corrected(incident: Incident, at: datetime) -> None:
    """More is known of `incident`, or the committee follows it: the rules look at it again. What waits only
    because somebody acted goes on waiting; what a rule had closed, and should wait, is taken up again.
    """
    row = _locked().filter(incident=incident, state__in=[IntakeState.OPEN, IntakeState.BY_RULE]).first()
    if row is None:
        return
    incident = Incident.objects.get(pk=incident.pk)
    row.weight = rules.weight(incident.kind, incident.harm)
    days = _days(incident)
    waits = row.closes_at is None
    if days is None and not waits:
        row.state, row.closed_at = IntakeState.OPEN, None
        _set_term(row, None, at)
        remind([late(row)])
    elif days is not None and waits and row.asked_at is None:
        _set_term(row, days, row.opened_at)
        cancel_each([row.incident_id], at=at, kinds=_KINDS)
    row.save(update_fields=["weight", "state", "closed_at", "due_at", "closes_at"])


@transaction.atomic
def no_support_needed(
    reports: Collection[UUID], *, reason: NotNeededReason, by: User, at: datetime
) -> tuple[list[UnnamedReport], list[UnnamedReport]]:
    """The coordinator `by` decides that for these, as far as she may see them, nobody needs support: those
    that it was done for, and those of which somebody else was faster.
    """
    rows = list(_locked().visible_to(by).filter(pk__in=reports).order_by("pk"))
    done = [row for row in rows if row.state == IntakeState.OPEN]
    UnnamedReport.objects.filter(pk__in=[row.pk for row in done]).update(
        state=IntakeState.NOT_NEEDED, reason=reason, decided_by=by, closed_at=at
    )
    cancel_each([row.incident_id for row in done], at=at, kinds=_KINDS)
    head_questions.settled([row.incident_id for row in done], at)
    _log(done, by, at)
    return done, [row for row in rows if row.state != IntakeState.OPEN]


@transaction.atomic
def undo(*, report: UnnamedReport, by: User, at: datetime) -> list[UnnamedReport]:
    """Take back what `by` decided about `report` and, in the same tap, of others. Raises DecisionStands."""
    rows = list(
        _locked()
        .filter(state=IntakeState.NOT_NEEDED, decided_by=by, closed_at=report.closed_at)
        .order_by("pk")
    )
    if report.closed_at is None or at > report.closed_at + UNDO_WITHIN or not rows:
        raise DecisionStands
    UnnamedReport.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=IntakeState.OPEN, reason="", decided_by=None, closed_at=None
    )
    remind(late(row) for row in rows if row.due_at)
    _log(rows, by, at)
    return rows


@transaction.atomic
def take_up(*, report: UnnamedReport, by: User, at: datetime) -> UnnamedReport:
    """Look again at what was closed without support, or at what a rule would close; with a term of its own.
    Raises Settled.
    """
    row = _locked().get(pk=report.pk)
    if row.state not in CLOSED_WITHOUT_SUPPORT and not (row.state == IntakeState.OPEN and row.closes_at):
        raise Settled(row)
    row.state, row.reason, row.decided_by, row.closed_at = IntakeState.OPEN, "", None, None
    _set_term(row, None, at)
    row.save(update_fields=["state", "reason", "decided_by", "closed_at", "due_at", "closes_at"])
    remind([late(row)])
    _log([row], by, at)
    return row


@transaction.atomic
def ask_reporter(*, report: UnnamedReport, by: User, at: datetime) -> UnnamedReport:
    """Ask the reporter who was involved: a notice, and a mail without content. It waits for the answer, with
    a new term; no rule closes it any more.

    Raises Settled, NobodyToAsk, and AskedToday.
    """
    row = _locked().select_related("incident__reporter").get(pk=report.pk)
    if row.state != IntakeState.OPEN:
        raise Settled(row)
    if not can_be_asked(row):
        raise NobodyToAsk
    if was_asked(row, at=at):
        raise AskedToday
    row.asked_at, row.said_nobody_at = at, None
    _set_term(row, None, at)
    row.save(update_fields=["asked_at", "said_nobody_at", "due_at", "closes_at"])
    cancel_each([row.incident_id], at=at, kinds=_KINDS)
    remind([question(row, at=at), late(row)])
    _log([row], by, at)
    return row


@transaction.atomic
def answer_nobody(*, report: UnnamedReport, at: datetime) -> UnnamedReport:
    """The reporter, who was asked, says that nobody was involved. The coordinator decides. Raises Settled."""
    row = _locked().get(pk=report.pk)
    if row.state != IntakeState.OPEN or row.asked_at is None:
        raise Settled(row)
    row.said_nobody_at = at
    row.save(update_fields=["said_nobody_at"])
    cancel_each([row.incident_id], at=at, kinds=[REPORTER_ASKED])
    return row


def close_by_rule(*, at: datetime) -> int:
    """Close what the rules close by `at`; how many. Each night (supporters.tasks)."""
    due = UnnamedReport.objects.closing().filter(closes_at__lte=at)
    with transaction.atomic():
        head_questions.settled(list(due.values_list("incident", flat=True)), at)
        return due.update(state=IntakeState.BY_RULE, closed_at=at)


def can_be_asked(row: UnnamedReport) -> bool:
    """Whether there is somebody to ask; its incident and reporter are read."""
    return row.incident.reporter is not None and row.incident.reporter.is_active


def was_asked(row: UnnamedReport, *, at: datetime) -> bool:
    """Whether the reporter was asked on the day of `at`."""
    return row.asked_at is not None and timezone.localdate(row.asked_at) == timezone.localdate(at)


def _locked() -> UnnamedReportQuerySet:
    return UnnamedReport.objects.select_for_update(of=("self",), no_key=True)


def _days(incident: Incident) -> int | None:
    policy = SupportPolicy.current()
    return rules.days_until_closed(
        rules.facts_of(incident), IntakeRule.objects.all(), unharmed_days=policy.unharmed_days
    )


def _set_term(row: UnnamedReport, days: int | None, at: datetime) -> None:
    """It closes after so many days from `at`, or waits, with the term of the policy."""
    if days is None:
        office = WorkingHours.current().office
        row.due_at = office.add_days(at, SupportPolicy.current().intake_days)
        row.closes_at = None
    else:
        row.due_at, row.closes_at = None, add_days(at, days)


def _end(incidents: Collection[UUID], state: IntakeState, at: datetime) -> None:
    rows = UnnamedReport.objects.filter(
        incident__in=incidents, state__in=[IntakeState.OPEN, *CLOSED_WITHOUT_SUPPORT]
    )
    if rows.update(state=state, closed_at=at, decided_by=None, reason=""):
        cancel_each(incidents, at=at, kinds=_KINDS)


def _take_over(stays: Incident, left: UnnamedReport | None, gone: UnnamedReport, at: datetime) -> None:
    """The open row of the report that goes (`gone`) is that of the one that stays."""
    if left is None:
        left = UnnamedReport(incident=stays, opened_at=gone.opened_at, weight=gone.weight)
        left.due_at, left.closes_at = gone.due_at, gone.closes_at
        left.save(force_insert=True)
    elif left.state == IntakeState.BY_RULE or (left.state == IntakeState.OPEN and left.closes_at):
        left.state, left.closed_at = IntakeState.OPEN, None
        left.due_at, left.closes_at = gone.due_at, gone.closes_at
    left.weight = max(left.weight, gone.weight)
    left.save()
    if left.state == IntakeState.OPEN and left.due_at:
        remind([late(left)])


def _log(rows: Collection[UnnamedReport], by: User, at: datetime) -> None:
    references = Incident.objects.filter(pk__in=[row.incident_id for row in rows])
    for reference in references.order_by("reference").values_list("reference", flat=True):
        audit.record(
            action=AccessAction.CHANGE,
            user=by,
            role=Role.COORDINATOR,
            access_point="support:intake",
            object_kind="incident",
            object_ref=reference,
            basis="coordinator of the case",
            at=at,
        )
