"""Importing the export of a VIM system: all of it, or nothing.

A report is known by its number in that system, under the name of the mapping. What is new is taken in as
any report is, with support for everyone involved; what is known is left alone; what is changed is shown, and
taken over where the coordinator says so. Nobody who was named before is ever taken away.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.files import spreadsheets, uploads
from accounts.files.columns import Columns
from accounts.files.mapped_names import Unknown
from accounts.files.spreadsheets import Problem, Table
from accounts.files.uploads import NotReady
from accounts.models import User
from hospital.models import Department
from hospital.refused import saying
from incidents.calamities import classification, moment_writer
from incidents.calamities.milestones import Stale
from incidents.clocks import moment_checks
from incidents.clocks.deadlines import ExtensionError
from incidents.clocks.moment_checks import WrongMoment
from incidents.enums import CorrectionReason, EventType, IncidentKind, Verdict
from incidents.models import Incident, Involvement, VimImport, VimMapping
from incidents.reports.intake import Involved, NotAccepted, add_involved, report_incident
from incidents.vim.columns import FIELDS, KNOWN
from incidents.vim.lookup import Lookup
from incidents.vim.people import Same, WhoIsMeant
from incidents.vim.rows import VimReport, parse


class NotImportable(Exception):
    """The plan has problems, or somebody imported the same numbers meanwhile: look at it again."""


MEANWHILE = {"incident_external_number_once": NotImportable, "involvement_once_per_incident": NotImportable}


class NotSure(NotImportable):
    """The file has new reports of more than a year ago, and nobody said that their dates are right."""


class NotAnswered(NotImportable):
    """Somebody has to say first who is who."""


class VimDone(NamedTuple):
    """How many reports were taken in, brought up to date, and reported as calamities."""

    new: int
    changed: int
    calamities: int


@dataclass(frozen=True)
class Resolved:
    """A report of the file, with the department and the people it means."""

    report: VimReport
    department: Department | None
    named: tuple[tuple[Involved, WhoIsMeant | None], ...]
    is_long_ago: bool

    @property
    def people(self) -> tuple[Involved, ...]:
        return tuple(one for one, _question in self.named)

    @property
    def questions(self) -> list[WhoIsMeant]:
        return [question for _one, question in self.named if question]

    @property
    def number(self) -> str:
        return self.report.number

    @property
    def is_calamity(self) -> bool:
        return self.report.is_calamity


@dataclass(frozen=True)
class ReportChange:
    """One field of a known report: as it stands here, and as the file has it; `refused` says why it cannot be
    taken over (empty: it can). Of a moment that `is_long_ago` it is asked whether it is right.
    """

    name: str
    here: object
    there: object
    refused: str = ""
    is_long_ago: bool = False

    @property
    def asks(self) -> bool:
        return self.is_long_ago and not self.refused

    @property
    def label(self) -> str:
        return str(FIELDS["date" if self.name == "occurred_at" else self.name])

    @property
    def here_said(self) -> str:
        return _said(self.here)

    @property
    def there_said(self) -> str:
        return _said(self.there)


@dataclass(frozen=True)
class Changed:
    """A known report about which the file says something else, or names more people; or that it is a calamity
    (`is_calamity`), while nobody here has judged it yet.
    """

    incident: Incident
    changes: tuple[ReportChange, ...]
    new_people: tuple[Involved, ...]
    is_calamity: bool = False

    @property
    def number(self) -> str:
        return self.incident.external_number

    def possible(self, sure: Collection[str]) -> dict[str, object]:
        """The fields that can be taken over, with what they become: a moment long ago only where the number
        is among those of which somebody is `sure`.
        """
        is_sure = self.number in sure
        return {
            change.name: change.there
            for change in self.changes
            if not change.refused and (is_sure or not change.is_long_ago)
        }

    @property
    def has_something(self) -> bool:
        """Whether there is anything to take over."""
        return self.takes([self.number])

    def takes(self, sure: Collection[str]) -> bool:
        return bool(self.possible(sure) or self.new_people)


@dataclass
class VimPlan:
    """What an import would do. It can be carried out when there are no `problems` and no `unknown` names, for
    which somebody has to choose what they stand for. `own` are changed reports of events in which who imports
    is involved: they stay as they are (incidents.calamities.put_aside). `same` are people of the file whom an
    answer found on their report.
    """

    source: str
    new: list[Resolved] = field(default_factory=list)
    known: list[Incident] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    own: list[Incident] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    questions: list[WhoIsMeant] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    same: list[Same] = field(default_factory=list)

    @property
    def can_be_done(self) -> bool:
        return not self.problems and not self.unknown

    @property
    def calamities(self) -> list[Resolved | Changed]:
        """The reports that the file calls a calamity, and that somebody may report as one."""
        found: list[Resolved | Changed] = [*self.new, *self.changed]
        return [each for each in found if each.is_calamity]

    @property
    def counts(self) -> dict[str, int]:
        return {"new": len(self.new), "known": len(self.known), "changed": len(self.changed)}

    @property
    def new_people(self) -> list[Involved]:
        """Everybody whom the new reports name."""
        return [one for resolved in self.new for one in resolved.people]

    @property
    def long_ago(self) -> list[Resolved]:
        """The new reports of more than a year ago."""
        return [resolved for resolved in self.new if resolved.is_long_ago]

    def digest(self) -> str:
        """As accounts.files.uploads.digest: what is done, and what is asked."""
        new = [
            [
                *(each.number, each.report.occurred_at, each.report.event_type, each.department),
                *(each.report.description, each.is_calamity, each.is_long_ago, _keys(each.people)),
            ]
            for each in self.new
        ]
        changed = [
            [
                *(each.number, each.is_calamity, _keys(each.new_people)),
                [[one.name, one.here, one.there, bool(one.refused), one.asks] for one in each.changes],
            ]
            for each in self.changed
        ]
        asked = [[each.key, each.meant, [twin.answer for twin in each.twins]] for each in self.questions]
        return uploads.digest([self.source, new, changed, asked])

    def taken(self, take: Collection[str], sure: Collection[str]) -> int:
        """Of how many known reports something is taken over, for the numbers in `take`."""
        return sum(changed.number in take and changed.takes(sure) for changed in self.changed)


def _keys(people: Iterable[Involved]) -> list[list[object]]:
    return [[each.employee, each.name, each.email, each.telephone, each.profession] for each in people]


def read(content: bytes, file_name: str) -> Table:
    """The table in an export. Raises accounts.files.spreadsheets.FileRefused."""
    mappings = [set(each.values()) for each in VimMapping.objects.values_list("columns", flat=True)]

    def known(row: Sequence[str]) -> int:
        return max(KNOWN.count(row), *(len(each.intersection(row)) for each in mappings), 0)

    table = spreadsheets.read(content, file_name, known=known, at_once=True)
    table.rows = list(table.rows)
    return table


def upload(*, content: bytes, file_name: str, by: User, at: datetime) -> VimImport:
    """Keep a file until it is imported or thrown away; an earlier one of the same coordinator goes. Raises
    FileRefused.
    """
    read(content, file_name)
    with transaction.atomic():
        # Two taps at once: the second waits here, and takes the first one's place.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        VimImport.throw_away(at=at, created_by=by)
        return VimImport.objects.create(
            file_name=file_name[-200:], content=content, created_by=by, created_at=at
        )


def opened(vim_import: VimImport) -> Table:
    """The table in a kept file."""
    return read(bytes(vim_import.content or b""), vim_import.file_name)


def suggest(header: Sequence[str]) -> tuple[VimMapping | None, Columns]:
    """The saved mapping that fits `header` best, with its columns; else none, and a guess by words."""
    cells = set(header)
    fitting = [each for each in VimMapping.objects.order_by("name") if set(each.columns.values()) <= cells]
    if not fitting:
        return None, KNOWN.guess(header)
    best = max(fitting, key=lambda each: len(each.columns))
    return best, Columns(tuple(header), best.columns)


def plan(
    table: Table,
    *,
    source: str,
    columns: Columns,
    at: datetime,
    by: User | None = None,
    answers: Mapping[str, str] | None = None,
) -> VimPlan:
    """What importing `table` under the name `source` would do at `at`, for the coordinator `by` (None: the
    command). Nothing is written.

    `answers` say who somebody is, by the key of the plan's question; who is not answered about is typed in.
    """
    reports, problems = parse(table, columns, at=at)
    lookup = Lookup(reports, columns, source=source, answers=answers or {})
    result = VimPlan(source)
    numbers = [report.number for report in reports]
    known_here = Incident.objects.filter(external_source=source, external_number__in=numbers)
    here = {
        incident.external_number: incident
        for incident in known_here.select_related("department").prefetch_related(
            "involvements__employee", "involvements__profession"
        )
    }
    asked: list[WhoIsMeant] = []
    for report in reports:
        incident = here.get(report.number)
        resolved = Resolved(
            report,
            lookup.department(report),
            tuple(lookup.people(report, list(incident.involvements.all()) if incident else [])),
            moment_checks.is_long_ago(report.occurred_at, at),
        )
        if incident is None:
            result.new.append(resolved)
            asked += resolved.questions
            continue
        changes = tuple(_changes(incident, resolved, columns, at))
        is_calamity = report.is_calamity and classification.is_unjudged(incident)
        is_erased = any(row.erased_at for row in incident.involvements.all())
        changed = Changed(incident, changes, () if is_erased else resolved.people, is_calamity)
        if not (changed.changes or changed.new_people or changed.is_calamity):
            result.known.append(incident)
        elif by is not None and any(row.employee_id == by.pk for row in incident.involvements.all()):
            result.own.append(incident)
        else:
            result.changed.append(changed)
            asked += [] if is_erased else resolved.questions
    named_in: dict[str, list[str]] = defaultdict(list)
    for question in asked:
        named_in[question.key] += question.numbers
    once = {question.key: question for question in asked}
    result.questions = [replace(once[key], numbers=tuple(of)) for key, of in named_in.items()]
    own = {incident.pk for incident in result.own}
    result.same = [same for same in lookup.same if same.row.incident_id not in own]
    result.problems = sorted([*problems, *lookup.problems], key=lambda problem: problem.line)
    result.unknown = list(lookup.unknown)
    return result


def plan_of(
    vim_import: VimImport, table: Table, *, at: datetime, answers: Mapping[str, str] | None = None
) -> VimPlan:
    """`plan` of a kept file, with the columns that were chosen for it."""
    mapping = vim_import.mapping
    if mapping is None:
        raise NotImportable
    columns = Columns(tuple(table.header), mapping.columns)
    return plan(table, source=mapping.name, columns=columns, at=at, by=vim_import.created_by, answers=answers)


def carry_out(
    plan: VimPlan,
    *,
    take: Collection[str],
    by: User | None,
    at: datetime,
    calamities: Collection[str] = (),
    sure: Collection[str] = (),
) -> list[Incident]:
    """Take in everything new, and what changed for the numbers in `take`; the new reports, in their order.

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


