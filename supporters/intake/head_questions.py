"""Asking the head of department who was there, after events that always bring an offer of support: onlookers,
students, cleaners and agency staff are forgotten first. The one writer of `HeadQuestion`.

Each function runs in one transaction, in that of the report where it follows from it. A row is locked before
it is looked at. A head may name people as long as the policy says from the report on, also of a report of
their own that asked nothing (`open_until`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, User
from hospital.clock import add_days
from hospital.models import WorkingHours
from incidents.enums import IncidentKind
from incidents.models import Incident, IncidentQuerySet, Involvement, Policy, events_of
from incidents.reports.report_as_seen import OWN_REPORT, entered_by
from incidents.reports.report_writer import Involved, ReportEnded, add_involved, are_one
from notifications.reminders.schedule import cancel_each, remind
from supporters.enums import HeadAnswer
from supporters.intake.reminders import HEAD_ASKED, HEAD_SILENT, of_question
from supporters.models import HeadQuestion, HeadQuestionQuerySet, SupportPolicy, UnnamedReport

PAGE = "support:who-was-there"
_KINDS = (HEAD_ASKED, HEAD_SILENT)


class TermOver(Exception):
    """People are named no more: so many days after the report the coordinator is turned to."""


def asked(incident: Incident, at: datetime) -> None:
    """`incident` came in at `at` (report_writer.report_listeners): its head of department is asked, where the
    policy says so, and it did not happen long ago; not who reported it themselves and named people. Where
    nobody heads it the coordinator finds out.
    """
    if incident.department_id is None or incident.kind in IncidentKind.personal():
        return
    policy = SupportPolicy.current()
    long_ago = incident.occurred_at and add_days(incident.occurred_at, policy.forgotten_days) < at
    if (
        incident.event_type not in policy.always_offered
        or long_ago
        or _was_said(incident, incident.department_id)
    ):
        return
    due_at = WorkingHours.current().office.add_days(at, policy.head_answers_days)
    question = HeadQuestion.objects.create(
        incident=incident, department_id=incident.department_id, asked_at=at, due_at=due_at
    )
    remind(of_question(question))


def withdrawn(incident: Incident, at: datetime) -> None:
    """Its reporter took it back (incidents.reports.withdrawal.listeners)."""
    cancel_each([incident.pk], at=at, kinds=_KINDS)
    HeadQuestion.objects.filter(incident=incident).delete()


def joined(*, stays: Incident, goes: Incident, at: datetime) -> None:
    """What was asked about `goes` is asked about `stays`, once of each department; no longer of that whose
    head reported one of the two and named people.
    """
    kept = set(_locked().filter(incident=stays).values_list("department", flat=True))
    cancel_each([goes.pk], at=at, kinds=_KINDS)
    for question in _locked().filter(incident=goes):
        if question.department_id in kept:
            question.delete()
        else:
            question.incident = stays
            question.save(update_fields=["incident"])
            if question.answered_at is None:
                remind(of_question(question))
    for question in _locked().waiting().filter(incident=stays).order_by("pk"):
        if _was_said(stays, question.department_id) or _was_said(goes, question.department_id):
            _close(question, HeadAnswer.SETTLED, at)


def reporter_named(incident: Incident, at: datetime) -> None:
    """Its reporter, who had named nobody, named people since: a head of its department is asked no longer."""
    for question in _locked().waiting().filter(incident=incident).order_by("pk"):
        if _is_head(incident.reporter, question.department_id):
            _close(question, HeadAnswer.SETTLED, at)


def _was_said(incident: Incident, department_id: UUID | None) -> bool:
    """Whether a head of that department reported `incident` and named people: they said who was there."""
    return (
        _is_head(incident.reporter, department_id)
        and not UnnamedReport.objects.filter(incident=incident).exists()
    )


def _is_head(user: User | None, department_id: UUID | None) -> bool:
    return user is not None and user.department_id == department_id and user.has_role(Role.TEAM_LEADER)


def settled(incidents: Collection[UUID], at: datetime) -> None:
    """Support is needed for nobody on these, or the coordinator knows who was there."""
    for question in _locked().waiting().filter(incident__in=incidents).order_by("pk"):
        _close(question, HeadAnswer.SETTLED, at)


def settle(*, question: HeadQuestion, by: User, at: datetime) -> None:
    """The coordinator asks the head no longer."""
    with transaction.atomic():
        settled([question.incident_id], at)
        audit.record(
            action=AccessAction.CHANGE,
            user=by,
            role=Role.COORDINATOR,
            access_point="support:intake",
            object_kind="incident",
            object_ref=question.incident.reference,
            basis="coordinator of the case",
            at=at,
        )


def may_be_named_on(user: User) -> IncidentQuerySet:
    """The reports on which `user` may name people, or could: the own ones, and of a head of department those
    of which they were asked; none in which they are involved themselves.
    """
    mine = Q(reporter=user) & ~Q(kind__in=IncidentKind.personal())
    if user.has_role(Role.TEAM_LEADER):
        mine |= Q(Exists(HeadQuestion.objects.filter(incident=OuterRef("pk"), department=user.department_id)))
    reports = Incident.objects.filter(mine, withdrawn_at=None, joined_into=None)
    return reports.exclude(pk__in=events_of(user))


def open_until(incident: Incident) -> datetime:
    """Until when a head, or who reported it, names people on `incident`."""
    return add_days(incident.reported_at, SupportPolicy.current().forgotten_days)


def question_to(user: User, incident: Incident) -> HeadQuestion | None:
    """What `user`, a head of department, was asked about `incident`."""
    return _questions_to(user, HeadQuestion.objects.filter(incident=incident)).first()


def _questions_to(user: User, questions: HeadQuestionQuerySet) -> HeadQuestionQuerySet:
    if not user.has_role(Role.TEAM_LEADER):
        return questions.none()
    return questions.filter(department=user.department_id)


@transaction.atomic
def name(*, incident: Incident, involved: Sequence[Involved], by: User, at: datetime) -> None:
    """Put `involved` on the report. Who is on it already stays what they are, and stands among those whom
    `by` named all the same: what the head reads must not say who was named before. Raises TermOver,
    ReportEnded.
    """
    if at > open_until(incident):
        raise TermOver
    locked = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    if locked.has_ended:
        raise ReportEnded
    present = list(incident.involvements.filter(erased_at=None).select_related("employee"))
    known = [row for row in present if any(are_one(person, row) for person in involved)]
    new = [person for person in involved if not any(are_one(person, row) for row in known)]
    if new:
        add_involved(incident=incident, involved=new, by=by, at=at, page=PAGE)
    audit.record_each(
        [row.pk for row in known],
        action=AccessAction.CREATE,
        user=by,
        role=Role.TEAM_LEADER if by.has_role(Role.TEAM_LEADER) else None,
        access_point=PAGE,
        object_kind="incident",
        object_ref=incident.reference,
        basis=OWN_REPORT,
        at=at,
    )
    for question in _questions_to(by, _locked().waiting().filter(incident=incident)):
        _close(question, HeadAnswer.NAMED, at)


@transaction.atomic
def nobody_missing(*, incident: Incident, by: User, at: datetime) -> None:
    """The head who was asked says that nobody is missing."""
    for question in _questions_to(by, _locked().waiting().filter(incident=incident)):
        _close(question, HeadAnswer.NOBODY_MISSING, at)


def named_by(user: User, incident: Incident, *, at: datetime) -> list[Involvement]:
    """Whom `user` named on `incident`, in the report or since, for as long as a reporter sees the names that
    they gave. One name less would say that somebody's support has ended: then the list goes as a whole.
    """
    lines = AccessEvent.objects.filter(
        user=user, action=AccessAction.CREATE, access_point=PAGE, object_ref=incident.reference
    )
    shown_for = timedelta(days=Policy.current().support_days)
    rows = incident.involvements.filter(pk__in=lines.filter(at__gte=at - shown_for).values("record"))
    added = {row.pk: row for row in rows.select_related("employee", "profession", "department")}
    named = (added | {row.pk: row for row in entered_by(user, incident, at=at)}).values()
    # By name, for the order of naming would say who was named before.
    return [] if any(row.erased_at for row in named) else sorted(named, key=lambda row: (row.name, row.pk))


def _locked() -> HeadQuestionQuerySet:
    return HeadQuestion.objects.select_for_update(of=("self",), no_key=True)


def _close(question: HeadQuestion, answer: HeadAnswer, at: datetime) -> None:
    question.answer, question.answered_at = answer, at
    question.save(update_fields=["answer", "answered_at"])
    cancel_each([question.incident_id], at=at, kinds=_KINDS)
