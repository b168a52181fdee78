"""Whether there are enough supporters of each profession."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.models import User
from hospital.enums import ProfessionGroup
from supporters.enums import SupporterStatus
from supporters.models import Supporter, SupportPolicy


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one group of professions: employees, supporters who may be asked, and how many the norm wants."""

    group: ProfessionGroup
    employees: int
    supporters: int
    wanted: int

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.supporters)


def coverage(at: datetime, *, policy: SupportPolicy | None = None) -> list[Coverage]:
    """Supporters in each group of professions that somebody works in, against the norm of `policy` (the
    current one): three queries.

    Counted are employees inside the hospital, and supporters who are trained and have not stopped.
    """
    inside = Q(department__location__is_partner=False)
    staff = (
        User.objects.filter(inside, is_active=True, profession__isnull=False)
        .values(group=F("profession__group"), shifts=F("profession__works_shifts"))
        .annotate(number=Count("id"))
        .order_by()
    )
    today = timezone.localdate(at)
    trained = (
        Supporter.objects.exclude(status=SupporterStatus.STOPPED)
        .filter(
            user__is_active=True,
            user__department__location__is_partner=False,
            trained_on__lte=today,
            current_until__gte=today,
        )
        .values_list("user__profession__group")
        .annotate(number=Count("id"))
        .order_by()
    )
    supporters = dict(trained)
    return list(_coverage([dict(row) for row in staff], supporters, policy or SupportPolicy.current()))


def _coverage(
    staff: Iterable[Mapping[str, object]], supporters: dict[str, int], policy: SupportPolicy
) -> Iterable[Coverage]:
    employees: dict[str, int] = {}
    wanted: dict[str, int] = {}
    for row in staff:
        group, number = str(row["group"]), int(str(row["number"]))
        norm = policy.norm_in_shifts if row["shifts"] else policy.norm
        employees[group] = employees.get(group, 0) + number
        wanted[group] = wanted.get(group, 0) + number * norm
    for group in ProfessionGroup:
        if employees.get(group):
            number = ceil(wanted[group] / 1000)
            yield Coverage(group, employees[group], supporters.get(group, 0), number)