def confirm(
    *,
    vim_import: VimImport,
    digest: str,
    answers: Mapping[str, str],
    take: Collection[str],
    calamities: Collection[str],
    sure: Collection[str],
    sure_of_new: bool,
    by: User,
    at: datetime,
) -> VimDone:
    """Do what the plan with `digest` showed, by `answers` to what it asks, and be done with the file.

    The others are as in `carry_out`; `sure_of_new`: of every new report. Raises NotReady when somebody was
    done with it already, NotAnswered, NotSure, and NotImportable when it is no longer as it was shown.
    """
    with transaction.atomic():
        # Two taps at once: the second waits here, and finds what the first did.
        if VimImport.locked(vim_import.pk).finished_at:
            raise NotReady
        table = opened(vim_import)
        plan = plan_of(vim_import, table, at=at)
        if plan.digest() != digest:
            raise NotImportable
        if answers:
            plan = plan_of(vim_import, table, at=at, answers=answers)
        if plan.questions:
            raise NotAnswered
        right = {*sure, *(each.number for each in plan.long_ago if sure_of_new)}
        carry_out(plan, take=take, calamities=calamities, sure=right, by=by, at=at)
        VimImport.objects.filter(pk=vim_import.pk).update(content=None, finished_at=at, counts=plan.counts)
        reported = {each.number for each in plan.calamities} & {*calamities}
        return VimDone(len(plan.new), plan.taken(take, right), len(reported))


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


