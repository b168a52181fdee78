"""Somebody who knows all others reads everything that was published of a year, and guesses about one
colleague: by the likelihood ratio, which no other way of guessing beats.
"""

from math import log, sqrt
from random import Random

import pytest

from dashboards.bound import SUPPORT_TABLES, TABLES
from dashboards.tests import naive
from evaluations.answer_tables import ANSWER_TABLES, FEELINGS
from evaluations.drawn import added, draw
from evaluations.enums import Question

DRAWS = 600
CHANCE = 2 * sqrt(0.65 * 0.35 / DRAWS)
#: The cells of the one person, in the tables that count people.
SUPPORT = {
    "offered": "all",
    "event": "complaint",
    "profession": "midwife",
    "first_contact": "later",
    "course": "talks_2",
}
ANSWER = {"helped": "1", "same_field": "3", "for_everybody": "5", "mark": "4", "recommend": "no"}
OTHER = {"helped": "5", "same_field": "3", "for_everybody": "5", "mark": "10", "recommend": "yes"}


def of_one(cells, feelings):
    """What one person adds to each table: 1 to one cell, and to each sum of feelings so much."""
    sums = {
        f"{each.value}_{moment}": feelings for each in Question.feelings() for moment in ("before", "after")
    }
    return {**{name: {cell: 1} for name, cell in cells.items()}, FEELINGS: sums}


def logarithm_of_ratio(tables, drawn, here, there):
    """Of how likely `drawn` is where the person adds `here`, and where they add `there`; the others are 0."""
    return sum(
        (
            (drawn[table.name].cells[cell] - there[table.name].get(cell, 0)) ** 2
            - (drawn[table.name].cells[cell] - here[table.name].get(cell, 0)) ** 2
        )
        / float(2 * drawn[table.name].variances[cell])
        for table in tables
        for cell in table.cells
    )


def guesses(tables, here, there):
    """Whether each guess was right, and how sure it was, as the larger chance of the two."""
    chance = Random(2026)
    for _draw in range(DRAWS):
        is_here = chance.random() < 0.5
        world = here if is_here else there
        quarter = {table.name: draw(table, world[table.name], below=chance.randrange) for table in tables}
        ratio = logarithm_of_ratio(tables, quarter, here, there)
        yield (ratio > 0) == is_here, abs(ratio)


def test_whether_a_colleague_was_supported():
    here = of_one({**SUPPORT, **ANSWER}, feelings=3)
    there: dict[str, dict[str, int]] = {table.name: {} for table in TABLES}
    found = [*guesses(TABLES, here, there)]
    assert sum(right for right, _sure in found) / DRAWS <= 0.65 + CHANCE
    assert max(sure for _right, sure in found) < log(1000)


def test_what_a_colleague_answered():
    here, there = of_one(ANSWER, feelings=3), of_one(OTHER, feelings=-3)
    found = [*guesses(ANSWER_TABLES, here, there)]
    assert sum(right for right, _sure in found) / DRAWS <= 0.75 + CHANCE
    assert max(sure for _right, sure in found) < log(1000)


def test_a_year_tells_nothing_that_its_quarters_did_not():
    chance = Random(1).randrange
    (table,) = [each for each in SUPPORT_TABLES if each.name == "course"]
    quarters = [draw(table, {}, below=chance) for _quarter in range(4)]
    year = added(quarters)
    assert year.cells == {cell: sum(each.cells[cell] for each in quarters) for cell in table.cells}


@pytest.mark.parametrize("others", [9, 42])
def test_what_0_1_0_published_falls(others):
    chance = Random(2026)
    tables = ("offered", "event", "profession", "first_contact", "outcome", "conversations")
    right = certain = 0
    for _draw in range(DRAWS):
        is_there, ratio = chance.random() < 0.5, 0.0
        counts = [others + chance.randrange(10) for _cell in range(2 * len(tables))]  # quarter and year
        for count in counts:
            figure = naive.published(count + is_there, chance.randrange)
            with_them, without = naive.chance(figure, count + 1), naive.chance(figure, count)
            ratio += log(max(with_them, 1e-9)) - log(max(without, 1e-9))
        certain += abs(ratio) > 9
        right += (ratio > 0) == is_there
    assert right / DRAWS > 0.72
    assert certain / DRAWS > 0.2
