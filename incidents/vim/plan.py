"""What an import of an export would do: its reports held against those here. Writes nothing.

A report is known by its number in that system, under the name of the mapping. What is new is taken in as
any report is, with support for everyone involved; what is known is left alone; what is changed is shown, and
taken over where the coordinator says so. Nobody who was named before is ever taken away.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone

from accounts.files import uploads
from accounts.files.columns import Columns
from accounts.files.mapped_names import Unknown
from accounts.files.spreadsheets import Problem, Table
from accounts.models import User
from hospital.models import Department
from incidents.calamities import classification, moment_writer
from incidents.clocks import moment_checks
from incidents.clocks.moment_checks import WrongMoment
from incidents.enums import EventType, Harm
from incidents.models import Incident
from incidents.reports.report_writer import Involved
from incidents.vim.columns import FIELDS
from incidents.vim.lookup import Lookup
from incidents.vim.people import Same, WhoIsMeant
from incidents.vim.rows import VimReport, parse

#: Fields whose value is one of a few words.
_WORDED: Mapping[str, type[EventType] | type[Harm]] = {"event_type": EventType, "harm": Harm}


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
                *(
                    each.report.description,
                    each.report.harm,
                    each.is_calamity,
                    each.is_long_ago,
                    _keys(each.people),
                ),
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


def make(
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


def _keys(people: Iterable[Involved]) -> list[list[object]]:
    return [[each.employee, each.name, each.email, each.telephone, each.profession] for each in people]


def _changes(
    incident: Incident, resolved: Resolved, columns: Columns, at: datetime
) -> Iterator[ReportChange]:
    report = resolved.report
    there = {
        "occurred_at": report.occurred_at,
        "event_type": report.event_type,
        "department": resolved.department,
        "description": report.description,
        "harm": report.harm,
    }
    for name, value in there.items():
        here = getattr(incident, name)
        given = name == "occurred_at" or name in columns.places
        if given and value != here and _says_something(name, value):
            is_moment = isinstance(value, datetime)
            yield ReportChange(
                name,
                _WORDED[name](here) if name in _WORDED else here,
                value,
                refused=_refusal(incident, report.occurred_at, at) if is_moment else "",
                is_long_ago=is_moment and resolved.is_long_ago,
            )


def _says_something(name: str, value: object) -> bool:
    """Whether the file knows it. An empty description is one; harm that is not known takes nothing away."""
    return name == "description" or (bool(value) and value != Harm.UNKNOWN)


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
    return str(value.label) if isinstance(value, (EventType, Harm)) else str(value or "–")
