"""What was published, for the page and the export: the board's room reads this and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from dashboards.board import Board
from dashboards.models import Release
from dashboards.periods import Period
from dashboards.tables import Tables


@dataclass(frozen=True, slots=True)
class Published:
    """A published period: its release, and that of the period before if there is one."""

    period: Period
    release: UUID
    previous: UUID | None

    @property
    def board(self) -> Board:
        """Its tables in words and charts, in the active language; one statement."""
        found = Release.objects.in_bulk([each for each in (self.release, self.previous) if each])
        before = Tables.from_json(found[self.previous].tables) if self.previous else None
        return Board(self.period, Tables.from_json(found[self.release].tables), before)

    @property
    def html(self) -> SafeString:
        """The board as it stands on the page, in the active language."""
        return _html(self, get_language() or "")


@dataclass(frozen=True, slots=True)
class Shelf:
    """All published periods, newest first, and the chosen one; None when nothing is published."""

    periods: Sequence[Period]
    chosen: Published | None


def take(code: str) -> Shelf:
    """The period with this code, or for an empty one the newest (a quarter before its year); one statement.

    Raises Release.DoesNotExist when that period was not published.
    """
    releases = {
        Period.between(starts_on, ends_on): release
        for release, starts_on, ends_on in Release.objects.order_by("-ends_on", "-starts_on").values_list(
            "id", "starts_on", "ends_on"
        )
    }
    chosen = next((each for each in releases if each.code == code or not code), None)
    if chosen is None:
        if code:
            raise Release.DoesNotExist(code)
        return Shelf([], None)
    return Shelf([*releases], Published(chosen, releases[chosen], releases.get(chosen.previous)))


@lru_cache(maxsize=64)
def _html(published: Published, language: str) -> SafeString:
    """Kept for as long as the process lives: a release never changes, and a new version is a new process."""
    return render_to_string("dashboards/_blocks.html", {"board": published.board})
