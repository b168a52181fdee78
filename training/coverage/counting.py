"""Whether there are enough supporters: of each profession, at each location, in each department."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Generic, TypeVar

from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from hospital.enums import ProfessionGroup
from hospital.models import Department, Profession
from supporters.enums import SupporterStatus
from supporters.models import SupportPolicy

Of = TypeVar("Of")


@dataclass(frozen=True, slots=True)
class Coverage(Generic[Of]):
    """`of` a group of professions, a profession, a location or a department: employees, supporters who are
    trained and have not stopped, and how many the norm wants.
    """

    of: Of
    employees: int
    supporters: int
    wanted: int

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.supporters)


@dataclass(frozen=True, slots=True)
class Cell:
    """The people of one profession in one department inside the hospital, and how many of them support."""

    profession: Profession
    department: Department
    employees: int
    supporters: int

    @property
    def group(self) -> ProfessionGroup:
        return ProfessionGroup(self.profession.group)


def coverage(at: datetime, *, policy: SupportPolicy | None = None) -> list[Coverage[ProfessionGroup]]:
    """Of each group of professions that somebody works in, against the norm of `policy` (the current one)."""
    return by_group(cells(at), policy or SupportPolicy.current())


def cells(at: datetime) -> list[Cell]:
    """Who works where, and who of them supports: three queries, however many people there are."""
    departments = {each.pk: each for each in Department.objects.select_related("location").order_by()}
    professions = Profession.objects.in_bulk()
    today = timezone.localdate(at)
    supports = Q(supporter__trained_on__lte=today, supporter__current_until__gte=today)
    rows = (
        User.objects.filter(is_active=True, profession__isnull=False, department__isnull=False)
        .values_list("profession_id", "department_id")
        .annotate(
            employees=Count("id"),
            supporters=Count("supporter", filter=supports & ~Q(supporter__status=SupporterStatus.STOPPED)),
        )
        .order_by()
    )
    return [
        Cell(professions[profession], departments[department], employees, supporters)
        for profession, department, employees, supporters in rows
        if not departments[department].location.is_partner
    ]


def by_group(cells: Iterable[Cell], policy: SupportPolicy) -> list[Coverage[ProfessionGroup]]:
    """In the order of the groups."""
    found = {each.of: each for each in _by(cells, lambda cell: cell.group, policy)}
    return [found[group] for group in ProfessionGroup if group in found]


def short_first(cells: Iterable[Cell], of: Callable[[Cell], Of], policy: SupportPolicy) -> list[Coverage[Of]]:
    """By what `of` gives: first where most are short, then by name."""
    return sorted(_by(cells, of, policy), key=lambda each: (-each.missing, str(each.of)))


def _by(cells: Iterable[Cell], of: Callable[[Cell], Of], policy: SupportPolicy) -> Iterable[Coverage[Of]]:
    people: dict[Of, list[Cell]] = defaultdict(list)
    for cell in cells:
        people[of(cell)].append(cell)
    for key, here in people.items():
        wanted = sum(cell.employees * norm_of(cell.profession, policy) for cell in here)
        yield Coverage(
            key,
            sum(cell.employees for cell in here),
            sum(cell.supporters for cell in here),
            ceil(wanted / 1000),
        )


def norm_of(profession: Profession, policy: SupportPolicy) -> int:
    """How many of 1,000 the norm wants."""
    return policy.norm_in_shifts if profession.works_shifts else policy.norm
