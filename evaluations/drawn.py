"""Tables about people as they may be published: each count with noise of the discrete Gaussian, drawn once.

A table is declared with its noise and with how far one person can move it; dashboards.bound adds these up
over all of them. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from secrets import randbelow
from typing import Any

from evaluations.discrete_gaussian import Below
from evaluations.discrete_gaussian import draw as noise


@dataclass(frozen=True, slots=True)
class DeclaredTable:
    """A table that is published: its cells, all of them with noise of `variance`.

    `by_person` is the square of how far one person more or less moves the cells, all taken together;
    `by_answer` of how far another answer of the same person does. In a table of counts a person is in one
    cell or in none: 1, and 2 for one less here and one more there.
    """

    name: str
    cells: tuple[str, ...]
    variance: Fraction
    by_person: int = 1
    by_answer: int = 2


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """What was published of a table, or the sum of several such: whole numbers with noise, also below 0, and
    the variance of each.
    """

    cells: Mapping[str, int]
    variances: Mapping[str, Fraction]

    def as_json(self) -> dict[str, Any]:
        """For storing: dictionaries, texts and numbers only."""
        return {
            "cells": dict(self.cells),
            "variances": {cell: str(variance) for cell, variance in self.variances.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "DrawnTable":
        """What `as_json` gave, as it came back from the database."""
        variances = {cell: Fraction(variance) for cell, variance in stored["variances"].items()}
        return cls(stored["cells"], variances)


def draw(table: DeclaredTable, exact: Mapping[str, int], *, below: Below = randbelow) -> DrawnTable:
    """`exact` counts as they may be published; what it does not name is 0.

    To be called once for a period: each draw more tells more. Raises ValueError for an undeclared cell.
    """
    if unknown := set(exact) - set(table.cells):
        raise ValueError(f"{table.name} has no {', '.join(sorted(unknown))}.")
    return DrawnTable(
        {cell: exact.get(cell, 0) + noise(table.variance, below=below) for cell in table.cells},
        dict.fromkeys(table.cells, table.variance),
    )


def added(tables: Iterable[DrawnTable]) -> DrawnTable:
    """Several published tables as one: the numbers added, and the variances. Nothing is drawn."""
    cells: Counter[str] = Counter()
    variances: dict[str, Fraction] = {}
    for table in tables:
        for cell, number in table.cells.items():
            cells[cell] += number
            variances[cell] = variances.get(cell, Fraction(0)) + table.variances[cell]
    return DrawnTable(dict(cells), variances)
