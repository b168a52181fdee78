"""Somebody works out between which numbers each cell of a page lies, from all of its cells together: all the
tables count the same people, so each adds up to one number that is not known.

Where every table adds up to one number, and each cell lies in a range of its own, the ends of a linear
programme can be written down. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from random import Random

from attacks import naive
from attacks.published_year import CERTAIN
from dashboards.bound import SUPPORT_TABLES
from evaluations.drawn import draw

#: Inclusive.
Range = tuple[int, int]
SMALL = range(1, 5)
#: Fewer than so many values left, and a cell is as good as known.
FEW = 3


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Of `small` cells of 1 to 4: how many are known `exact`ly, and how many to fewer than three values."""

    small: int
    exact: int
    narrowed: int


def of_release(*, people: int, draws: int, chance: Random) -> Narrowed:
    """Of the counts of `people`, published as a release is."""
    left: list[tuple[int, Range]] = []
    for _draw in range(draws):
        exact = {table.name: _spread(people, len(table.cells), chance) for table in SUPPORT_TABLES}
        shown = {}
        for table in SUPPORT_TABLES:
            counts = dict(zip(table.cells, exact[table.name], strict=True))
            drawn = draw(table, counts, below=chance.randrange)
            shown[table.name] = [_likely(drawn.cells[cell], float(table.variance)) for cell in table.cells]
        for name, ranges in together(shown).items():
            left += zip(exact[name], ranges, strict=True)
    return _narrowed(left)


def _likely(published: int, variance: float) -> Range:
    """The counts of which none is 999 times less likely to give `published` than another."""
    far = sqrt(2 * variance * CERTAIN + min(0, published) ** 2)
    return max(0, ceil(published - far)), floor(published + far)


def of_shares(*, answers: Range, draws: int, chance: Random) -> Narrowed:
    """Of answers on a scale of five, published naively: whole percents, and how many rounded to 5."""
    left: list[tuple[int, Range]] = []
    for _draw in range(draws):
        number = chance.randint(*answers)
        exact = _spread(number, 5, chance)
        shown = naive.shares(exact)
        about = naive.STEP * round(number / naive.STEP)
        found = [
            ranges
            for whole in range(about - naive.STEP // 2, about + naive.STEP // 2 + 1)
            if (ranges := _of_whole(shown, whole))
        ]
        left += (
            (each, (min(ranges[cell][0] for ranges in found), max(ranges[cell][1] for ranges in found)))
            for cell, each in enumerate(exact)
        )
    return _narrowed(left)


def together(shown: Mapping[str, Sequence[Range]]) -> dict[str, list[Range]]:
    """The smallest and largest number in each cell, of tables that add up to one number."""
    least = max(sum(low for low, _high in ranges) for ranges in shown.values())
    most = min(sum(high for _low, high in ranges) for ranges in shown.values())
    return {name: _adding_up(ranges, least, most) for name, ranges in shown.items()}


def _adding_up(ranges: Sequence[Range], least: int, most: int) -> list[Range]:
    lows, highs = sum(low for low, _high in ranges), sum(high for _low, high in ranges)
    return [(max(low, least - (highs - high)), min(high, most - (lows - low))) for low, high in ranges]


def _of_whole(shown: Sequence[int], whole: int) -> list[Range]:
    """The ranges of the cells behind these shares if there were `whole` answers; empty if there were not."""
    cells = [[each for each in range(whole + 1) if round(100 * each / whole) == share] for share in shown]
    if not all(cells):
        return []
    ranges = [(min(each), max(each)) for each in cells]
    if not sum(low for low, _high in ranges) <= whole <= sum(high for _low, high in ranges):
        return []
    return _adding_up(ranges, whole, whole)


def _spread(people: int, cells: int, chance: Random) -> list[int]:
    """`people` over so many cells, the first ones large and the last ones small, as life is."""
    drawn = chance.choices(range(cells), weights=[1 / (1 + cell) ** 2 for cell in range(cells)], k=people)
    return [drawn.count(cell) for cell in range(cells)]


def _narrowed(left: Sequence[tuple[int, Range]]) -> Narrowed:
    small = [high - low + 1 for exact, (low, high) in left if exact in SMALL]
    return Narrowed(len(small), sum(each <= 1 for each in small), sum(each < FEW for each in small))
