"""What was published, for the page and the export: the board's room reads this and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.board import Board
from dashboards.models import Release
from dashboards.periods import Period
from dashboards.tables import Tables


@dataclass(frozen=True, slots=True)
class Shelf:
    """All published periods, newest first, and the board of the chosen one; None when nothing is."""

    periods: Sequence[Period]
    board: Board | None


def take(code: str) -> Shelf:
    """The period with this code, or the newest quarter (else year) for an empty one; two statements.

    Raises Release.DoesNotExist when that period was not published.
    """
    dates = Release.objects.order_by("-ends_on", "-starts_on").values_list("starts_on", "ends_on")
    periods = [Period.between(*each) for each in dates]
    chosen = next((each for each in periods if each.code == code or not code), None)
    if chosen is None:
        if code:
            raise Release.DoesNotExist(code)
        return Shelf(periods, None)
    wanted = (chosen, chosen.previous)
    found = {
        Period.between(release.starts_on, release.ends_on): Tables.from_json(release.tables)
        for release in Release.objects.filter(
            starts_on__in=[each.starts_on for each in wanted], ends_on__in=[each.ends_on for each in wanted]
        )
        if (release.starts_on, release.ends_on) in {(each.starts_on, each.ends_on) for each in wanted}
    }
    return Shelf(periods, Board(chosen, found[chosen], found.get(chosen.previous)))
