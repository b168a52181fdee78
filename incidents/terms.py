"""Moving the end of a statutory term: an extension asked of the inspectorate, or the day its letter names.

Everything that was asked, granted, refused or taken back stays, with who recorded it. What the law allows is
incidents.deadlines.extended: asked before the term has expired, and never to an earlier day.
"""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from hospital.clock import start_of_day
from incidents import milestones
from incidents.enums import Step, TermAnswer, TermChangeKind, TrackEventKind
from incidents.milestones import Stale
from incidents.models import Milestone, TermChange, TrackEvent
from incidents.moments import InTheFuture

#: Whose statutory term the inspectorate extends (law: the final report; a notice is due at once).
EXTENDABLE = frozenset({Step.FINAL_REPORT})


class AlreadyAsked(Exception):
    """One extension waits for its answer already."""


class Replaced(Exception):
    """A letter of the inspectorate has set the day since the extension was asked for."""


def ask(*, milestone: Milestone, asked_at: datetime, reference: str, by: User, at: datetime) -> TermChange:
    """Record that an extension was asked for at `asked_at`; the term moves when it is granted.

    Raises InTheFuture, deadlines.ExtensionTooLateError when the term had expired by then, AlreadyAsked, and
    Stale when the step is done or runs no longer.
    """
    if asked_at > at:
        raise InTheFuture("asked_at")
    try:
        with transaction.atomic():
            _running(milestone)
            change = TermChange.objects.create(
                milestone=milestone,
                kind=TermChangeKind.EXTENSION,
                answer=TermAnswer.WAITING,
                moment=asked_at,
                reference=reference,
                recorded_at=at,
                recorded_by=by,
            )
            milestones.recompute(incident=milestone.incident, at=at)
            _log(milestone, TrackEventKind.EXTENSION_ASKED, moment=asked_at, by=by, at=at)
            return change
    except IntegrityError as error:
        raise AlreadyAsked from error


def answer(*, change: TermChange, until: date | None, reference: str, by: User, at: datetime) -> TermChange:
    """Record the inspectorate's answer: granted up to and including the local day `until`, or refused (None).

    Raises deadlines.ExtensionShortensError for a day before the end that holds, Replaced where a letter has
    named a day since it was asked (what is granted then is a letter too), and Stale.
    """
    milestone = change.milestone
    with transaction.atomic():
        before = _running(milestone)
        letters = milestone.term_changes.filter(kind=TermChangeKind.LETTER, taken_back_at__isnull=True)
        if until is not None and letters.filter(moment__gt=change.moment).exists():
            raise Replaced
        granted = TermAnswer.REFUSED if until is None else TermAnswer.GRANTED
        waiting = TermChange.objects.filter(
            pk=change.pk, answer=TermAnswer.WAITING, taken_back_at__isnull=True
        )
        if not waiting.update(answer=granted, until=until, reference=reference or change.reference):
            raise Stale
        milestones.recompute(incident=milestone.incident, at=at)
        kind = TrackEventKind.EXTENSION_REFUSED if until is None else TrackEventKind.EXTENSION_GRANTED
        _log(milestone, kind, moment=_end(milestone), previous=before, by=by, at=at)
    change.refresh_from_db()
    return change


def set_by_letter(
    *, milestone: Milestone, dated: date, until: date, reference: str, by: User, at: datetime
) -> TermChange:
    """The inspectorate's letter of the local day `dated` names `until`: the term ends at the end of that day.

    It takes the place of the computed end and of what was granted before. Raises InTheFuture for a letter of
    a day to come, and Stale.
    """
    moment = start_of_day(dated)
    if moment > at:
        raise InTheFuture("dated")
    with transaction.atomic():
        before = _running(milestone)
        change = TermChange.objects.create(
            milestone=milestone,
            kind=TermChangeKind.LETTER,
            answer=TermAnswer.GRANTED,
            moment=moment,
            until=until,
            reference=reference,
            recorded_at=at,
            recorded_by=by,
        )
        milestones.recompute(incident=milestone.incident, at=at)
        _log(milestone, TrackEventKind.LETTER, moment=_end(milestone), previous=before, by=by, at=at)
        return change


def take_back(*, change: TermChange, by: User, at: datetime) -> TermChange:
    """Take back what was recorded by mistake; the term ends as if it had not been. Raises Stale."""
    milestone = change.milestone
    with transaction.atomic():
        before = _running(milestone)
        standing = TermChange.objects.filter(pk=change.pk, answer=change.answer, taken_back_at__isnull=True)
        if not standing.update(taken_back_at=at):
            raise Stale
        milestones.recompute(incident=milestone.incident, at=at)
        kind = TrackEventKind.TERM_TAKEN_BACK
        _log(milestone, kind, moment=_end(milestone), previous=before, by=by, at=at)
    change.taken_back_at = at
    return change


def _running(milestone: Milestone) -> datetime | None:
    """Lock the report; the end that holds. Raises Stale where there is no term to move."""
    incident = milestones.locked(milestone.incident)
    row = Milestone.objects.get(pk=milestone.pk)
    runs = row.done_at is None and row.statutory_due_at is not None and row.step in incident.running_steps
    if not runs or row.step not in EXTENDABLE:
        raise Stale
    milestone.incident = incident
    return row.statutory_due_at


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
