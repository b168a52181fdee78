"""Finding colleagues by typing."""

import re
from functools import reduce
from operator import and_
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet

from accounts.models import NAME_WORDS, Department, User, folded

WORDS = 6  # of a query: more say nothing more


def search(query: str, limit: int = 8) -> list[User]:
    """At most `limit` employees in service whose name or department has every word of `query`, by name.

    A word may be the beginning of one; capitals and accents make no difference. Each person comes with
    `department` and `profession`. Nothing for a query without a letter or a figure.
    """
    found = matching(User.objects.filter(is_active=True), query)
    return list(found.select_related("department", "profession").order_by("name", "id")[:limit])


def matching(people: QuerySet[User], query: str) -> QuerySet[User]:
    """Those of `people` whose name or department has every word of `query`; nobody without a word."""
    words = re.findall(r"\w+", folded(query))[:WORDS]
    if not words:
        return people.none()
    departments = list(Department.objects.values_list("id", "name"))
    return people.alias(name_words=NAME_WORDS).filter(
        reduce(and_, (_has(word, departments) for word in words))
    )


def _has(word: str, departments: list[tuple[UUID, str]]) -> Q:
    named = [key for key, name in departments if any(part.startswith(word) for part in folded(name).split())]
    by_name = Q(name_words=SearchQuery(f"{word}:*", search_type="raw", config="simple"))
    return by_name | Q(department__in=named) if named else by_name
