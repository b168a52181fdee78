"""Finding colleagues by typing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Case, Expression, IntegerField, Q, QuerySet, Value, When

from accounts.models import NAME_WORDS, User
from accounts.people import names
from hospital.models import Department

WORDS = 6  # of a query: more say nothing more
MOST = 10
#: Who may have the name of somebody in a list, with what tells them apart.
NAMESAKES = (
    User.objects.filter(is_active=True)
    .select_related("department__location", "profession")
    .only(
        "sort_key",
        "employee_number",
        "email",
        "profession__name",
        "department__name",
        "department__location__name",
    )
)


Rows = TypeVar("Rows", bound=QuerySet[Any])
Marks = tuple[str, str, str]
"""Location, last figures of the employee number, mail address."""


@dataclass(frozen=True)
class Found:
    """Who was found, and whether there are `more` than are shown; `too_short` where nobody was looked for."""

    people: Sequence[User] = ()
    more: bool = False
    too_short: bool = False

    def __iter__(self) -> Iterator[User]:
        return iter(self.people)

    def __len__(self) -> int:
        return len(self.people)


def search(query: str, *, near: User, among: QuerySet[User] | None = None) -> Found:
    """At most `MOST` employees of `among` (those in service) whose name or department has every word of
    `query`: of the department of `near` first, then by surname.

    A word may be the beginning of one, or a part of one with its neighbour ("anne marie"); capitals, accents,
    hyphens, apostrophes and scripts make no difference. With another prefix ("van der" for "van den") people
    are found behind those whose prefix it is. Each person comes with department, location and profession,
    told apart from a namesake.
    Nobody for a query without a letter or a figure.
    """
    employees = User.objects.filter(is_active=True) if among is None else among
    found = matching(employees, query).select_related("department__location", "profession")
    here = Q(department__isnull=False, department=near.department_id)
    elsewhere = Case(When(here, then=0), default=1)
    order = ("sort_key", "department", "profession", "id")
    listed = list(found.order_by(_other_prefix(query), elsewhere, *order)[: MOST + 1])
    return Found(told_apart(listed[:MOST]), more=len(listed) > MOST)


def told(one: User) -> str:
    """Somebody in one line, as a list to choose from says it: `one` comes from `told_apart`."""
    what = " · ".join(str(part) for part in (one.profession, one.department, one.apart) if part)
    return f"{one.name} ({what})" if what else one.name


def told_apart(people: Iterable[User]) -> list[User]:
    """`people`, each who has a namesake of the same profession and department with `apart`: location, last
    figures of the employee number, mail address, as much as it takes. One query; reads department with its
    location, and profession.
    """
    shown = list(people)
    if not shown:
        return shown
    here = {one.pk: one for one in shown}
    elsewhere = NAMESAKES.filter(sort_key__in={one.sort_key for one in shown}).exclude(pk__in=here)
    namesakes: dict[tuple[str, str, str], list[User]] = {}
    for one in (*(one for one in here.values() if one.is_active), *elsewhere):
        namesakes.setdefault(_looks(one), []).append(one)
    for one in shown:
        others = [other for other in namesakes.get(_looks(one), []) if other.pk != one.pk]
        one.apart = _apart(_marks(one), [_marks(other) for other in others])
    return shown


def _looks(one: User) -> tuple[str, str, str]:
    """What a list shows of everybody."""
    return one.sort_key, str(one.profession or ""), str(one.department or "")


def _apart(mine: Marks, theirs: list[Marks]) -> str:
    """As many of `mine` as it takes to be unlike all of `theirs`."""
    said = []
    for place, mark in enumerate(mine):
        alike = [each for each in theirs if each[place] == mark]
        if mark and len(alike) < len(theirs):
            said.append(mark)
        theirs = alike
    return " · ".join(said)


def _marks(one: User) -> Marks:
    location = str(one.department.location) if one.department else ""
    return location, f"…{one.employee_number[-4:]}" if one.employee_number else "", one.email


def matching(people: QuerySet[User], query: str) -> QuerySet[User]:
    """Those of `people` whose name or department has every word of `query`; nobody without a word."""
    departments = [
        (key, names.search_key(name).split()) for key, name in Department.objects.values_list("id", "name")
    ]
    return _having(people, query, departments)


def named(people: QuerySet[User], query: str) -> QuerySet[User]:
    """Those of `people` whose name has every word of `query`; nobody without a word."""
    return _having(people, query, [])


def with_words(rows: Rows, query: str, words: SearchVector) -> Rows:
    """Those of `rows` in which `words`, kept as `names.search_key` makes them, have every word of `query`;
    none without a word.
    """
    return _having(rows, query, [], words)


def has_words(name: str, query: str) -> bool:
    """Whether `name`, of somebody without an account, has every word of `query`; not without a word."""
    key = names.search_key(name).split()
    words = _wanted(query)
    return bool(words) and all(any(_begins(way, key) for way in word) for word in words)


Word = tuple[tuple[str, ...], ...]
"""The ways in which one word of a query may stand in a name: as one, in the parts that a hyphen makes, or as
part of one with its neighbour.
"""


Departments = list[tuple[UUID, list[str]]]
"""The words of each by its id."""


def _having(rows: Rows, query: str, departments: Departments, kept: SearchVector = NAME_WORDS) -> Rows:
    words = _wanted(query)
    if not words:
        return rows.none()
    conditions = (_has(word, departments) for word in words)
    return rows.alias(name_words=kept).filter(reduce(and_, conditions))


def _other_prefix(query: str) -> Expression:
    """1 for whoever is found by `query` though a prefix in it is not theirs, else 0."""
    prefixes = [_has(word, []) for token, word in _words(query) if token in names.PREFIXES]
    if not prefixes:
        return Value(0)
    return Case(When(reduce(and_, prefixes), then=0), default=1, output_field=IntegerField())


def _wanted(query: str) -> list[Word]:
    """The words that must be there: the prefixes only when there is nothing else."""
    words = _words(query)
    return [word for token, word in words if token not in names.PREFIXES] or [word for _, word in words]


def _words(query: str) -> list[tuple[str, Word]]:
    """The words of `query` as letters, each with the ways in which it may stand in a name."""
    tokens = [token for token in query.split()[:WORDS] if names.letters(token)]
    written = [names.letters(token) for token in tokens]
    found = []
    for place, token in enumerate(tokens):
        pairs = (written[start : start + 2] for start in (place - 1, place) if start >= 0)
        ways = [(written[place],), tuple(names.pieces(token)), *(("".join(pair),) for pair in pairs)]
        found.append((written[place], tuple(dict.fromkeys(ways))))
    return found


def _begins(way: tuple[str, ...], key: list[str]) -> bool:
    return all(any(word.startswith(part) for word in key) for part in way)


def _has(word: Word, departments: Departments) -> Q:
    named = [id_ for id_, key in departments if any(_begins(way, key) for way in word)]
    query = " | ".join("(" + " & ".join(f"{part}:*" for part in way) + ")" for way in word)
    by_name = Q(name_words=SearchQuery(query, search_type="raw", config="simple"))
    return by_name | Q(department__in=named) if named else by_name
