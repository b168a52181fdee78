"""What published numbers say together: estimates with their standard deviations, from nothing else. Pure.

Several tables count the same people, each once, so their sums estimate one number. Weighted least squares
under that condition sharpens every cell; noise that is independent and known makes it a few lines. Nobody
in the figures pays for it: only what was published is computed with.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, fsum, sqrt

from evaluations.drawn import DrawnTable

OF_90_PERCENT = 1.645
"""So many standard deviations to both sides hold the true number in 9 of 10 cases."""
LEAST = 10
"""An estimate below this is not said as a number."""
_COARSE_FROM, _COARSE = 20, 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that is not known exactly."""

    value: float
    sd: float
    #: It cannot be above this: of a part, the upper end of its whole.
    at_most: float | None = None
    #: Nor below this: of a whole, the lower end of its parts; of answers, with how many they are opened.
    at_least: float = 0.0

    @property
    def low(self) -> float:
        """The lower end of the band of 90%, never below 0."""
        return max(self.at_least, self.value - OF_90_PERCENT * self.sd)

    @property
    def high(self) -> float:
        high = max(self.at_least, self.value + OF_90_PERCENT * self.sd)
        return high if self.at_most is None else min(self.at_most, high)

    @property
    def about(self) -> int | None:
        """As a count of people is said: to 5 from 20 on, whole below; None below 10."""
        return None if self.value < LEAST else rounded(self.value)

    @property
    def between(self) -> tuple[int, int]:
        """Both ends of the band, as such a count is said."""
        return rounded(self.low), self.below if self.about is None else rounded(self.high)

    @property
    def below(self) -> int:
        """A number that is said in the place of one that is small: in 9 of 10 cases it is smaller."""
        below = _COARSE * ceil(max(self.high, self.at_least + 1) / _COARSE)
        return max(LEAST, below if self.at_most is None else min(below, rounded(self.at_most)))

    @property
    def tens(self) -> int:
        """As a share is said: so many out of 10."""
        return _out_of_ten(self.value)

    @property
    def between_tens(self) -> tuple[int, int]:
        return _out_of_ten(self.low), _out_of_ten(self.high)


def rounded(number: float) -> int:
    """To 5 from 20 on, to a whole number below."""
    return round(number) if number < _COARSE_FROM else _COARSE * round(number / _COARSE)


def _out_of_ten(share: float) -> int:
    return min(10, max(0, round(10 * share)))


def whole(tables: Iterable[DrawnTable]) -> Estimate:
    """How many there are, from `tables` that count each of them once: their sums, each by its certainty."""
    sums = [(sum(table.cells.values()), fsum(map(float, table.variances.values()))) for table in tables]
    certainty = sum(1 / variance for _sum, variance in sums)
    return Estimate(sum(number / variance for number, variance in sums) / certainty, sqrt(1 / certainty))


def part(table: DrawnTable, cells: Collection[str], of_all: Estimate) -> Estimate:
    """How many are in these `cells` together, where all cells of `table` come to `of_all`.

    A cell below 0 holds nobody, and no cells hold more than all: so parts are never above their whole, nor is
    one cell above several that hold it, however they were drawn; nor is its end by rounding up.
    """
    variance, everything = _variances(table, cells)
    weight = variance / everything
    missing = of_all.value - sum(table.cells.values())
    held = fsum(
        max(0.0, table.cells[cell] + float(table.variances[cell]) / everything * missing)
        for cell in cells
        if cell in table.cells
    )
    found = Estimate(
        min(held, max(0.0, of_all.value)),
        sqrt(variance - weight * variance + weight**2 * of_all.sd**2),
    )
    return replace(found, at_most=min(of_all.high, max(of_all.value, found.high)))


def fitted(estimate: Estimate, parts: Iterable[Estimate], wholes: Iterable[Estimate]) -> Estimate:
    """`estimate` with a band that starts no lower than those of its `parts`, and ends no higher than those of
    its `wholes`.
    """
    ends = [min(whole.high, max(whole.value, estimate.high)) for whole in wholes]
    return replace(
        estimate,
        at_most=min((end for end in (estimate.at_most, *ends) if end is not None), default=None),
        at_least=max([estimate.at_least, *(part.low for part in parts)]),
    )


def share(
    table: DrawnTable, cells: Collection[str], of_all: Estimate, *, of: Collection[str] = ()
) -> Estimate:
    """Which part, 0 to 1, those in `cells` are of those in the cells `of` (all cells, unless given), which
    hold `cells`. The standard deviation by the first order of its Taylor series.
    """
    among = of or table.cells.keys()
    some, base = part(table, cells, of_all), part(table, among, of_all)
    if base.value < 1:
        return Estimate(0, 1)
    value = some.value / base.value
    variance, everything = _variances(table, cells)
    variance_of_base, _all = _variances(table, among)
    together = variance - variance * variance_of_base / everything * (1 - of_all.sd**2 / everything)
    spread = some.sd**2 - 2 * value * together + value**2 * base.sd**2
    return Estimate(min(1.0, value), sqrt(max(0.0, spread)) / base.value)


def _variances(table: DrawnTable, cells: Collection[str]) -> tuple[float, float]:
    """The variance of `cells` together, and that of all cells of `table`.

    A cell that no release of the table had (a kind that is newer) holds nobody for certain.
    """
    return (
        fsum(float(table.variances[cell]) for cell in cells if cell in table.cells),
        fsum(map(float, table.variances.values())),
    )


def composition(table: DrawnTable, of_all: Estimate) -> dict[str, float]:
    """Which part of all each cell is: the nearest to what was published of those that are not negative and
    add up to 1 (each cell less the same, but none below 0).
    """
    numbers = sorted(table.cells.values(), reverse=True)
    everybody = max(1.0, of_all.value)
    less, above = 0.0, 0.0
    for place, number in enumerate(numbers, 1):
        above += number
        if number <= (above - everybody) / place:
            break
        less = (above - everybody) / place
    return {cell: max(0.0, number - less) / everybody for cell, number in table.cells.items()}


def in_steps(shares: Sequence[float], step: int, *, of: int = 100) -> list[int]:
    """`shares` of something in percent, by `step`, adding up to `of`: the rest to those that lost most."""
    steps, everything = of // step, fsum(shares) or 1.0
    parts = [each * steps / everything for each in shares]
    whole_steps = [int(each) for each in parts]
    lost = [each - kept for each, kept in zip(parts, whole_steps, strict=True)]
    order = sorted(range(len(lost)), key=lambda place: -lost[place])
    for place in order[: steps - sum(whole_steps)]:
        whole_steps[place] += 1
    return [step * each for each in whole_steps]


def mean_feeling(table: DrawnTable, cell: str, of_all: Estimate) -> Estimate:
    """The mean, 0 to 3, of a feeling that was published as the sum of twice each value less 3."""
    number = max(1.0, of_all.value)
    middle = table.cells[cell] / number
    spread = sqrt(float(table.variances[cell]) + middle**2 * of_all.sd**2) / number
    return Estimate(min(3.0, max(0.0, round((middle + 3) / 2, 9))), spread / 2)
