"""What was published, for the page and the export: the board's room reads this and nothing else. A preview
reads the same with what waits to be published.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from dashboards.board import Board
from dashboards.models import Release
from dashboards.publishing import words_of
from dashboards.tables import Tables
from evaluations.periods import Period

#: For so many seconds a page that was made is kept for all processes.
KEPT = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Span:
    """Published periods of a year that follow each other, oldest first, as one; or only one; or the last
    twelve months.
    """

    releases: tuple[tuple[Period, UUID], ...]
    rolls: bool = False

    @property
    def code(self) -> str:
        if self.rolls:
            return f"{self._last.code}R"
        first = self._first
        return first.code if self.is_one else str(first.year)

    @property
    def label(self) -> str:
        """As it is called: Q3 2026, 2026, or Q1–Q3 2026 where not all of the year was published."""
        first, last = self._first, self._last
        if self.rolls:
            return _("12 months up to %(period)s") % {"period": last.label}
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
    def is_year(self) -> bool:
        return self.months == 12

    @property
    def months(self) -> int:
        first, last = self.starts_on, self.ends_on
        return 12 * (last.year - first.year) + last.month - first.month + 1

    @property
    def newest(self) -> UUID:
        """The release of its last period, by which its words are kept."""
        return self.releases[-1][1]

    @property
    def days_before(self) -> tuple[date, date]:
        """What it is compared with: the period before, or for several the same part of the year before."""
        if self.is_one:
            before = self._first.previous
            return before.starts_on, before.ends_on
        return _year_before(self.starts_on), _year_before(self.ends_on)

    @property
    def _first(self) -> Period:
        return self.releases[0][0]

    @property
    def _last(self) -> Period:
        return self.releases[-1][0]


@dataclass(frozen=True, slots=True)
class Published:
    """What was chosen, what it is compared with if all of that was published, and the last twelve months up
    to it where they are another thing. `words` is the newest id of what coordinators wrote beside it.
    """

    span: Span
    before: Span | None
    rolling: Span | None = None
    words: int = 0

    @property
    def board(self) -> Board:
        """Its tables in words and charts, in the active language; two statements."""
        spans = [self.span, *([self.before] if self.before else [])]
        found = Release.objects.in_bulk([release for span in spans for _period, release in span.releases])
        now, *then = (
            [
                (period.label if span.rolls else period.short_label, Tables.from_json(found[release].tables))
                for period, release in span.releases
            ]
            for span in spans
        )
        words = words_of(found[self.span.newest], self.span.code)
        return Board(
            self.span.label,
            now,
            self.before.label if self.before else "",
            Tables.together([tables for _label, tables in then[0]]) if then else None,
            {block: each.text for block, each in words.items() if each.text},
            months=self.span.months,
        )

    @property
    def html(self) -> SafeString:
        """The board as it stands on the page, in the active language."""
        return _html(self, get_language() or "")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that can be chosen, newest year first with its periods behind it, and what was chosen; None
    when nothing is published. `waiting` are the periods that wait to be.
    """

    spans: Sequence[Span]
    chosen: Published | None
    waiting: Sequence[Period]


def take(code: str, *, preview: bool = False) -> Shelf:
    """What has this code, or for an empty one the newest of the years; one statement. In a preview as if all
    that waits were published, and for an empty code the newest that waits.

    A year is the sum of what was published of it. Raises Release.DoesNotExist when nothing of that was.
    """
    rows = [
        ((Period.between(starts_on, ends_on), release), published_at is None, words or 0)
        for release, starts_on, ends_on, published_at, words in Release.objects.shown()
        .order_by("starts_on")
        .annotate(newest_words=Max("words__id"))
        .values_list("id", "starts_on", "ends_on", "publication__at", "newest_words")
    ]
    releases = [each for each, waits, _words in rows if preview or not waits]
    waiting = [period for (period, _release), waits, _words in rows if waits]
    spans = _spans(releases)
    if preview and not code and waiting:
        code = waiting[-1].code
    if code:
        known = [*spans, *filter(None, (_rolling(releases, each) for each, _release in releases))]
        chosen = next((span for span in known if span.code == code), None)
        if chosen is None:
            raise Release.DoesNotExist(code)
    else:
        chosen = next((span for span in spans if span.code.isdecimal()), next(iter(spans), None))
    if chosen is None:
        return Shelf(spans, None, waiting)
    rolling = _rolling(releases, chosen.releases[-1][0]) if chosen.is_one else None
    words = next(words for (_period, release), _waits, words in rows if release == chosen.newest)
    before = _of_days(releases, *chosen.days_before)
    return Shelf(spans, Published(chosen, before, rolling, words), waiting)


def _spans(releases: Sequence[tuple[Period, UUID]]) -> list[Span]:
    spans = []
    for year in sorted({period.year for period, _release in releases}, reverse=True):
        of_year = tuple(each for each in releases if each[0].year == year)
        if len(of_year) > 1:
            spans.append(Span(of_year))
        if year == releases[-1][0].year and (rolling := _rolling(releases, of_year[-1][0])):
            spans.append(rolling)
        spans += [Span((each,)) for each in reversed(of_year)]
    return spans


def _rolling(releases: Sequence[tuple[Period, UUID]], last: Period) -> Span | None:
    """The twelve months that end with `last`, if all of them were published and they are no year."""
    starts_on = _year_before(last.ends_on + timedelta(days=1))
    span = _of_days(releases, starts_on, last.ends_on)
    return None if span is None or span.is_one or starts_on.month == 1 else replace(span, rolls=True)


def _of_days(releases: Sequence[tuple[Period, UUID]], starts_on: date, ends_on: date) -> Span | None:
    """What was published of exactly these days, if all of it was."""
    held = tuple(each for each in releases if starts_on <= each[0].starts_on and each[0].ends_on <= ends_on)
    span = Span(held) if held else None
    return span if span and (span.starts_on, span.ends_on) == (starts_on, ends_on) else None


def _year_before(day: date) -> date:
    """The same day a year sooner: the first or the last of a quarter, so that it is always there."""
    return day.replace(year=day.year - 1)


@lru_cache(maxsize=64)
def _html(published: Published, language: str) -> SafeString:
    """Kept by each process for as long as it lives, and by all of them together: a release never changes,
    words have another number when they do, and what makes the page is part of the key.
    """
    key = f"figures:{sha256(repr((_made_by(), published, language)).encode()).hexdigest()}"
    found: str | None = None
    with suppress(RedisError):
        found = cache.get(key)
    if found is None:
        context = {"board": published.board, "rolling": published.rolling}
        found = render_to_string("dashboards/_blocks.html", context)
        with suppress(RedisError):
            cache.set(key, str(found), KEPT)
    return mark_safe(found)  # nosec B308 B703  # as the template made it


@lru_cache(maxsize=1)
def _made_by() -> list[tuple[str, int, int]]:
    """The files that a page is made by, as they were changed last: another version makes it anew."""
    base = Path(settings.BASE_DIR)
    files = [
        *(base / "dashboards").glob("*.py"),
        *(base / "templates/dashboards").glob("*.html"),
        *(base / "templates/components").glob("chart_*.html"),
        *(base / "locale").rglob("*.mo"),
    ]
    return [(file.name, stat.st_size, stat.st_mtime_ns) for file in sorted(files) for stat in [file.stat()]]
