"""Pages of a list of reports, newest first, found by key: as quick in a million reports as in ten."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from incidents.models import Incident

SIZE = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """One page: its rows, and the query strings of the newer and the older page, empty where none is."""

    rows: list[Incident]
    newer: str
    older: str


def page(incidents: QuerySet[Incident], query: QueryDict, *, size: int = SIZE) -> Page:
    """The page that `query` asks for with `before` or `after`; a key that is none gives the first page."""
    before, after = _key(query.get("before", "")), _key(query.get("after", ""))
    if after is not None:
        rows = list(_newer_than(incidents, after).order_by("reported_at", "id")[: size + 1])
        more_newer, rows = len(rows) > size, rows[:size][::-1]
        return Page(
            rows, _link(query, "after", rows[:1] if more_newer else []), _link(query, "before", rows[-1:])
        )
    if before is not None:
        incidents = _older_than(incidents, before)
    rows = list(incidents.order_by("-reported_at", "-id")[: size + 1])
    more_older, rows = len(rows) > size, rows[:size]
    newer = rows[:1] if before is not None else []
    return Page(rows, _link(query, "after", newer), _link(query, "before", rows[-1:] if more_older else []))


def _older_than(incidents: QuerySet[Incident], key: tuple[datetime, UUID]) -> QuerySet[Incident]:
    # The first condition is what an index can walk; the second settles reports of the same moment.
    same = Q(reported_at=key[0], id__lt=key[1])
    return incidents.filter(Q(reported_at__lte=key[0]), Q(reported_at__lt=key[0]) | same)


def _newer_than(incidents: QuerySet[Incident], key: tuple[datetime, UUID]) -> QuerySet[Incident]:
    same = Q(reported_at=key[0], id__gt=key[1])
    return incidents.filter(Q(reported_at__gte=key[0]), Q(reported_at__gt=key[0]) | same)


def _key(text: str) -> tuple[datetime, UUID] | None:
    moment, _, identity = text.partition("_")
    try:
        return _EPOCH + timedelta(microseconds=int(moment)), UUID(identity)
    except (ValueError, OverflowError):
        return None


def _link(query: QueryDict, name: str, rows: list[Incident]) -> str:
    if not rows:
        return ""
    link = query.copy()
    for key in ("before", "after"):
        link.pop(key, None)
    link[name] = f"{(rows[0].reported_at - _EPOCH) // timedelta(microseconds=1)}_{rows[0].id}"
    return "?" + link.urlencode()
