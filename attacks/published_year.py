"""Somebody who knows all others reads everything that was published of a year, and guesses about one
colleague: by the likelihood ratio, which no other way of guessing beats. Pure.

What was published of the other periods is as likely whether this colleague was supported or not, and the year
is a sum of its periods: neither moves the ratio. So one period is drawn, the one that this colleague is in.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from random import Random

from attacks import naive
from dashboards.bound import SUPPORT_TABLES, TABLES
from evaluations.answer_tables import ANSWER_TABLES, FEELINGS
from evaluations.drawn import DeclaredTable, draw

#: Who is sure in 999 of 1,000 cases is said to be certain.
CERTAIN = log(999)

#: What somebody adds to each table, by its cells.
Added = Mapping[str, Mapping[str, int]]

_SUPPORT: Added = {
    "offered": {"all": 1},
    "event": {"complaint": 1},
    "profession": {"midwife": 1},
    "first_contact": {"later": 1},
    "course": {"talks_2": 1},
}
_ANSWER: Added = {
    "helped": {"1": 1},
    "same_field": {"3": 1},
    "for_everybody": {"5": 1},
    "mark": {"4": 1},
    "recommend": {"no": 1},
}
#: As far from it as an answer can be.
_OTHER_ANSWER: Added = {**_ANSWER, "helped": {"5": 1}, "mark": {"10": 1}, "recommend": {"yes": 1}}
_NOTHING: Added = {}


@dataclass(frozen=True, slots=True)
class Guesses:
    """How many of 1 were `right`, and `certain`; of `draws`."""

    right: float
    certain: float
    draws: int

    def right_at_most(self, most: float) -> bool:
        """Whether two standard errors explain what is above `most`."""
        return self.right <= most + 2 * sqrt(most * (1 - most) / self.draws)


def of_support(*, offers: int, draws: int, chance: Random) -> Guesses:
    """Whether one colleague was supported, and answered, in a year of `offers` to others."""
    here = {**_SUPPORT, **_with_feelings(_ANSWER, 3)}
    return _of([*_judged(TABLES, chance, draws, others=offers, worlds=(here, _NOTHING))])


def of_answer(*, answers: int, draws: int, chance: Random) -> Guesses:
    """Which of two answers one colleague gave, in a year of `answers` of others."""
    here, there = _with_feelings(_ANSWER, 3), _with_feelings(_OTHER_ANSWER, -3)
    return _of([*_judged(ANSWER_TABLES, chance, draws, others=answers, worlds=(here, there))])


def of_support_naively(*, offers: int, draws: int, chance: Random) -> Guesses:
    """`of_support` against what 0.1.0 published."""
    judged = []
    for _draw in range(draws):
        is_there, ratio = chance.random() < 0.5, 0.0
        for table in SUPPORT_TABLES:
            # The cell of this colleague, in the quarter and in the year.
            for others in (offers // 4 // len(table.cells), offers // len(table.cells)):
                figure = naive.published(others + is_there, chance.randrange)
                ratio += _log(naive.chance(figure, others + 1)) - _log(naive.chance(figure, others))
        judged.append(((ratio > 0) == is_there, abs(ratio)))
    return _of(judged)


def _log(likely: float) -> float:
    return log(likely) if likely else -1e9


def _with_feelings(answer: Added, each: int) -> Added:
    """`answer`, with every feeling at `each`, before and after."""
    (feelings,) = (table for table in ANSWER_TABLES if table.name == FEELINGS)
    return {**answer, FEELINGS: dict.fromkeys(feelings.cells, each)}


def _of(judged: Sequence[tuple[bool, float]]) -> Guesses:
    draws = len(judged)
    right, certain = (sum(right for right, _sure in judged), sum(sure > CERTAIN for _right, sure in judged))
    return Guesses(right / draws, certain / draws, draws)


def _judged(
    tables: Sequence[DeclaredTable], chance: Random, draws: int, *, others: int, worlds: tuple[Added, Added]
) -> Iterator[tuple[bool, float]]:
    """Whether each guess between two `worlds` was right, and how sure: the logarithm of how much likelier."""
    here, there = worlds
    for _draw in range(draws):
        is_here, ratio = chance.random() < 0.5, 0.0
        one = here if is_here else there
        for table in tables:
            of_others = Counter(chance.choices(table.cells, k=others))
            exact = {cell: of_others[cell] + one.get(table.name, {}).get(cell, 0) for cell in table.cells}
            drawn = draw(table, exact, below=chance.randrange)
            for cell in table.cells:
                left = drawn.cells[cell] - of_others[cell]
                far_here = left - here.get(table.name, {}).get(cell, 0)
                far_there = left - there.get(table.name, {}).get(cell, 0)
                ratio += (far_there**2 - far_here**2) / float(2 * drawn.variances[cell])
        yield (ratio > 0) == is_here, abs(ratio)
