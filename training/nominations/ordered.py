"""The candidates in the order in which the pool needs them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from training.coverage import recruiting
from training.coverage.recruiting import Lack
from training.enums import CandidateState
from training.models import Candidate
from training.models.candidate import CandidateQuerySet
from training.nominations import eligible


@dataclass(frozen=True, slots=True)
class Listed:
    """A candidate, with what they would bring; nothing where nothing is lacking."""

    candidate: Candidate
    lack: Lack | None


@dataclass(frozen=True, slots=True)
class Cut:
    """One page, and the candidate behind whom the next begins."""

    rows: list[Listed]
    further: UUID | None


def listed(candidates: CandidateQuerySet, *, at: datetime, size: int, behind: str = "") -> Cut:
    """The `size` of `candidates` behind the one with that id, or the first: those who bring most come first,
    of equals whom most colleagues named. Who is in the pool by now is left out.

    Their keys alone are sorted, and read whole are those of the page.
    """
    lacks = {(one.profession.pk, one.department.pk): one for one in recruiting.lacks(at)}
    keys = candidates.exclude(user__in=eligible.in_pool().values("user")).values_list(
        "pk", "user__profession", "user__department", "named", "votes"
    )
    points = {place: lack.points for place, lack in lacks.items()}
    order = [
        pk
        for pk, *_rest in sorted(
            keys, key=lambda key: (-points.get((key[1], key[2]), 0), -(key[3] + key[4]), str(key[0]))
        )
    ]
    start = next((place + 1 for place, pk in enumerate(order) if str(pk) == behind), 0)
    shown = order[start : start + size]
    rows = Candidate.objects.select_related("user__profession", "user__department__location").in_bulk(shown)
    found = [rows[pk] for pk in shown if pk in rows]
    return Cut(
        [
            Listed(row, lacks.get((row.user.profession_id, row.user.department_id)))  # type: ignore[arg-type]  # who has neither is in no list
            for row in found
        ],
        shown[-1] if len(order) > start + size else None,
    )


def how_many(candidates: CandidateQuerySet) -> dict[str, int]:
    """How many are in each state, who is in the pool left out."""
    states = candidates.exclude(user__in=eligible.in_pool().values("user")).values_list("state", flat=True)
    found = dict.fromkeys(CandidateState.values, 0)
    for state in states:
        found[state] += 1
    return found