def _changes(
    incident: Incident, resolved: Resolved, columns: Columns, at: datetime
) -> Iterator[ReportChange]:
    report = resolved.report
    there = {
        "occurred_at": report.occurred_at,
        "event_type": report.event_type,
        "department": resolved.department,
        "description": report.description,
    }
    for name, value in there.items():
        here = getattr(incident, name)
        given = name == "occurred_at" or name in columns.places
        if given and value != here and (value or name == "description"):
            is_moment = isinstance(value, datetime)
            yield ReportChange(
                name,
                EventType(here) if name == "event_type" else here,
                value,
                refused=_refusal(incident, report.occurred_at, at) if is_moment else "",
                is_long_ago=is_moment and resolved.is_long_ago,
            )


def _refusal(incident: Incident, occurred_at: datetime, at: datetime) -> str:
    known = {name: getattr(incident, name) for name in ("noticed_at", "established_at", "reported_at")}
    try:
        moment_checks.judge(known, changed={"occurred_at": occurred_at}, at=at)
        moment_writer.check_steps(incident, {"occurred_at": occurred_at})
    except WrongMoment as refused:
        return moment_checks.said(refused)
    return ""


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%d-%m-%Y %H:%M}"
    return str(EventType(value).label) if isinstance(value, EventType) else str(value or "–")
