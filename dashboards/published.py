"""What was published, for the page and the export: the board's room reads this and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dashboards.board import Board
from dashboards.models import Release
from dashboards.tables import Tables
from evaluations.periods import Period


@dataclass(frozen=True, slots=True)
class Span:
    """Published periods of a year that follow each other, oldest first, as one; or only one."""

    releases: tuple[tuple[Period, UUID], ...]

    @property
    def code(self) -> str:
        first = self._first
        return first.code if self.is_one else str(first.year)

    @property
    def label(self) -> str:
        """As it is called: Q3 2026, 2026, or Q1–Q3 2026 where not all of the year was published."""
        first, last = self._first, self._last
        if self.is_one:
            return first.label
        if (self.starts_on, self.ends_on) == (date(first.year, 1, 1), date(first.year, 12, 31)):
            return str(first.year)
        return _("%(first)s–%(last)s %(year)s") % {
            "first": first.short_label,
            "last": last.short_label,
            "year": first.year,
        }

    @property
    def starts_on(self) -> date:
        return self._first.starts_on

    @property
    def ends_on(self) -> date:
        return self._last.ends_on

    @property
    def is_one(self) -> bool:
        return len(self.releases) == 1

    @property
    def days_before(self) -> tuple[date, date]:
        """What it is compared with: the period before, or for several the same part of the year before."""
        if self.is_one:
            before = self._first.previous
            return before.starts_on, before.ends_on
        year = self._first.year - 1
        return self.starts_on.replace(year=year), self.ends_on.replace(year=year)

    @property
    def _first(self) -> Period:
        return self.releases[0][0]

    @property
    def _last(self) -> Period:
        return self.releases[-1][0]


@dataclass(frozen=True, slots=True)
class Published:
    """What was chosen, and what it is compared with if all of that was published."""

    span: Span
    before: Span | None

    @property
    def board(self) -> Board:
        """Its tables in words and charts, in the active language; one statement."""
        spans = [self.span, *([self.before] if self.before else [])]
        found = Release.objects.in_bulk([release for span in spans for _period, release in span.releases])
        now, *then = (
            [
                (period.short_label, Tables.from_json(found[release].tables))
                for period, release in span.releases
            ]
            for span in spans
        )
        return Board(
            self.span.label,
            now,
            self.before.label if self.before else "",
            Tables.together([tables for _label, tables in then[0]]) if then else None,
        )

    @property
    def html(self) -> SafeString:
        """The board as it stands on the page, in the active language."""
        return _html(self, get_language() or "")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that can be chosen, newest year first with its periods behind it, and what was chosen; None
    when nothing is published.
    """

    spans: Sequence[Span]
    chosen: Published | None


def take(code: str) -> Shelf:
    """What has this code, or for an empty one the newest of the years; one statement.

    A year is the sum of what was published of it. Raises Release.DoesNotExist when nothing of that was.
    """
    releases = [
        (Period.between(starts_on, ends_on), release)
        for release, starts_on, ends_on in Release.objects.shown()
        .order_by("starts_on")
        .values_list("id", "starts_on", "ends_on")
    ]
    spans = _spans(releases)
    if code:
        chosen = next((span for span in spans if span.code == code), None)
        if chosen is None:
            raise Release.DoesNotExist(code)
    else:
        chosen = next((span for span in spans if span.code.isdecimal()), next(iter(spans), None))
    return Shelf(spans, Published(chosen, _of_days(releases, *chosen.days_before)) if chosen else None)


def _spans(releases: Sequence[tuple[Period, UUID]]) -> list[Span]:
    spans = []
    for year in sorted({period.year for period, _release in releases}, reverse=True):
        of_year = tuple(each for each in releases if each[0].year == year)
        if len(of_year) > 1:
            spans.append(Span(of_year))
        spans += [Span((each,)) for each in reversed(of_year)]
    return spans


def _of_days(releases: Sequence[tuple[Period, UUID]], starts_on: date, ends_on: date) -> Span | None:
    """What was published of exactly these days, if all of it was."""
    held = tuple(each for each in releases if starts_on <= each[0].starts_on and each[0].ends_on <= ends_on)
    span = Span(held) if held else None
    return span if span and (span.starts_on, span.ends_on) == (starts_on, ends_on) else None


@lru_cache(maxsize=64)
def _html(published: Published, language: str) -> SafeString:
    """Kept for as long as the process lives: a release never changes, and a new version is a new process."""
    return render_to_string("dashboards/_blocks.html", {"board": published.board})
