"""Pages of a list of reports, newest first, found by key: as quick in a million reports as in ten."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

SIZE = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page: its rows, and the query strings of the newer and the older page, empty where none is."""

    rows: list[Row]
    newer: str
    older: str


def page(rows: QuerySet[Row], query: QueryDict, *, size: int = SIZE, by: str = "reported_at") -> Page[Row]:
    """The page that `query` asks for with `before` or `after`; a key that is none gives the first page.

    `by` is the moment that a row's place in the list comes from.
    """
    before, after = _key(query.get("before", "")), _key(query.get("after", ""))
    if after is not None:
        found = list(_newer_than(rows, after, by).order_by(by, "id")[: size + 1])
        more_newer, found = len(found) > size, found[:size][::-1]
        newer = _link(query, "after", found[:1] if more_newer else [], by)
        return Page(found, newer, _link(query, "before", found[-1:], by))
    if before is not None:
        rows = _older_than(rows, before, by)
    found = list(rows.order_by(f"-{by}", "-id")[: size + 1])
    more_older, found = len(found) > size, found[:size]
    newer = _link(query, "after", found[:1] if before is not None else [], by)
    return Page(found, newer, _link(query, "before", found[-1:] if more_older else [], by))


def _older_than(rows: QuerySet[Row], key: tuple[datetime, UUID], by: str) -> QuerySet[Row]:
    # The first condition is what an index can walk; the second settles rows of the same moment.
    same = Q(**{by: key[0]}, id__lt=key[1])
    return rows.filter(Q(**{f"{by}__lte": key[0]}), Q(**{f"{by}__lt": key[0]}) | same)


def _newer_than(rows: QuerySet[Row], key: tuple[datetime, UUID], by: str) -> QuerySet[Row]:
    same = Q(**{by: key[0]}, id__gt=key[1])
    return rows.filter(Q(**{f"{by}__gte": key[0]}), Q(**{f"{by}__gt": key[0]}) | same)


def _key(text: str) -> tuple[datetime, UUID] | None:
    moment, _, identity = text.partition("_")
    try:
        return _EPOCH + timedelta(microseconds=int(moment)), UUID(identity)
    except (ValueError, OverflowError):
        return None


def _link(query: QueryDict, name: str, rows: list[Row], by: str) -> str:
    if not rows:
        return ""
    link = query.copy()
    for key in ("before", "after"):
        link.pop(key, None)
    link[name] = f"{(getattr(rows[0], by) - _EPOCH) // timedelta(microseconds=1)}_{rows[0].pk}"
    return "?" + link.urlencode()
