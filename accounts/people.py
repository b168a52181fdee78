"""Finding colleagues by typing."""

from functools import reduce
from operator import and_
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet

from accounts import names
from accounts.models import NAME_WORDS, Department, User

WORDS = 6  # of a query: more say nothing more


def search(query: str, limit: int = 8) -> list[User]:
    """At most `limit` employees in service whose name or department has every word of `query`, by surname.

    A word may be the beginning of one; capitals, accents, hyphens, apostrophes and scripts make no
    difference. Each person comes with `department` and `profession`. Nothing for a query without a letter or
    a figure.
    """
    found = matching(User.objects.filter(is_active=True), query)
    return list(found.select_related("department", "profession").order_by("sort_key", "id")[:limit])


def matching(people: QuerySet[User], query: str) -> QuerySet[User]:
    """Those of `people` whose name or department has every word of `query`; nobody without a word."""
    departments = [
        (key, names.search_key(name).split()) for key, name in Department.objects.values_list("id", "name")
    ]
    return _having(people, query, departments)


def named(people: QuerySet[User], query: str) -> QuerySet[User]:
    """Those of `people` whose name has every word of `query`; nobody without a word."""
    return _having(people, query, [])


def has_words(name: str, query: str) -> bool:
    """Whether `name`, of somebody without an account, has every word of `query`; not without a word."""
    key = names.search_key(name).split()
    words = _words(query)
    return bool(words) and all(any(_begins(way, key) for way in word) for word in words)


Word = tuple[tuple[str, ...], ...]
"""The ways in which one word of a query may stand in a name: as one, or in the parts that a hyphen makes."""


Departments = list[tuple[UUID, list[str]]]
"""The words of each by its id."""


def _having(people: QuerySet[User], query: str, departments: Departments) -> QuerySet[User]:
    words = _words(query)
    if not words:
        return people.none()
    conditions = (_has(word, departments) for word in words)
    return people.alias(name_words=NAME_WORDS).filter(reduce(and_, conditions))


def _words(query: str) -> list[Word]:
    ways = (((names.letters(token),), tuple(names.pieces(token))) for token in query.split()[:WORDS])
    return [tuple(dict.fromkeys(way)) for way in ways if all(way) and all(map(all, way))]


def _begins(way: tuple[str, ...], key: list[str]) -> bool:
    return all(any(word.startswith(part) for word in key) for part in way)


def _has(word: Word, departments: Departments) -> Q:
    named = [id_ for id_, key in departments if any(_begins(way, key) for way in word)]
    query = " | ".join("(" + " & ".join(f"{part}:*" for part in way) + ")" for way in word)
    by_name = Q(name_words=SearchQuery(query, search_type="raw", config="simple"))
    return by_name | Q(department__in=named) if named else by_name
