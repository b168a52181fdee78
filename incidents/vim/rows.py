"""The rows of a VIM export as reports, and what is wrong with them by line and column. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import zip_longest

from django.utils.translation import gettext_lazy as _

from accounts.files import cells, spreadsheets
from accounts.files.columns import Columns
from accounts.files.spreadsheets import CLEAR, Problem, Row, Table
from accounts.files.words import CELL_REASONS
from hospital.clock import from_local
from incidents.clocks.moment_checks import EARLIEST
from incidents.enums import EventType, Harm
from incidents.vim.columns import FIELDS, REQUIRED

LONGEST_NUMBER = 60
LONGEST_NAME = 120  # of a department, a location or a profession
LONGEST_DESCRIPTION = 2000

REASONS = {
    **CELL_REASONS,
    "date_wrong": _("This is not a date such as 31-12-2026."),
    "time_wrong": _("This is not a time such as 14:30."),
    "future": _("This moment is still to come."),
    "too_old": _("This lies before the year 2000. Is the year right?"),
    "number_unknown": _("No employee has this number. Add a name, and a telephone number or an e-mail."),
    "no_name": _("Somebody without an account needs a name."),
    "no_reach": _("Nobody is known by this. Add an employee number, an e-mail or a telephone number."),
    "differs": _("Another row with this VIM number says something else."),
}

#: Words that tell what kind of event it was; everything else in a VIM system is a safety incident in care.
_TYPES = (
    (("agress", "geweld tegen", "violence", "aggress"), EventType.AGGRESSION),
    (("reanim", "resusc"), EventType.RESUSCITATION),
    (("klacht", "claim", "complaint"), EventType.COMPLAINT),
    (("tucht", "disciplin"), EventType.DISCIPLINARY),
    (("suicid", "suïcid", "zelfdoding"), EventType.SUICIDE),
    (("gewelddadig", "violent death"), EventType.VIOLENT_DEATH),
    (("overlijden kind", "overleden kind", "death of a child"), EventType.CHILD_DEATH),
    (("overlijden", "overleden", "sudden death"), EventType.SUDDEN_DEATH),
    (("niet-medisch", "niet medisch", "non-medical", "non medical", "technisch"), EventType.NON_MEDICAL),
)
#: In Dutch and English systems; a serious incident (SI, SIRI) or sentinel event is what a calamity is here.
_CALAMITY = re.compile(r"calamit|sentinel|never event|serious (untoward )?incident|\bsiri\b|\bsui\b")
#: What it did to the patient, in the words of such systems; what none of them says is not known.
_SERIOUS = re.compile(
    r"overlijd|overleden|dood|gestorven|ernstig|zwaar|zware|blijvend|levensbedreigend|catastro"
    r"|death|died|\bdead\b|fatal|serious|severe|permanent|life.threatening"
)
_NO_HARM = re.compile(
    r"^(geen|no|none|nee|niet|nihil|n\.?v\.?t\.?)$"
    r"|\b(geen|zonder)\b( \w+){0,2}? (schade|letsel|gevolg)|\b(no|without) (harm|injury|consequence)"
    r"|bijna|near.miss|niet bereikt|did not reach"
)
_SOME_HARM = re.compile(
    r"licht|matig|tijdelijk|gering|beperkt|minimaal|mild|minor|moderate|temporary|slight|\bja\b|\byes\b"
)
_NOT = re.compile(r"\b(geen|niet|no|not|non|nee)\b|^n\.?v\.?t\.?$")
_YES = frozenset({"ja", "j", "yes", "y", "true", "waar", "1", "x"})
_DATE = re.compile(
    r"(?:(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})|(?P<iso>\d{4}-\d{1,2}-\d{1,2}))"
    r"(?:[T ,]+(?P<time>.+))?"
)
_TIME = re.compile(
    r"(\d{1,2})[:.u](\d{2})(?::\d{2}(?:\.\d+)?)?(?:\s*(?:u|uur|h|(?P<half>[ap])\.?m\.?))?|(\d{2})(\d{2})",
    re.IGNORECASE,
)


#: How what is said of somebody is read, where it is more than a word.
_READ = {"email": cells.email, "name": cells.name, "telephone": cells.telephone}


@dataclass(frozen=True)
class NamedPerson:
    """Somebody involved, as the export writes them down; each may be empty."""

    number: str = ""
    email: str = ""
    name: str = ""
    telephone: str = ""
    profession: str = ""


@dataclass
class VimReport:
    """One report of the export, from one row or from several with the same number."""

    line: int
    number: str
    occurred_at: datetime
    event_type: EventType
    department: str
    location: str
    is_calamity: bool
    description: str
    harm: Harm
    people: list[tuple[int, NamedPerson]] = field(default_factory=list)  # with their line

    def says_the_same(self, other: "VimReport") -> bool:
        """Whether nothing but who is involved differs."""
        return replace(self, line=0, people=[]) == replace(other, line=0, people=[])


def parse(table: Table, columns: Columns, *, at: datetime) -> tuple[list[VimReport], list[Problem]]:
    """The reports in `table`, and everything that is wrong with them."""
    if missing := [label for name, label in FIELDS.items() if name in REQUIRED - columns.places.keys()]:
        return [], [Problem(0, str(label), "column_missing") for label in missing]
    reports: dict[str, VimReport] = {}
    problems: list[Problem] = []
    for read in table.rows:
        faults = list(table.faults(read, columns.used))
        row = _Row(read, columns)
        report = row.report(at)
        problems += faults or row.problems
        if faults or report is None:
            continue
        first = reports.setdefault(report.number, report)
        if first is not report:
            if not first.says_the_same(report):
                problems.append(Problem(read.line, columns.of["number"], "differs"))
            first.people += report.people
    for report in reports.values():
        first_lines: dict[NamedPerson, int] = {}
        for line, person in report.people:
            first_lines.setdefault(person, line)
        report.people = [(line, person) for person, line in first_lines.items()]
    return list(reports.values()), problems


def event_type(said: str) -> EventType:
    """The kind of event that an export's own category comes closest to."""
    folded = said.casefold()
    return next((kind for words, kind in _TYPES if any(word in folded for word in words)), EventType.SAFETY)


