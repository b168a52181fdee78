"""Storing a report: the incident, who is involved, a calamity's milestones; all in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from accounts.people import who_is_who
from accounts.people.who_is_who import Named
from hospital.models import Department, Profession
from hospital.refused import saying
from incidents.calamities import milestones, moment_writer, put_aside
from incidents.enums import AlreadyOffered, EventType, Harm, IncidentKind
from incidents.models import Incident, Involvement
from incidents.reports.report_as_seen import promised_by

#: Where a coordinator adds people to a report.
COORDINATORS_PAGE = "incidents:add-people"

#: Called in the transaction of a report with the involved employees that were just added. `supporters` adds
#: itself when the app starts (supporters.apps), for this app may not import it: it offers support without
#: incidents ever knowing what became of it.
involvement_listeners: list[Callable[[Sequence[Involvement], datetime], None]] = []
#: Called in the transaction that put people on a report that was there already.
addition_listeners: list[Callable[[Incident, datetime], None]] = []
#: Called in the transaction of a report of an event that names nobody.
unnamed_listeners: list[Callable[[Incident, datetime], None]] = []
#: Called in the transaction of every new report, after the others.
report_listeners: list[Callable[[Incident, datetime], None]] = []
#: Called in the transaction in which something else became known of a report than it said.
correction_listeners: list[Callable[[Incident, datetime], None]] = []


class NotAccepted(Exception):
    """A report that cannot be right about people; the subclasses say why."""


class WrongNumberInvolved(NotAccepted):
    """A question for support is about exactly one person."""


class AlreadyInvolved(NotAccepted):
    """Somebody is on the list already; `name` as it was given."""

    def __init__(self, name: str) -> None:
        super().__init__("This person is on the list already.")
        self.name = name


class SentBefore(NotAccepted):
    """This form was sent before, as `first`, and says something else now."""

    def __init__(self, first: Incident) -> None:
        super().__init__("This form was sent before, with something else on it.")
        self.first = first


class KeyTaken(Exception):
    """Another report was sent with this submission key, by somebody else: no form of ours makes that."""


class ReportEnded(NotAccepted):
    """The report was taken back, or joined with another, meanwhile."""


class CannotBeReached(NotAccepted):
    """Somebody without an account has neither e-mail address nor telephone number, or no name."""


@dataclass(frozen=True, kw_only=True)
class Involved:
    """An employee to whom support is to be offered: an account, or somebody typed in by hand.

    Profession and department of an account are copied from it; name, e-mail and telephone stay there.
    `file_keys` are as in `Involvement`.
    """

    employee: User | None = None
    name: str = ""
    email: str = ""
    telephone: str = ""
    profession: Profession | None = None
    department: Department | None = None
    wish_other_department: bool = True
    wish_physician: bool = False
    wish_outside: bool = False
    file_keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        reached = self.email or who_is_who.number(self.telephone)
        if self.employee is None and not (self.name and reached):
            raise CannotBeReached

    @property
    def employee_id(self) -> UUID | None:
        return self.employee.pk if self.employee else None

    @property
    def called(self) -> str:
        return self.employee.name if self.employee else self.name

    @property
    def named(self) -> Named:
        if self.employee is not None:
            return who_is_who.named(self.employee)
        return Named(name=self.name, email=self.email, telephone=self.telephone)

    def involvement(self, *, incident: Incident, at: datetime) -> Involvement:
        """The unsaved involvement of this person in `incident`."""
        row = Involvement(
            incident=incident,
            employee=self.employee,
            wish_other_department=self.wish_other_department,
            wish_physician=self.wish_physician,
            wish_outside=self.wish_outside,
            added_at=at,
            file_keys=list(self.file_keys),
        )
        if self.employee is None:
            row.typed_name, row.email, row.telephone = self.name, self.email, self.telephone
            row.profession, row.department = self.profession, self.department
        else:
            row.profession_id, row.department_id = self.employee.profession_id, self.employee.department_id
        return row


def report_incident(
    *,
    reporter: User | None,
    kind: IncidentKind,
    event_type: EventType,
    involved: Sequence[Involved],
    submission_key: UUID | None,
    at: datetime,
    department: Department | None = None,
    occurred_at: datetime | None = None,
    noticed_at: datetime | None = None,
    established_at: datetime | None = None,
    in_doubt: bool = False,
    description: str = "",
    harm: Harm = Harm.UNKNOWN,
    already_offered: AlreadyOffered = AlreadyOffered.UNKNOWN,
    external_source: str = "",
    external_number: str = "",
) -> Incident:
    """Store a report and everything that follows from it, once for each `submission_key`.

    A second call with the same key, at the same time or later, returns the first one's incident and changes
    nothing; SentBefore when it says something else than the first did. The reference counts within the year
    of `at` in local time (Europe/Amsterdam), without gaps. `in_doubt`: whether it is a calamity is still to
    be established, within the law's term.
    `reporter` and `submission_key` are None for reports that a VIM system or the demo brings.

    Raises what `moments.judge` raises, `WrongNumberInvolved`, `AlreadyInvolved`, `SentBefore`, `KeyTaken`.
    """
    if kind in IncidentKind.personal() and len(involved) != 1:
        raise WrongNumberInvolved
    _check_nobody_twice(involved, present=())
    incident = Incident(
        kind=kind,
        event_type=event_type,
        department=department,
        in_doubt=in_doubt,
        description=description,
        harm=harm,
        already_offered=already_offered,
        reporter=reporter,
        reported_at=at,
        tracked_since=at if kind == IncidentKind.CALAMITY else None,
        submission_key=submission_key,
        external_source=external_source,
        external_number=external_number,
    )
    moment_writer.put(
        incident, at=at, occurred_at=occurred_at, noticed_at=noticed_at, established_at=established_at
    )
    try:
        with saying({"incident_submission_once": KeyTaken}):
            _store(incident, involved, at)
    except KeyTaken:
        # The key is bound to its reporter, so that nobody fetches another's report by it.
        first = Incident.objects.filter(submission_key=submission_key, reporter=reporter).first()
        if first is None:
            raise
        if not _says_the_same(first, incident, involved):
            raise SentBefore(first) from None
        return first
    return incident


def _says_the_same(first: Incident, again: Incident, involved: Sequence[Involved]) -> bool:
    """Whether `again` would add nothing to `first`, which may have lost its names since."""
    told = (
        *("event_type", "department_id", "harm", "description", "already_offered"),
        *("occurred_at", "noticed_at"),
    )
    if any(getattr(first, name) != getattr(again, name) for name in told):
        return False
    rows = list(first.involvements.select_related("employee"))
    if any(row.erased_at for row in rows):
        return True
    return all(any(are_one(person, row) for row in rows) for person in involved)


def add_involved(
    *,
    incident: Incident,
    involved: Sequence[Involved],
    by: User | None,
    at: datetime,
    page: str = COORDINATORS_PAGE,
) -> list[Involvement]:
    """Put more people on the list of `incident`; support is offered to them as to the others.

    `by` stands in the access log, as a coordinator, or on another `page` as who reported it, else as head of
    the department; None for an import.

    Raises AlreadyInvolved for somebody who is on it, also when another coordinator adds them at this moment,
    and Ended.
    """
    with transaction.atomic():
        held = milestones.locked(incident)
        if held.has_ended:
            raise ReportEnded
        present = incident.involvements.filter(erased_at__isnull=True).select_related("employee")
        _check_nobody_twice(involved, present=present)
        if held.reporter_id and held.promised_by is None and not held.involvements.exists():
            Incident.objects.filter(pk=held.pk).update(promised_by=promised_by(at))
        added = _add(incident, involved, at)
        put_aside.follow(incident, added, at=at)
        for listener in addition_listeners:
            listener(incident, at)
        if by is not None:
            _log_added(incident, added, by, at, page)
        return added


def _log_added(incident: Incident, added: Sequence[Involvement], by: User, at: datetime, page: str) -> None:
    """A line for each. Who adds themselves is not named beside their record."""
    role = Role.COORDINATOR if page == COORDINATORS_PAGE else None
    basis = "coordinator of the case"
    if role is None and by.pk == incident.reporter_id:
        basis = "reporter"
    elif role is None:
        role, basis = Role.TEAM_LEADER, f"{Role.TEAM_LEADER} of the case"
    for own in (False, True):
        audit.record_each(
            [row.pk for row in added if (row.employee_id == by.pk) is own],
            action=AccessAction.CREATE,
            user=None if own else by,
            role=None if own else role,
            access_point=page,
            object_kind="incident",
            object_ref=incident.reference,
            basis="own record" if own else basis,
            at=at,
        )


def _store(incident: Incident, involved: Sequence[Involved], at: datetime) -> None:
    # The counter's row is locked from here to the commit: whatever can be done before is done before.
    if involved and incident.reporter_id:
        incident.promised_by = promised_by(at)
    incident.reference = _next_reference(timezone.localtime(at).year)
    incident.save(force_insert=True)
    if incident.kind == IncidentKind.CALAMITY:
        # Before the involved: support tells the milestone how many there are.
        milestones.open_track(incident=incident, at=at, named_at=at if involved else None)
    added = _add(incident, involved, at)
    if not added:
        for listener in unnamed_listeners:
            listener(incident, at)
    for listener in report_listeners:
        listener(incident, at)
    if incident.reporter is not None:
        # Whoever was involved is not named beside the case: only the record says whose it is, until erased.
        own = next((row for row in added if row.employee_id == incident.reporter_id), None)
        audit.record(
            action=AccessAction.CREATE,
            user=None if own else incident.reporter,
            role=None,
            access_point="incidents:report",
            object_kind="incident",
            object_ref=incident.reference,
            record=own.pk if own else None,
            basis="own record" if own else "reporter",
            at=at,
        )


def _add(incident: Incident, involved: Sequence[Involved], at: datetime) -> list[Involvement]:
    if not involved:
        return []
    rows = Involvement.objects.bulk_create(
        person.involvement(incident=incident, at=at) for person in involved
    )
    for listener in involvement_listeners:
        listener(rows, at)
    return rows


def _next_reference(year: int) -> str:
    """The next reference of `year`, in one statement; two at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incidents_referencecounter AS counter (year, last) VALUES (%s, 1) "
            "ON CONFLICT (year) DO UPDATE SET last = counter.last + 1 RETURNING last",
            [year],
        )
        (number,) = cursor.fetchone()
    return f"{year}-{number:04d}"


def _check_nobody_twice(involved: Sequence[Involved], *, present: Iterable[Involvement]) -> None:
    seen: list[Involved | Involvement] = list(present)
    for person in involved:
        if any(are_one(person, other) for other in seen):
            raise AlreadyInvolved(person.called)
        seen.append(person)


def are_one(one: Involved | Involvement, other: Involved | Involvement) -> bool:
    """Whether both are the same person: one account or, of who has none, one name at one address or number.

    Of an involvement its `employee` is read.
    """
    if one.employee_id and other.employee_id:
        return one.employee_id == other.employee_id
    return one.named.is_also(other.named)
