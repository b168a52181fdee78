"""The periods that figures are published for: calendar quarters and calendar years, and no others.

Whoever could choose a period could choose two that differ by one day, and so by one person. Days are local
days in Europe/Amsterdam. Pure.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from hospital.clock import start_of_day


class NotAPeriod(ValueError):
    """Not a calendar quarter and not a calendar year."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A quarter (1–4) of a year, or with quarter 0 the whole year."""

    year: int
    quarter: int = 0

    @classmethod
    def parse(cls, code: str) -> "Period":
        """The period with this code: "2026Q3", "2026". Raises NotAPeriod."""
        found = re.fullmatch(r"(\d{4})(?:Q([1-4]))?", code, re.ASCII)
        if not found or not 1 < int(found[1]) < 9999:
            raise NotAPeriod(code)
        return cls(int(found[1]), int(found[2] or 0))

    @classmethod
    def between(cls, starts_on: date, ends_on: date) -> "Period":
        """The period from `starts_on` up to and including `ends_on`. Raises NotAPeriod."""
        for period in (cls(starts_on.year), cls.holding(starts_on)):
            if (period.starts_on, period.ends_on) == (starts_on, ends_on):
                return period
        raise NotAPeriod(f"{starts_on} – {ends_on}")

    @classmethod
    def holding(cls, day: date) -> "Period":
        """The quarter that `day` lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def code(self) -> str:
        return f"{self.year}Q{self.quarter}" if self.quarter else str(self.year)

    @property
    def label(self) -> str:
        if not self.quarter:
            return str(self.year)
        return _("Q%(quarter)s %(year)s") % {"quarter": self.quarter, "year": self.year}

    @property
    def starts_on(self) -> date:
        return date(self.year, 3 * self.quarter - 2 if self.quarter else 1, 1)

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
        if not self.quarter or self.quarter == 4:
            return Period(self.year + 1, min(self.quarter, 1))
        return Period(self.year, self.quarter + 1)

    @property
    def previous(self) -> "Period":
        """The period before this one, of the same length."""
        if not self.quarter or self.quarter == 1:
            return Period(self.year - 1, 4 if self.quarter else 0)
        return Period(self.year, self.quarter - 1)
