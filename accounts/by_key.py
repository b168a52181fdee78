"""Pages of a list, found by key: as quick in a million rows as in ten.

The order of a list is told as to `order_by`: its fields, each with a minus where it goes down, the last one
a row's own. A key is what stands in these fields in one row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

SIZE = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = TypeVar("Row")
ModelRow = TypeVar("ModelRow", bound=Model)


@dataclass(frozen=True)
class Cut(Generic[Row]):
    """The rows of one page, in their order, and whether there are more before and behind them."""

    rows: list[Row]
    more_before: bool
    more_behind: bool


def cut(
    rows: "QuerySet[Any, Row]",
    order: Sequence[str],
    *,
    size: int,
    behind: Sequence[Any] | None = None,
    before: Sequence[Any] | None = None,
) -> Cut[Row]:
    """The `size` rows that stand behind, or right before, the row with this key; else the first."""
    if before is not None:
        turned = [_turned(field) for field in order]
        found = list(_behind(rows, turned, before).order_by(*turned)[: size + 1])
        return Cut(found[:size][::-1], more_before=len(found) > size, more_behind=bool(found))
    if behind is not None:
        rows = _behind(rows, order, behind)
    after = first(list(rows.order_by(*order)[: size + 1]), size=size)
    return replace(after, more_before=behind is not None and bool(after.rows))


def first(found: list[Row], *, size: int) -> Cut[Row]:
    """The first page of a list, in which at most one row more than its `size` was `found`."""
    return Cut(found[:size], more_before=False, more_behind=len(found) > size)


def _turned(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _behind(rows: "QuerySet[Any, Row]", order: Sequence[str], key: Sequence[Any]) -> "QuerySet[Any, Row]":
    behind, same = Q(), Q()
    for field, value in zip(order, key, strict=True):
        name, way = field.removeprefix("-"), "lt" if field.startswith("-") else "gt"
        if len(order) > 1 and not same:
            # What an index can walk; the other conditions settle rows that are equal in the first field.
            rows = rows.filter(**{f"{name}__{way}e": value})
        behind |= same & Q(**{f"{name}__{way}": value})
        same &= Q(**{name: value})
    return rows.filter(behind)


@dataclass(frozen=True)
class Page(Generic[ModelRow]):
    """One page: its rows, and the query strings of the newer and the older page, empty where none is."""

    rows: list[ModelRow]
    newer: str
    older: str


def page(
    rows: QuerySet[ModelRow], query: QueryDict, *, size: int = SIZE, by: str = "reported_at"
) -> Page[ModelRow]:
    """The page that `query` asks for with `before` or `after`, newest first; a key that is none gives the
    first page. `by` is the moment that a row's place in the list comes from.
    """
    older, newer = _key(query.get("before", "")), _key(query.get("after", ""))
    found = cut(rows, (f"-{by}", "-id"), size=size, behind=older, before=newer)
    return Page(
        found.rows,
        newer=_link(query, "after", found.rows[0], by) if found.more_before else "",
        older=_link(query, "before", found.rows[-1], by) if found.more_behind else "",
    )


def _key(text: str) -> tuple[datetime, UUID] | None:
    moment, _, identity = text.partition("_")
    try:
        return _EPOCH + timedelta(microseconds=int(moment)), UUID(identity)
    except (ValueError, OverflowError):
        return None


def _link(query: QueryDict, name: str, row: Model, by: str) -> str:
    link = query.copy()
    for key in ("before", "after"):
        link.pop(key, None)
    link[name] = f"{(getattr(row, by) - _EPOCH) // timedelta(microseconds=1)}_{row.pk}"
    return "?" + link.urlencode()
