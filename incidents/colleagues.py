"""The colleagues who can be named on a report: in service at this hospital, not at a partner organisation."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts import people
from accounts.models import User

MOST = 10


def search(text: str) -> list[User]:
    """Ten at most, by name, with profession and department; nobody for less than two characters."""
    if len(text.strip()) < 2:
        return []
    return list(people.matching(_colleagues(), text).order_by("name", "id")[:MOST])


def with_ids(ids: Iterable[UUID]) -> list[User]:
    """Those of `ids` who are colleagues."""
    return list(_colleagues().filter(pk__in=list(ids)))


def _colleagues() -> QuerySet[User]:
    here = Q(department__isnull=True) | Q(department__location__is_partner=False)
    return User.objects.filter(here, is_active=True).select_related("profession", "department")
