"""Where the next supporters bring most: by the norm, and by last year's requests that find nobody."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hospital.models import Department, Profession
from supporters.models import SupportPolicy
from training.coverage import counting, simulating
from training.coverage.counting import Cell
from training.coverage.simulating import Line


@dataclass(frozen=True, slots=True)
class Lack:
    """What a new supporter of this profession in this department would bring.

    `unfound`: so many of last year's requests find nobody of the own profession today, and would find
    somebody here: those of other departments. `profession_short`, `department_short`: so many are short of
    the norm, of the profession in the whole hospital and in the department.
    """

    profession: Profession
    department: Department
    employees: int
    unfound: int
    profession_short: int
    department_short: int

    @property
    def points(self) -> int:
        """By which places are ranked: the sum of the three."""
        return self.unfound + self.profession_short + self.department_short


def lacks(at: datetime) -> list[Lack]:
    """Where a new supporter brings something at `at`, most first; by the last simulation if there is one."""
    result = simulating.result()
    return ranked(counting.cells(at), result.lines if result else (), SupportPolicy.current())


def ranked(cells: Sequence[Cell], lines: Iterable[Line], policy: SupportPolicy) -> list[Lack]:
    """The same of what was counted and simulated."""
    professions = counting.short_first(cells, lambda cell: cell.profession, policy)
    departments = counting.short_first(cells, lambda cell: cell.department, policy)
    profession_short = {each.of.pk: each.missing for each in professions}
    department_short = {each.of.pk: each.missing for each in departments}
    everywhere: Counter[str] = Counter()
    here: Counter[tuple[str, str]] = Counter()
    for line in lines:
        everywhere[line.profession] += line.requests - line.today
        here[line.profession, line.department] += line.requests - line.today
    found = (
        Lack(
            cell.profession,
            cell.department,
            cell.employees,
            everywhere[str(cell.profession.pk)] - here[str(cell.profession.pk), str(cell.department.pk)],
            profession_short[cell.profession.pk],
            department_short[cell.department.pk],
        )
        for cell in cells
    )
    return sorted(
        (lack for lack in found if lack.points),
        key=lambda lack: (-lack.points, -lack.unfound, -lack.employees, str(lack.profession)),
    )