def is_calamity(said: str, *, column: str = "") -> bool:
    """Whether `said`, under the header `column`, calls it a calamity: in words, or by yes where it asks.

    "Mogelijke calamiteit" is one until the committee says otherwise; "geen calamiteit" is none.
    """
    folded = said.casefold().strip()
    if _NOT.search(folded):
        return False
    asked = _CALAMITY.search(column.casefold()) is not None
    return _CALAMITY.search(folded) is not None or (asked and folded in _YES)


def harm(said: str) -> Harm:
    """What an export says that it did to the patient. "Geen blijvende schade" does not say that there was
    none: such a sentence is not known.
    """
    folded = said.casefold().strip()
    if re.search(r"\b(geen|zonder|no|not|without)\b", folded) and (
        _SERIOUS.search(folded) or _SOME_HARM.search(folded)
    ):
        return Harm.UNKNOWN
    for pattern, meant in ((_NO_HARM, Harm.NONE), (_SERIOUS, Harm.SERIOUS), (_SOME_HARM, Harm.SOME)):
        if pattern.search(folded):
            return meant
    return Harm.UNKNOWN


class _Row:
    """One row while it is read; what is wrong with it gathers in `problems`."""

    def __init__(self, row: Row, columns: Columns) -> None:
        self.line = row.line
        self.columns = columns
        self.problems: list[Problem] = []
        self.cells = {name: "" if cell == CLEAR else cell for name, cell in columns.cells(row).items()}

    def get(self, name: str) -> str:
        return self.cells.get(name, "")

    def wrong(self, name: str, code: str) -> None:
        self.problems.append(Problem(self.line, self.columns.of.get(name, str(FIELDS[name])), code))

    def report(self, at: datetime) -> VimReport | None:
        number, description = self.get("number"), self.get("description")
        if not number:
            self.wrong("number", "required")
        elif len(number) > LONGEST_NUMBER:
            self.wrong("number", "too_long")
        for name in ("number", "involved_number"):
            if spoilt := next(filter(None, map(spreadsheets.spoilt_number, _parts(self.get(name)))), ""):
                self.wrong(name, spoilt)
        for name in ("department", "location", "involved_profession"):
            if len(self.get(name)) > LONGEST_NAME:
                self.wrong(name, "too_long")
        if len(description) > LONGEST_DESCRIPTION:
            self.wrong("description", "too_long")
        occurred = self._occurred(at)
        people = [(self.line, person) for person in self._people()]
        if self.problems or occurred is None:
            return None
        return VimReport(
            self.line,
            number,
            occurred,
            event_type(self.get("event_type")),
            self.get("department"),
            self.get("location"),
            self._is_calamity(),
            description,
            harm(self.get("harm")),
            people,
        )

    def _is_calamity(self) -> bool:
        """What the column of the kind says; where that says nothing, what kind of event it was."""
        name = "kind" if self.get("kind") else "event_type"
        return is_calamity(self.get(name), column=self.columns.of.get(name, ""))

    def _occurred(self, at: datetime) -> datetime | None:
        said = _DATE.fullmatch(self.get("date"))
        if said is None:
            self.wrong("date", "date_wrong" if self.get("date") else "required")
            return None
        try:
            day = (
                date(*map(int, said["iso"].split("-")))
                if said["iso"]
                else date(int(said["year"]), int(said["month"]), int(said["day"]))
            )
        except ValueError:
            self.wrong("date", "date_wrong")
            return None
        hour = _time(self.get("time") or said["time"] or "")
        if hour is None:
            self.wrong("time" if self.get("time") else "date", "time_wrong")
            return None
        moment = from_local(datetime.combine(day, hour))
        if moment > at or moment < EARLIEST:
            self.wrong("date", "future" if moment > at else "too_old")
            return None
        return moment

    def _people(self) -> Iterator[NamedPerson]:
        """The involved of this row: each cell may hold several, parted by semicolons or line ends."""
        names = [name for name in FIELDS if name.startswith("involved_")]
        parts = [_parts(self.get(name)) for name in names]
        for each in zip_longest(*parts, fillvalue=""):
            person = NamedPerson(*each)
            for name, read in _READ.items():
                if said := getattr(person, name):
                    value, code = read(said)
                    person = replace(person, **{name: value})
                    if code:
                        self.wrong(f"involved_{name}", code)
            if person.number or person.email or person.name or person.telephone:
                yield person


def _parts(said: str) -> list[str]:
    """What one cell says of several people; nothing for a hyphen."""
    return ["" if part.strip() == CLEAR else part.strip() for part in re.split(r"[;|\n]", said)]


def _time(said: str) -> time | None:
    """The time of day that `said` says; midnight for nothing, None for what is no time."""
    if not said:
        return time()
    found = _TIME.fullmatch(said.strip())
    if found is None:
        return None
    hours, minutes = (found[1], found[2]) if found[1] else (found[4], found[5])
    half = (found["half"] or "").lower()
    if half and not 1 <= int(hours) <= 12:
        return None
    hour = int(hours) % 12 + 12 * (half == "p") if half else int(hours)
    try:
        return time(hour, int(minutes))
    except ValueError:
        return None
