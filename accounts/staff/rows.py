"""From the cells of a staff file to values, with what is wrong by line and column. Nothing here knows the
database.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from accounts.files import cells
from accounts.files.columns import Columns
from accounts.files.spreadsheets import CLEAR, Problem, Row, Table, spoilt_number

Value = str | int | None

LONGEST = {
    "employee_number": 32, "name": 150, "email": 254, "telephone": 32, "location": 120, "department": 120,
    "profession": 120, "manager": 32, "username": 150,
}  # fmt: skip
NEVER_EMPTIED = frozenset({"employee_number", "name", "username"})
PARTS = ("first_name", "infix", "last_name")  # of a name
CLEARED: dict[str, Value] = {"in_profession_since": None, "language": "nl"}  # the others become ""
LANGUAGES = {
    "nl": "nl", "nederlands": "nl", "dutch": "nl", "nld": "nl",
    "en": "en", "engels": "en", "english": "en", "eng": "en",
}  # fmt: skip


@dataclass(frozen=True)
class StaffPerson:
    """One row: `values` has only the fields for which something stands in it. What is to be emptied is there
    as "" or None.
    """

    line: int
    values: dict[str, Value]

    @property
    def number(self) -> str:
        return self.get("employee_number")

    def get(self, name: str) -> str:
        """What the row says of the field `name`; empty for nothing."""
        return str(self.values.get(name) or "")


@dataclass
class Staff:
    """Everybody in a file, what is wrong with it, which columns mean nothing here, and what was mended."""

    people: list[StaffPerson] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    cleaned: list[Problem] = field(default_factory=list)


def parse(table: Table, columns: Columns, *, this_year: int, progress: Callable[[int], None]) -> Staff:
    """The people of `table`. `progress` is called with the number of rows done, every thousand.

    Raises FileRefused when the file as a whole cannot be read.
    """
    staff = Staff(headers=columns.of, ignored=table.unused(columns.used), cleaned=table.cleaned)
    staff.problems += _missing_columns(columns)
    if staff.problems:
        return staff
    for row in table.rows:
        staff.problems += table.faults(row, columns.used)
        staff.people.append(StaffPerson(row.line, dict(_values(row, columns, this_year, staff.problems))))
        if len(staff.people) % 1000 == 0:
            progress(len(staff.people))
    for name in ("employee_number", "email", "username"):
        staff.problems += _twice(staff, name)
    return staff


def _missing_columns(columns: Columns) -> Iterator[Problem]:
    for name in ("employee_number", "email", "department", "profession"):
        if name not in columns.of:
            yield Problem(1, name, "column_missing")
    if "name" not in columns.of and "last_name" not in columns.of:
        yield Problem(1, "name", "column_missing")


def _values(
    row: Row, columns: Columns, this_year: int, problems: list[Problem]
) -> Iterator[tuple[str, Value]]:
    raw = {name: " ".join(cell.split()) for name, cell in columns.cells(row).items()}
    if "name" not in columns.of:
        said = [word for part in PARTS if (word := raw.get(part, ""))]
        raw["name"] = " ".join(word for word in said if word != CLEAR) or (CLEAR if said else "")
    for name, cell in raw.items():
        if name in PARTS or (not cell and name != "employee_number"):
            continue
        value, code = _value(name, cell, this_year)
        if code:
            problems.append(Problem(row.line, columns.of.get(name, name), code))
        yield name, value


def _value(name: str, cell: str, this_year: int) -> tuple[Value, str]:
    """The value of one cell, and what is wrong with it ("" when nothing is)."""
    if cell in {"", CLEAR}:
        return CLEARED.get(name, ""), "required" if name in NEVER_EMPTIED else ""
    if code := _spoilt(name, cell):
        return "", code
    match name:
        case "email":
            found: tuple[Value, str] = cells.email(cell)
        case "telephone":
            found = cells.telephone(cell)
        case "name":
            found = cells.name(cell)
        case "department" | "profession":
            found = cells.term(cell)
        case "in_profession_since":
            found = _year(cell, this_year)
        case "language":
            found = _language(cell)
        case _:
            found = cell.casefold() if name == "username" else cell, ""
    return found


def _spoilt(name: str, cell: str) -> str:
    if len(cell) > LONGEST.get(name, 50):
        return "too_long"
    return spoilt_number(cell) if name in {"employee_number", "manager"} else ""


def _language(cell: str) -> tuple[str, str]:
    language = LANGUAGES.get(cell.casefold())
    return language or "nl", "" if language else "language_wrong"


def _year(cell: str, this_year: int) -> tuple[int | None, str]:
    """The year of `2015`, `31-12-2015`, `31/12/2015`, `31.12.2015` or `2015-12-31`."""
    found = re.fullmatch(r"(?:(\d{1,2})[-/.](\d{1,2})[-/.])?(\d{4})|(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?", cell)
    if not found:
        return None, "year_wrong"
    day, month, year, iso_year, iso_month, iso_day = (int(part) if part else 1 for part in found.groups())
    try:
        moment = date(year, month, day) if found[3] else date(iso_year, iso_month, iso_day)
    except ValueError:
        return None, "year_wrong"
    return (moment.year, "") if 1940 <= moment.year <= this_year + 1 else (None, "year_wrong")


def _twice(staff: Staff, name: str) -> Iterator[Problem]:
    seen: set[str] = set()
    code = "number_twice" if name == "employee_number" else f"{name}_twice"
    for person in staff.people:
        value = person.get(name).casefold()
        if value and value in seen:
            yield Problem(person.line, staff.headers.get(name, name), code)
        seen.add(value)
