"""What the inspectorate says of the final report: whether it asks for one and until when, another day by
letter, and more time where that was asked for.

Everything that was said, asked, granted, refused or taken back stays, with who recorded it. What the law
allows is incidents.clocks.deadlines.extended: asked before the term has expired, and never to an earlier day.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from hospital.clock import end_of_day, start_of_day
from hospital.refused import saying
from incidents.calamities import milestones
from incidents.calamities.milestones import Stale
from incidents.clocks.moment_checks import InTheFuture, OutOfOrder
from incidents.enums import ReportState, Step, TermAnswer, TermChangeKind, TrackEventKind
from incidents.models import Milestone, TermChange, TrackEvent

#: Whose statutory term the inspectorate extends (law: the final report; a notice is due at once).
EXTENDABLE = frozenset({Step.FINAL_REPORT})


class AlreadyAsked(Exception):
    """One extension waits for its answer already."""


class NotAskedFor(Exception):
    """The inspectorate does not ask for a report, or it is not known whether it does: nothing to extend."""


class Replaced(Exception):
    """A letter of the inspectorate has set the day since the extension was asked for."""


def ask(*, milestone: Milestone, asked_at: datetime, reference: str, by: User, at: datetime) -> TermChange:
    """Record that an extension was asked for at `asked_at`; the term moves when it is granted.

    Raises InTheFuture, OutOfOrder, deadlines.ExtensionTooLateError when the term had expired by then,
    AlreadyAsked, NotAskedFor, and Stale when the step is done or runs no longer.
    """
    if asked_at > at:
        raise InTheFuture("asked_at")
    with saying({"term_change_one_waiting": AlreadyAsked}):
        _running(milestone, done=False)
        _not_before_noticed("asked_at", asked_at, milestone)
        if state(milestone) != ReportState.ASKED:
            raise NotAskedFor
        change = TermChange.objects.create(
            milestone=milestone,
            kind=TermChangeKind.EXTENSION,
            answer=TermAnswer.WAITING,
            moment=asked_at,
            reference=reference,
            recorded_at=at,
            recorded_by=by,
        )
        _recompute(milestone, at)
        _log(milestone, TrackEventKind.EXTENSION_ASKED, moment=asked_at, by=by, at=at)
        return change


def answer(*, change: TermChange, until: date | None, reference: str, by: User, at: datetime) -> TermChange:
    """Record the inspectorate's answer: granted up to and including the local day `until`, or refused (None).

    Raises deadlines.ExtensionShortensError for a day before the end that holds, Replaced where a letter has
    named a day since it was asked (what is granted then is a letter too), and Stale.
    """
    milestone = change.milestone
    with transaction.atomic():
        before = _running(milestone)
        said = standing(milestone).exclude(kind=TermChangeKind.EXTENSION)
        if until is not None and said.filter(moment__gt=change.moment).exists():
            raise Replaced
        granted = TermAnswer.REFUSED if until is None else TermAnswer.GRANTED
        waiting = TermChange.objects.filter(
            pk=change.pk, answer=TermAnswer.WAITING, taken_back_at__isnull=True
        )
        if not waiting.update(answer=granted, until=until, reference=reference or change.reference):
            raise Stale
        _recompute(milestone, at)
        kind = TrackEventKind.EXTENSION_REFUSED if until is None else TrackEventKind.EXTENSION_GRANTED
        _log(milestone, kind, moment=_end(milestone), previous=before, by=by, at=at)
    change.refresh_from_db()
    return change


def standing(milestone: Milestone) -> QuerySet[TermChange]:
    """What counts for this term: all that was recorded and not taken back."""
    return milestone.term_changes.filter(taken_back_at__isnull=True)


def state(milestone: Milestone) -> ReportState:
    """Whether the inspectorate asks for the report, as far as was recorded."""
    return milestones.report_state(standing(milestone))


def confirm(
    *, milestone: Milestone, dated: date, until: date | None, reference: str, by: User, at: datetime
) -> TermChange:
    """The inspectorate's confirmation of the notification, of the local day `dated`, asks for the report up
    to and including `until`, or (None) for none: then the law's clock ends, and the hospital's own runs on.

    It takes the place of what was expected, and of what was confirmed before; a report that is done stays so.
    Raises InTheFuture for a confirmation of a day to come, OutOfOrder for one of before it was noticed, what
    incidents.clocks.deadlines.extended raises, and Stale.
    """
    kind = TrackEventKind.REPORT_NOT_ASKED if until is None else TrackEventKind.REPORT_ASKED
    return _said(
        milestone,
        TermChangeKind.CONFIRMATION,
        kind,
        dated=dated,
        until=until,
        reference=reference,
        by=by,
        at=at,
    )


def set_by_letter(
    *, milestone: Milestone, dated: date, until: date, reference: str, by: User, at: datetime
) -> TermChange:
    """The inspectorate's letter of the local day `dated` names `until`: the term ends at the end of that day.

    It takes the place of the computed end and of what was granted before. Raises InTheFuture for a letter of
    a day to come, OutOfOrder for one of before it was noticed, and Stale.
    """
    return _said(
        milestone,
        TermChangeKind.LETTER,
        TrackEventKind.LETTER,
        dated=dated,
        until=until,
        reference=reference,
        by=by,
        at=at,
    )


def _said(
    milestone: Milestone,
    kind: TermChangeKind,
    logged: TrackEventKind,
    *,
    dated: date,
    until: date | None,
    reference: str,
    by: User,
    at: datetime,
) -> TermChange:
    moment = start_of_day(dated)
    if moment > at:
        raise InTheFuture("dated")
    with transaction.atomic():
        before = _running(milestone)
        _not_before_noticed("dated", end_of_day(dated), milestone)
        change = TermChange.objects.create(
            milestone=milestone,
            kind=kind,
            answer=TermAnswer.NOT_ASKED if until is None else TermAnswer.GRANTED,
            moment=moment,
            until=until,
            reference=reference,
            recorded_at=at,
            recorded_by=by,
        )
        _recompute(milestone, at)
        _log(milestone, logged, moment=_end(milestone), previous=before, by=by, at=at)
        return change


def take_back(*, change: TermChange, by: User, at: datetime) -> TermChange:
    """Take back what was recorded by mistake; the term ends as if it had not been. Raises Stale."""
    milestone = change.milestone
    with transaction.atomic():
        before = _running(milestone)
        standing = TermChange.objects.filter(pk=change.pk, answer=change.answer, taken_back_at__isnull=True)
        if not standing.update(taken_back_at=at):
            raise Stale
        _recompute(milestone, at)
        kind = TrackEventKind.TERM_TAKEN_BACK
        _log(milestone, kind, moment=_end(milestone), previous=before, by=by, at=at)
    change.taken_back_at = at
    return change


def _recompute(milestone: Milestone, at: datetime) -> None:
    """What is known of the term since; of a report that is done too, which stays so."""
    milestones.recompute(incident=milestone.incident, at=at, done=(milestone.step,))


def _running(milestone: Milestone, *, done: bool = True) -> datetime | None:
    """Lock the report; the end that holds (None: nothing is asked). Raises Stale where there is no term, and
    unless it may be `done` already, where it is.
    """
    incident = milestones.locked(milestone.incident)
    row = Milestone.objects.get(pk=milestone.pk)
    runs = row.step in incident.running_steps and (done or row.done_at is None)
    if not runs or incident.established_at is None or row.step not in EXTENDABLE:
        raise Stale
    milestone.incident = incident
    return row.statutory_due_at


def _not_before_noticed(field: str, moment: datetime, milestone: Milestone) -> None:
    """Raises OutOfOrder: nothing is said or asked about what nobody has noticed."""
    noticed = milestone.incident.noticed_at
    if noticed is not None and moment < noticed:
        raise OutOfOrder(field, other="noticed_at", limit=noticed)


def _end(milestone: Milestone) -> datetime | None:
    return Milestone.objects.values_list("statutory_due_at", flat=True).get(pk=milestone.pk)


def _log(
    milestone: Milestone,
    kind: TrackEventKind,
    *,
    moment: datetime | None,
    by: User,
    at: datetime,
    previous: datetime | None = None,
) -> None:
    TrackEvent.objects.create(
        incident=milestone.incident,
        kind=kind,
        step=milestone.step,
        moment=moment,
        previous=previous,
        at=at,
        by=by,
    )
