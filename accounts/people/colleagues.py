"""The colleagues who can be named on a report: in service at this hospital, not at a partner organisation."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.people import directory, names, who_is_who
from accounts.people.directory import Found
from accounts.people.who_is_who import Named


def search(text: str, *, near: User) -> Found:
    """Those who are found by `text`, the department of `near` first; nobody is looked for by less
    than two characters (accounts.people.names.is_enough).
    """
    if not names.is_enough(text):
        return Found(too_short=True)
    return directory.search(text, near=near, among=_colleagues())


def with_ids(ids: Iterable[UUID]) -> list[User]:
    """Those of `ids` who are colleagues."""
    return list(_colleagues().filter(pk__in=list(ids)))


def meant(named: Sequence[Named]) -> list[list[User]]:
    """For each of `named` the colleagues who may be meant (accounts.people.who_is_who)."""
    found = who_is_who.employees_meant(named, among=_colleagues())
    directory.told_apart({one.pk: one for each in found for one in each}.values())
    return found


def _colleagues() -> QuerySet[User]:
    here = Q(department__isnull=True) | Q(department__location__is_partner=False)
    return User.objects.filter(here, is_active=True).select_related("profession", "department__location")
