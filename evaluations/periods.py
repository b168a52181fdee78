"""The periods that figures are published for and evaluations are opened at the end of: calendar quarters,
half-years and years, and no others.

Whoever could choose a period could choose two that differ by one day, and so by one person. Days are local
days in Europe/Amsterdam. Pure.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from evaluations.enums import PeriodLength
from hospital.clock import local_day, start_of_day

_MONTHS = {PeriodLength.QUARTER: 3, PeriodLength.HALF_YEAR: 6, PeriodLength.YEAR: 12}
_LETTER = {PeriodLength.QUARTER: "Q", PeriodLength.HALF_YEAR: "H"}
_LONGEST_FIRST = (PeriodLength.YEAR, PeriodLength.HALF_YEAR, PeriodLength.QUARTER)


class NotAPeriod(ValueError):
    """Not a calendar quarter, half-year or year."""


@dataclass(frozen=True, slots=True)
class Period:
    """The `number`th quarter or half-year of a year, counted from 1, or the whole of it."""

    year: int
    length: PeriodLength = PeriodLength.YEAR
    number: int = 1

    @classmethod
    def parse(cls, code: str) -> "Period":
        """The period with this code: "2026Q3", "2026H1", "2026". Raises NotAPeriod."""
        found = re.fullmatch(r"(\d{4})(?:Q([1-4])|H([12]))?", code, re.ASCII)
        if not found or not 1 < int(found[1]) < 9999:
            raise NotAPeriod(code)
        if found[2]:
            return cls(int(found[1]), PeriodLength.QUARTER, int(found[2]))
        if found[3]:
            return cls(int(found[1]), PeriodLength.HALF_YEAR, int(found[3]))
        return cls(int(found[1]))

    @classmethod
    def between(cls, starts_on: date, ends_on: date) -> "Period":
        """The period from `starts_on` up to and including `ends_on`. Raises NotAPeriod."""
        for length in PeriodLength:
            period = cls.holding(starts_on, length)
            if (period.starts_on, period.ends_on) == (starts_on, ends_on):
                return period
        raise NotAPeriod(f"{starts_on} – {ends_on}")

    @classmethod
    def holding(cls, day: date, length: PeriodLength) -> "Period":
        """The period of this length that `day` lies in."""
        return cls(day.year, length, (day.month - 1) // _MONTHS[length] + 1)

    @classmethod
    def beginning(cls, day: date, *, at_most: PeriodLength) -> "Period":
        """The longest period that begins on `day` and is no longer than `at_most`. Raises NotAPeriod."""
        for length in _LONGEST_FIRST[_LONGEST_FIRST.index(at_most) :]:
            period = cls.holding(day, length)
            if period.starts_on == day:
                return period
        raise NotAPeriod(str(day))

    @property
    def code(self) -> str:
        letter = _LETTER.get(self.length)
        return f"{self.year}{letter}{self.number}" if letter else str(self.year)

    @property
    def short_label(self) -> str:
        """Without its year; empty for a year."""
        if self.length == PeriodLength.QUARTER:
            return _("Q%(quarter)s") % {"quarter": self.number}
        if self.length == PeriodLength.HALF_YEAR:
            return _("H%(half)s") % {"half": self.number}
        return ""

    @property
    def label(self) -> str:
        return f"{self.short_label} {self.year}".strip()

    @property
    def starts_on(self) -> date:
        return date(self.year, _MONTHS[self.length] * (self.number - 1) + 1, 1)

    @property
    def ends_on(self) -> date:
        return self.next.starts_on - timedelta(days=1)

    @property
    def starts_at(self) -> datetime:
        """The first moment of the period, in UTC."""
        return start_of_day(self.starts_on)

    @property
    def closes_at(self) -> datetime:
        """The first moment after the period, in UTC."""
        return start_of_day(self.next.starts_on)

    @property
    def next(self) -> "Period":
        """The period after this one, of the same length."""
        if self.number * _MONTHS[self.length] == 12:
            return Period(self.year + 1, self.length)
        return Period(self.year, self.length, self.number + 1)

    @property
    def previous(self) -> "Period":
        """The period before this one, of the same length."""
        if self.number == 1:
            return Period(self.year - 1, self.length, 12 // _MONTHS[self.length])
        return Period(self.year, self.length, self.number - 1)


def following(last: date | None, *, first_account: datetime | None, at_most: PeriodLength) -> Period | None:
    """The period that comes next where the last one ended on `last`, of figures and of evaluations alike.

    The longest that the policy asks for (`at_most`) and that begins the day after: another policy counts from
    where a period of its length begins. The very first holds the day of the first account, and there is none
    before that: which periods there are says nothing of anybody's support.
    """
    if last:
        return Period.beginning(last + timedelta(days=1), at_most=at_most)
    return Period.holding(local_day(first_account), at_most) if first_account else None


def proposed(offers: int) -> PeriodLength:
    """The length that fits `offers` of support a year: about forty in a period, so that its figures stand
    out from what protects the people in them.
    """
    if offers >= 160:
        return PeriodLength.QUARTER
    return PeriodLength.HALF_YEAR if offers >= 80 else PeriodLength.YEAR
