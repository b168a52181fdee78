"""Matching over large pools, and of several people at once: `supporters/matching/ranking.py` in columns.

Same points, same rules and same order among equals as there. Import this module inside the function that
needs it: numpy and scipy load slowly, and most matching is of one person over a few dozen supporters, which
`matching.rank` does.

How it is quick: points that depend on a few values (profession, place, years …) are asked of `matching` once
for each distinct value, not once for each supporter, and then looked up for the whole pool in one step.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import numpy.typing as npt

from supporters.matching import ranking
from supporters.matching.ranking import Candidate, MatchingPolicy, Person, Ranked

Integers = npt.NDArray[np.int64]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1) // MICROSECOND
FORBIDDEN = 2**40
"""Points of a pair that breaks a rule: more than any sum of points."""
EXACT = 2**53
"""Up to here scipy, which computes in floating point, adds whole numbers without error."""


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """Candidates who are alike in something: `examples[codes[i]]` stands for candidate i."""

    examples: Sequence[Candidate]
    codes: npt.NDArray[np.intp]

    @classmethod
    def of(cls, candidates: Iterable[Candidate], key: Callable[[Candidate], Hashable]) -> "Alike":
        numbers: dict[Hashable, int] = {}
        examples: list[Candidate] = []
        codes = []
        for candidate in candidates:
            code = numbers.setdefault(key(candidate), len(examples))
            if code == len(examples):
                examples.append(candidate)
            codes.append(code)
        return cls(examples, np.array(codes, dtype=np.intp))

    def points(self, of_example: Callable[[Candidate], int]) -> Integers:
        """Points of every candidate, asked once for each example."""
        table = np.fromiter(map(of_example, self.examples), dtype=np.int64, count=len(self.examples))
        return np.take(table, self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Candidates in columns, in the order that decides among equals (`matching.tie_order`)."""

    candidates: Sequence[Candidate]
    trades: Alike
    places: Alike
    years: Alike
    loads: Alike
    asked: Integers
    """When each was last asked: microseconds since 1970, UTC; the year 1 for never."""

    @classmethod
    def of(cls, candidates: Iterable[Candidate]) -> "Pool":
        ordered = sorted(candidates, key=ranking.tie_order)
        asked = (_microseconds(ranking.tie_order(each)[0]) for each in ordered)
        return cls(
            ordered,
            Alike.of(ordered, lambda each: (each.profession_id, each.profession_group, each.language)),
            Alike.of(ordered, lambda each: (each.department_id, each.location_id, each.is_partner)),
            Alike.of(ordered, lambda each: each.years_in_profession),
            Alike.of(ordered, lambda each: each.open_contacts),
            np.fromiter(asked, dtype=np.int64, count=len(ordered)),
        )

    def common_scores(self, policy: MatchingPolicy, at: datetime) -> Integers:
        """The part of each candidate's score that is the same for every person: load and last asked."""
        rest = policy.weights.rest_days
        table = np.array([ranking.asked_points(days, policy.weights) for days in range(rest + 1)])
        days = np.clip((_microseconds(at) - self.asked) // DAY, 0, rest)
        return np.take(table, days) + self.loads.points(lambda each: ranking.load_reason(each, policy).points)

    def scores(self, person: Person, policy: MatchingPolicy, common: Integers) -> Integers:
        """Each candidate's score as `matching.rank` has it, plus FORBIDDEN for each part that breaks a rule.

        `common` is what `common_scores` gave for the same policy.
        """

        def of_trade(example: Candidate) -> int:
            broken = any(ranking.trade_rules(person, example, policy))
            return broken * FORBIDDEN + _sum(ranking.trade_reasons(person, example, policy))

        def of_place(example: Candidate) -> int:
            broken = any(ranking.place_rules(person, example))
            return broken * FORBIDDEN + _sum(ranking.place_reasons(person, example, policy))

        def of_years(example: Candidate) -> int:
            return _sum(ranking.experience_reasons(person, example, policy))

        scores = self.trades.points(of_trade)
        scores += self.places.points(of_place)
        scores += self.years.points(of_years)
        scores += common
        return scores


def match_together(
    people: Sequence[Person],
    pool: Pool,
    policy: MatchingPolicy,
    at: datetime,
    *,
    barred: Sequence[Collection[UUID]] = (),
) -> list[Ranked | None]:
    """For each of `people` another supporter: first as many people as can be, then least points in all.

    `barred[i]` holds supporters who may not be asked for person i (the own manager, an exclusion list …);
    rules between two people are applied here. None stands for a person for whom nobody is possible.

    Exact although only the best few of each person are weighed: if somebody's supporter were not among the
    n best for that person (n people), one of those n would be free and no worse.
    """
    common = pool.common_scores(policy, at)
    shortlists = []
    for number, person in enumerate(people):
        scores = pool.scores(person, policy, common)
        own = barred[number] if barred else ()
        best = _best(scores, len(people) + len(own))
        kept = [place for place in best if pool.candidates[place].supporter_id not in own][: len(people)]
        shortlists.append({place: int(scores[place]) for place in kept})
    places = sorted(set().union(*shortlists))
    costs = [[shortlist.get(place) for place in places] for shortlist in shortlists]
    found: list[Ranked | None] = []
    for person, column in zip(people, assign_together(costs), strict=True):
        if column is None:
            found.append(None)
        else:
            found += ranking.rank(person, [pool.candidates[places[column]]], policy, at)
    return found


def assign_together(costs: Sequence[Sequence[int | None]]) -> list[int | None]:
    """For each row another column: first as many rows as possible, then the least sum of `costs`.

    `costs[row][column]` is not negative; None forbids the pair. A row for which no column is left gives
    None. Among solutions of equal cost the one with the earliest columns is taken, as far as floating point
    can tell them apart (up to some hundred rows).
    """
    from scipy.optimize import linear_sum_assignment  # only here: it takes long to load

    rows, columns = len(costs), max(map(len, costs), default=0)
    if not columns:
        return [None] * rows
    matrix = np.array([[-1 if cost is None else cost for cost in row] for row in costs], dtype=np.int64)
    forbidden = matrix < 0
    dearest = int(matrix.max()) + 1
    step = rows * columns
    if (dearest * step + columns) * rows * (rows + 1) < EXACT:
        matrix = matrix * step + np.arange(columns)
        dearest = dearest * step + columns
    # A column of its own for each row stands for "nobody", and costs more than any whole solution.
    weighted = np.full((rows, columns + rows), float(dearest * rows))
    weighted[:, :columns] = np.where(forbidden, np.inf, matrix)
    chosen = linear_sum_assignment(weighted)[1]
    return [int(column) if column < columns else None for column in chosen]


def _best(scores: Integers, count: int) -> list[int]:
    """The places of the `count` lowest scores that are not forbidden; among equals the first."""
    limit = FORBIDDEN
    if count < len(scores):
        limit = min(limit, int(np.partition(scores, count - 1)[count - 1]))
    below = np.flatnonzero(scores < limit)
    order = np.argsort(scores[below], kind="stable")
    best = below[order][:count]
    if limit < FORBIDDEN:
        best = np.concatenate((best, np.flatnonzero(scores == limit)[: count - len(best)]))
    return [int(place) for place in best]


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def _sum(reasons: Iterable[ranking.Reason]) -> int:
    return sum(reason.points for reason in reasons)
