"""Matching several people at once: the assignment problem, over the scores of the few best of each."""

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush


def assign(costs: Sequence[Mapping[int, int]]) -> list[int | None]:
    """For each row another column: first as many rows as possible, then the least sum of `costs`.

    `costs[row]` holds what each column costs that the row may have; columns and costs are not negative. A row
    for which no column is left gives None. Among solutions of equal cost the lowest columns are taken.

    By shortest augmenting paths: the rows come in one by one, and each makes those before it move over as
    far as that costs least in all (Kuhn 1955, Jonker and Volgenant 1987).
    """
    columns = 1 + max((column for row in costs for column in row), default=0)
    tie = len(costs) * columns  # more than any sum of columns
    nobody = 1 + sum(
        (max(row.values(), default=0) + 1) * tie for row in costs
    )  # more than any whole solution
    edges = [
        {column: cost * tie + column for column, cost in row.items()} | {-1 - number: nobody}
        for number, row in enumerate(costs)
    ]
    column_of: dict[int, int] = {}
    row_of: dict[int, int] = {}
    price: dict[int, int] = {}
    for row in range(len(edges)):
        _take_in(row, edges, column_of, row_of, price)
    return [column if column >= 0 else None for _row, column in sorted(column_of.items())]


def _take_in(
    new: int,
    edges: Sequence[Mapping[int, int]],
    column_of: dict[int, int],
    row_of: dict[int, int],
    price: dict[int, int],
) -> None:
    """Give the row `new` a column, by the cheapest chain of moves that ends in a free one.

    `price` (never above 0) is what makes a column dearer for others; with it no move of a row is cheaper than
    to stay, so that the chain is a shortest path.
    """
    length: dict[int, int] = {}
    comes_from: dict[int, int] = {}
    settled: dict[int, int] = {}
    reached: list[tuple[int, int]] = []
    row, so_far, stays = new, 0, 0
    while True:
        for column, cost in edges[row].items():
            way = so_far + cost - price.get(column, 0) - stays
            if column not in settled and way < length.get(column, way + 1):
                length[column], comes_from[column] = way, row
                heappush(reached, (way, column))
        so_far, column = heappop(reached)
        while column in settled:
            so_far, column = heappop(reached)
        if column not in row_of:
            break
        settled[column] = so_far
        row = row_of[column]
        stays = edges[row][column] - price.get(column, 0)
    for passed, way in settled.items():
        price[passed] = price.get(passed, 0) + way - so_far
    row = comes_from[column]
    while row != new:
        left = column_of[row]
        column_of[row], row_of[column] = column, row
        column, row = left, comes_from[left]
    column_of[new], row_of[column] = column, new
