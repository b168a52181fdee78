"""What is left when supporters leave; pure.

Of each request is known whom of the own profession it would find, at most `MOST` of them: whoever leaves, of
`MOST` found one stays.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import TypeVar

#: So many leave at once.
LEAVE = 3
MOST = LEAVE + 1

Key = TypeVar("Key")


def still_finds(found: frozenset[Key], without: Collection[Key]) -> bool:
    """Whether a request that would find these finds somebody when others leave."""
    return not found.issubset(without)


def worst(requests: Iterable[frozenset[Key]]) -> frozenset[Key]:
    """The (at most) LEAVE supporters without whom most requests find nobody; the first in order of equals.

    Exact without trying all: a request is lost with one, two or three of them, so what counts is one three
    that some request would find, a pair with the best third, or those who are alone for most.
    """
    lost = Counter(found for found in requests if 0 < len(found) <= LEAVE)
    with_one = Counter({key: number for found, number in lost.items() if len(found) == 1 for key in found})
    beside: dict[Key, set[Key]] = defaultdict(set)
    for found in lost:
        for key in found:
            beside[key] |= found
    alone = [key for key, _number in with_one.most_common(LEAVE)]
    tried = {frozenset(alone)}
    for found in lost:
        if len(found) == LEAVE:
            tried.add(found)
        elif len(found) > 1:
            tried.add(found)
            thirds = set(alone).union(*(beside[key] for key in found))
            tried.update(found | {third} for third in thirds)
    return min(tried, key=lambda leaving: (-_lost(lost, leaving), len(leaving), sorted(map(str, leaving))))


def _lost(lost: "Counter[frozenset[Key]]", leaving: frozenset[Key]) -> int:
    """How many requests find nobody without these."""
    parts = _parts(sorted(leaving, key=str))
    return sum(lost[part] for part in parts)


def _parts(keys: list[Key]) -> Iterable[frozenset[Key]]:
    """Every set of some of `keys`."""
    for number in range(1, 1 << len(keys)):
        yield frozenset(key for place, key in enumerate(keys) if number >> place & 1)
