"""What is published of the answers: statements, mark and recommendation as counts, feelings as sums. Pure."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from evaluations.drawn import DeclaredTable
from evaluations.enums import Question

#: 5.35 squared, and 22.8 squared.
_OF_COUNTS, _OF_SUMS = Fraction(11449, 400), Fraction(12996, 25)
FEELINGS = "feelings"
#: Before the support, and after it.
BEFORE, AFTER = "before", "after"

ANSWER_TABLES = (
    *(
        DeclaredTable(question.value, question.scale, _OF_COUNTS)
        for question in (*Question.statements(), Question.MARK, Question.RECOMMEND)
    ),
    # Each of the eight sums moves by up to 3 for one person, and by up to 6 for another answer.
    DeclaredTable(
        FEELINGS,
        tuple(f"{feeling.value}_{moment}" for feeling in Question.feelings() for moment in (BEFORE, AFTER)),
        variance=_OF_SUMS,
        by_person=8 * 3**2,
        by_answer=8 * 6**2,
    ),
)


def counted(tallies: Mapping[Question, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """The exact contents of `ANSWER_TABLES`, from how often each value of each question was given.

    A feeling of 0 to 3 counts as -3, -1, 1 or 3: who leaves it open counts as the middle.
    """
    sums: Counter[str] = Counter()
    for feeling in Question.feelings():
        for pair, number in tallies[feeling].items():
            for moment, value in zip((BEFORE, AFTER), pair.split("-"), strict=True):
                sums[f"{feeling.value}_{moment}"] += (2 * int(value) - 3) * number
    of_counts = (*Question.statements(), Question.MARK, Question.RECOMMEND)
    return {**{question.value: dict(tallies[question]) for question in of_counts}, FEELINGS: dict(sums)}
