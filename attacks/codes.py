"""Somebody who has codes sends them, and tells from the answer, or the time it takes, which were used."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from uuid import uuid4

from django.conf import settings

from attacks import linking
from attacks.installation import Installation, lasting
from evaluations import tickets
from evaluations.models import EvaluationPolicy, Invitation

#: A difference in time that shows in so much less than all cases is none.
UNSEEN = 0.05
_ANSWER = {"mark": "8"}


@dataclass(frozen=True, slots=True)
class ToldApart:
    """Of `pairs` of codes of two kinds: whether the bytes of the answers tell the kinds apart, and in what
    part of all pairs the first took longer (0.5: no difference).
    """

    pairs: int
    by_bytes: bool
    first_is_slower: float

    @property
    def by_time(self) -> bool:
        return abs(self.first_is_slower - 0.5) > UNSEEN


def _told(
    place: Installation, first: Callable[[], str], other: Callable[[], str], pairs: int, chance: Random
) -> ToldApart:
    """Send codes of both kinds in turn, in an order drawn for each pair."""
    bodies: tuple[set[bytes], set[bytes]] = (set(), set())
    times: tuple[list[float], list[float]] = ([], [])
    kinds = (first, other)
    for _pair in range(pairs):
        for kind in chance.sample((0, 1), 2):
            code = kinds[kind]()
            start = time.perf_counter()
            status, body = place.send("/evaluation/", {**_ANSWER, "ticket": code})
            times[kind].append(time.perf_counter() - start)
            bodies[kind].add(str(status).encode() + lasting(body).replace(code.encode(), b""))
    return ToldApart(pairs, bodies[0] != bodies[1], _slower(*times))


def attack(place: Installation, *, pairs: int) -> Iterator[tuple[str, ToldApart]]:
    """Codes of every two kinds that are to be answered alike."""
    chance = Random(1)
    fresh = list(linking.invite(place, [f"codes-{number}" for number in range(min(pairs, 60))]).values())
    sent, unsent = fresh[::2], fresh[1::2]
    for code in sent:
        place.send("/evaluation/", {**_ANSWER, "ticket": code})
    yield (
        "sent once before, or not",
        _told(place, lambda: chance.choice(sent), lambda: chance.choice(unsent), pairs, chance),
    )
    opened = Invitation.objects.filter(answered=True)
    opened.update(expires_at=place.clock.now() + timedelta(days=EvaluationPolicy.current().valid_days))
    used = [_code(each) for each in opened[:50]]
    yield (
        "of an answer that was opened, or not",
        _told(place, lambda: chance.choice(used), lambda: chance.choice(unsent), pairs, chance),
    )
    place.clock.move(timedelta(days=EvaluationPolicy.current().valid_days + 1))
    yield (
        "of an answer that was opened, or over",
        _told(place, lambda: chance.choice(used), lambda: chance.choice(unsent), pairs, chance),
    )
    yield (
        "of another installation, or mistyped",
        _told(place, foreign, lambda: mistyped(chance.choice(unsent), chance), pairs, chance),
    )


def _code(invitation: Invitation) -> str:
    return tickets.grouped(tickets.issue(invitation.id, invitation.version, settings.EVALUATION_TICKET_KEY))


def foreign() -> str:
    """A code that another installation made."""
    return tickets.grouped(tickets.issue(uuid4(), 1, b"another key of thirty-two bytes!"))


def mistyped(code: str, chance: Random) -> str:
    """`code` with one sign changed."""
    position = chance.choice([at for at, sign in enumerate(code) if sign != "-"])
    return code[:position] + chance.choice("23456789".replace(code[position], "")) + code[position + 1 :]


def _slower(first: Sequence[float], other: Sequence[float]) -> float:
    """In what part of all pairs, one of each, that of `first` is larger."""
    ordered = sorted([(each, 0) for each in first] + [(each, 1) for each in other])
    seen, wins = 0, 0
    for _time, kind in ordered:
        if kind:
            seen += 1
        else:
            wins += seen
    return wins / (len(first) * len(other))
