"""What was answered, as counts. The only way answers leave this room."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Sum

from evaluations.enums import Question
from evaluations.models import Tally


def tallies(*, starts_on: date, ends_on: date) -> Mapping[Question, Mapping[str, int]]:
    """How often each value of each question was given, in the quarters that begin in the period (inclusive).

    Every question and every value of its scale is there, in its order; one statement.
    """
    counted = {
        (question, value): count
        for question, value, count in Tally.objects.filter(quarter__range=(starts_on, ends_on))
        .values_list("question", "value")
        .annotate(Sum("count"))
    }
    return {
        question: {value: counted.get((question.value, value), 0) for value in question.scale}
        for question in Question
    }
