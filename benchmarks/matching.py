"""Ranking one person over the whole pool, and matching thirty together, against what SQL and scipy cost.

numpy and scipy are only the reference here: nothing that an installation runs needs them.
"""

from collections.abc import Callable
from itertools import islice

import numpy as np
from django.db import connection
from django.utils import timezone
from scipy.optimize import linear_sum_assignment

from benchmarks.data import ROLL_CALL
from benchmarks.measure import Ratio, ratio
from benchmarks.report import Line
from supporters.matching import assignment, may_be_asked, order, together
from supporters.matching.need import READ_OF_OFFER, needs_of
from supporters.models import Offer, Supporter

#: A score from the same columns, sorted, with each supporter's load counted by a join: the floor of ranking.
SCORE_SORT = """
    SELECT supporter.id,
        (person.profession_id = %s)::int * 40 + (person.department_id = %s)::int * 30
        - coalesce(running.load, 0) * 10
        + least(100, extract(day FROM now() - supporter.last_asked_at)) AS score
    FROM supporters_supporter AS supporter
    JOIN accounts_user AS person ON person.id = supporter.user_id
    LEFT JOIN (
        SELECT supporter_id, count(*) AS load FROM supporters_contact
        WHERE state IN ('proposed', 'accepted', 'in_contact') GROUP BY supporter_id
    ) AS running ON running.supporter_id = supporter.id
    WHERE supporter.status = 'active'
    ORDER BY score DESC, supporter.last_asked_at NULLS FIRST, supporter.id LIMIT 6
"""


def measure(supporters: int, *, rounds: int) -> list[Line]:
    """At this size of the pool."""
    found = Offer.objects.filter(incident__reference=ROLL_CALL).select_related(*READ_OF_OFFER)
    offers = list(found.order_by("id"))
    at = timezone.now()
    among = f"over {supporters:,} supporters"
    floors = [_score_sort(offer) for offer in offers]
    one = ratio(lambda: assignment.suggest(offer=offers[0], at=at, first=6), floors[0], rounds=rounds, each=3)
    all_together = ratio(
        lambda: assignment.propose_together(offers=offers, at=at),
        lambda: [floor() for floor in floors],
        rounds=rounds,
        each=1,
    )
    return [
        _line(f"ranking one person {among} / SQL score-sort", one, 1.5),
        _line(f"proposing for 30 {among} / 30 SQL score-sorts", all_together, 1.5),
        *_solving(offers, among, rounds=rounds),
    ]


def _score_sort(offer: Offer) -> Callable[[], object]:
    person = offer.involvement
    values = [str(person.profession_id), str(person.department_id)]

    def run() -> object:
        with connection.cursor() as cursor:
            cursor.execute(SCORE_SORT, values)
            return cursor.fetchall()

    return run


def _solving(offers: list[Offer], among: str, *, rounds: int) -> list[Line]:
    """The joint assignment alone, from the best of each, against scipy on all of the same scores."""
    column_of = {
        pk: column for column, pk in enumerate(Supporter.objects.order_by("id").values_list("id", flat=True))
    }
    needs = needs_of(offers, timezone.now())
    matrix = np.full((len(needs), len(column_of)), np.inf)
    best: list[dict[int, int]] = []
    for row, need in enumerate(needs):
        people = order.best_first(may_be_asked.supporters(need), need)
        scores = {column_of[pk]: score for pk, score in people.values_list("id", "score")}
        matrix[row, list(scores)] = list(scores.values())
        best.append(dict(islice(scores.items(), len(needs))))

    def full() -> int:
        rows, columns = linear_sum_assignment(matrix)
        return int(matrix[rows, columns].sum())

    def ours() -> int:
        chosen = together.assign(best)
        return sum(row[column] for row, column in zip(best, chosen, strict=True) if column is not None)

    same = ours() == full()
    return [
        _line(f"assigning 30 {among} / numpy + scipy", ratio(ours, full, rounds=rounds, each=1), 2),
        Line(f"assigning 30 {among}: total equals the full optimum", str(same), "True", same),
    ]


def _line(what: str, found: Ratio, goal: float) -> Line:
    return Line(what, f"{found.median:.2f}×", f"≤ {goal}×", found.low <= goal)
