"""The groups of the afternoon: small, of mixed professions, and nobody with the own manager. Pure."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Member:
    """Who is divided: with which profession, and who is the manager, if those are known."""

    key: Hashable
    profession: Hashable = None
    manager: Hashable = None


def divide(people: Sequence[Member], size: int) -> list[list[Member]]:
    """`people` in as few groups of at most `size` as keep everybody apart from the own manager, as even as
    can be. Whoever comes of the most frequent profession is spread first.
    """
    if not people:
        return []
    frequent = Counter(one.profession for one in people)
    manages = Counter(one.manager for one in people)
    # Those who have most colleagues to be kept apart from first, then the biggest professions.
    order = sorted(
        people, key=lambda one: (-manages[one.key], -frequent[one.profession], str(one.profession))
    )
    number = ceil(len(people) / size)
    while True:
        groups = _spread(order, number, size)
        if groups is not None:
            return groups
        number += 1


def _spread(people: Sequence[Member], number: int, size: int) -> list[list[Member]] | None:
    """`people` in so many groups, or None when somebody would sit with the own manager."""
    groups: list[list[Member]] = [[] for _ in range(number)]
    for one in people:
        free = [
            group for group in groups if len(group) < size and not any(_apart(one, each) for each in group)
        ]
        if not free:
            return None
        chosen = min(
            free, key=lambda group: (len(group), sum(each.profession == one.profession for each in group))
        )
        chosen.append(one)
    return groups


def _takes(group: Sequence[Member], one: Member, size: int) -> bool:
    return len(group) < size and not any(_apart(one, each) for each in group)


def _apart(one: Member, other: Member) -> bool:
    return one.key == other.manager or other.key == one.manager
