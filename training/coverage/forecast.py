"""How many supporters there will be in the coming year, as far as is known today."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, DateField, ExpressionWrapper, F, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from hospital.enums import ProfessionGroup
from supporters.enums import SupporterStatus
from supporters.models import Supporter, SupportPolicy

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Going:
    """So many supporters of a group whose training lapses in the month `lapses`, and who leave in `leaves`
    where that is known: first days of months.
    """

    group: str
    number: int
    lapses: date
    leaves: date | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """What changes in one month, of which `begins` is the first day, and how many there are at its end."""

    begins: date
    lapse: int
    leave: int
    trained: int
    supporters: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Month by month; and `in_a_year` of each group, without who is still to be trained."""

    months: Sequence[Month]
    in_a_year: Mapping[str, int]


def forecast(at: datetime, *, policy: SupportPolicy, planned: Mapping[date, int] | None = None) -> Forecast:
    """The coming year from `at` on; `planned` says how many are trained in a month, by its first day."""
    return ahead(
        going(at),
        from_day=timezone.localdate(at),
        planned=planned or {},
        valid_months=policy.current_months,
    )


def going(at: datetime) -> list[Going]:
    """Who supports now, by when they go: one query.

    A training lapses on the day after it is valid; who is away without an end leaves when that begins.
    """
    today = timezone.localdate(at)
    last_day_over = ExpressionWrapper(F("current_until") + timedelta(days=1), output_field=DateField())
    rows = (
        Supporter.objects.exclude(status=SupporterStatus.STOPPED)
        .filter(
            user__is_active=True,
            user__department__location__is_partner=False,
            user__profession__isnull=False,
            trained_on__lte=today,
            current_until__gte=today,
        )
        .annotate(
            lapses=TruncMonth(last_day_over, output_field=DateField()),
            leaves=TruncMonth("absent_from", output_field=DateField()),
            comes_back=Q(absent_until__isnull=False),
        )
        .values_list("user__profession__group", "lapses", "leaves", "comes_back")
        .annotate(number=Count("id"))
        .order_by()
    )
    return [
        Going(group, number, lapses, None if comes_back else leaves)
        for group, lapses, leaves, comes_back, number in rows
    ]


def ahead(
    going: Iterable[Going], *, from_day: date, planned: Mapping[date, int], valid_months: int
) -> Forecast:
    """What becomes of those, from `from_day` on; each is counted where they go first."""
    begins = [_month(from_day, ahead) for ahead in range(MONTHS)]
    lapse: Counter[date] = Counter()
    leave: Counter[date] = Counter()
    stay: Counter[str] = Counter()
    there = 0
    for each in going:
        there += each.number
        leaves = max(each.leaves, begins[0]) if each.leaves else None
        first = min(each.lapses, leaves) if leaves else each.lapses
        if first > begins[-1]:
            stay[each.group] += each.number
        elif leaves == first:
            leave[first] += each.number
        else:
            lapse[first] += each.number
    for month, seats in planned.items():
        lapse[_month(month, valid_months)] += seats
    months = []
    for month in begins:
        there += planned.get(month, 0) - lapse[month] - leave[month]
        months.append(Month(month, lapse[month], leave[month], planned.get(month, 0), there))
    return Forecast(months, {group: stay[group] for group in ProfessionGroup.values})


def _month(day: date, ahead: int) -> date:
    """The first day of the month that lies so many `ahead` of the one of `day`."""
    years, month = divmod(day.month - 1 + ahead, 12)
    return date(day.year + years, month + 1, 1)
