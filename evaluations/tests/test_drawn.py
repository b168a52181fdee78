"""Also covers evaluations.answer_tables."""

import json
from fractions import Fraction
from random import Random
from statistics import pvariance

import pytest

from evaluations.answer_tables import ANSWER_TABLES, FEELINGS, counted
from evaluations.drawn import DeclaredTable, DrawnTable, added, draw
from evaluations.enums import Question

TABLE = DeclaredTable("fruit", ("apple", "pear"), Fraction(9))


def test_every_cell_is_drawn_for_itself_around_its_count():
    below = Random(2026).randrange
    drawn = [draw(TABLE, {"apple": 50}, below=below) for _time in range(2_000)]
    for cell, exact in (("apple", 50), ("pear", 0)):
        numbers = [table.cells[cell] for table in drawn]
        assert sum(numbers) / len(numbers) == pytest.approx(exact, abs=0.3)
        assert pvariance(numbers) == pytest.approx(9, rel=0.1)
    assert min(table.cells["pear"] for table in drawn) < -6  # nothing is impossible
    together = sum((table.cells["apple"] - 50) * table.cells["pear"] for table in drawn) / len(drawn)
    assert abs(together) < 1
    assert drawn[0].variances == {"apple": 9, "pear": 9}


def test_what_is_drawn_from_the_same_chance_stays_the_same():
    """Another way of drawing would draw all anew."""
    below = Random(2026).randrange
    drawn = [draw(TABLE, {"apple": 50, "pear": 5}, below=below).cells for _time in range(3)]
    assert drawn == [{"apple": 46, "pear": 5}, {"apple": 46, "pear": 1}, {"apple": 53, "pear": 2}]
    assert (TABLE.by_person, TABLE.by_answer) == (1, 2)


def test_a_cell_that_was_not_declared_is_never_published():
    with pytest.raises(ValueError, match="fruit has no plum"):
        draw(TABLE, {"plum": 1})


def test_what_was_published_is_added_with_its_variances_and_not_drawn_anew():
    older = DrawnTable({"apple": 3}, {"apple": Fraction(1)})
    newer = DrawnTable({"apple": -5, "pear": 2}, {"apple": Fraction(4), "pear": Fraction(4)})
    assert added([older, newer]) == DrawnTable(
        {"apple": -2, "pear": 2}, {"apple": Fraction(5), "pear": Fraction(4)}
    )


def test_answers_are_counts_and_feelings_are_sums():
    tallies = {question: dict.fromkeys(question.scale, 0) for question in Question}
    tallies[Question.HELPED]["4"] = 7
    tallies[Question.BLAME] |= {"3-0": 2, "1-1": 5}
    exact = counted(tallies)
    assert set(exact) == {table.name for table in ANSWER_TABLES}
    assert exact["helped"] == {"1": 0, "2": 0, "3": 0, "4": 7, "5": 0}
    assert {cell: sum_ for cell, sum_ in exact[FEELINGS].items() if sum_} == {
        "blame_before": 2 * 3 - 5,
        "blame_after": 2 * -3 - 5,
    }
    for table in ANSWER_TABLES:
        assert set(exact[table.name]) <= set(table.cells)


def test_no_answer_moves_a_table_further_than_was_declared():
    for question in Question:
        name = FEELINGS if question in Question.feelings() else question.value
        (table,) = [each for each in ANSWER_TABLES if each.name == name]
        of_one = [_of_one(question, value)[name] for value in question.scale]
        parts = 4 if name == FEELINGS else 1  # the four feelings are one table
        for some in of_one:
            assert parts * _distance(some, {}) <= table.by_person
            for other in of_one:
                assert parts * _distance(some, other) <= table.by_answer


def _of_one(question, value):
    tallies = {each: dict.fromkeys(each.scale, 0) for each in Question}
    tallies[question][value] = 1
    return counted(tallies)


def _distance(some, other):
    return sum((some.get(cell, 0) - other.get(cell, 0)) ** 2 for cell in {*some, *other})


def test_what_was_drawn_comes_back_from_the_database_as_it_was():
    table = DrawnTable({"yes": -3, "no": 8}, {"yes": Fraction(676, 25), "no": Fraction(5)})
    assert DrawnTable.from_json(json.loads(json.dumps(table.as_json()))) == table
