"""Ranking one person over the whole pool, and matching thirty together, against what SQL and scipy cost."""

from collections.abc import Callable

import numpy as np
from django.db import connection
from django.utils import timezone
from scipy.optimize import linear_sum_assignment

from benchmarks.data import ROLL_CALL
from benchmarks.measure import ratio
from benchmarks.report import Line
from supporters.matching import assignment, eligibility
from supporters.matching import together as joint
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
    offers = list(Offer.objects.filter(incident__reference=ROLL_CALL).order_by("id"))
    at = timezone.now()
    among = f"over {supporters:,} supporters"
    one = ratio(
        lambda: assignment.suggest(offer=offers[0], at=at, first=6),
        _score_sort(offers[0]),
        rounds=rounds,
        each=3,
    )
    lines = [_line(f"ranking one person {among} / SQL score-sort", one.median, one.low, 1.5)]
    together, same = _together(offers, rounds=rounds)
    lines.append(_line(f"matching 30 {among} / numpy + scipy", together[0], together[1], 2))
    lines.append(Line(f"matching 30 {among}: total equals the full optimum", str(same), "True", same))
    return lines


def _score_sort(offer: Offer) -> Callable[[], object]:
    person = offer.involvement
    values = [str(person.profession_id), str(person.department_id)]

    def run() -> object:
        with connection.cursor() as cursor:
            cursor.execute(SCORE_SORT, values)
            return cursor.fetchall()

    return run


def _together(offers: list[Offer], *, rounds: int) -> tuple[tuple[float, float], bool]:
    at = timezone.now()
    policy = assignment.matching_policy()
    people = [eligibility.need_of(offer, at).person for offer in offers]
    pool = joint.Pool.of(
        eligibility.candidate(supporter, at)
        for supporter in Supporter.objects.select_related("user__profession", "user__department__location")
    )

    def full() -> int:
        common = pool.common_scores(policy, at)
        matrix = np.stack([pool.scores(person, policy, common) for person in people])
        rows, columns = linear_sum_assignment(matrix)
        return int(matrix[rows, columns].sum())

    def ours() -> int:
        return sum(found.score for found in joint.match_together(people, pool, policy, at) if found)

    found = ratio(ours, full, rounds=rounds, each=1)
    return (found.median, found.low), ours() == full()


def _line(what: str, median: float, low: float, goal: float) -> Line:
    return Line(what, f"{median:.2f}×", f"≤ {goal}×", low <= goal)
