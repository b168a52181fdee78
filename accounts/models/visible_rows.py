"""Who sees which rows of this room: for each model the condition that its `visible_to` filters by."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Q

from accounts.role_rules import BY_TWO, KEEP_WATCH

if TYPE_CHECKING:
    from accounts.models import User

#: Conditions of every room: no row, and all of them.
NOTHING, EVERYTHING = Q(pk__in=()), Q()


def role_grants(user: "User") -> Q:
    """All for who keeps watch; else one's own, those one gave, and those of a role one holds."""
    if user.roles & KEEP_WATCH:
        return EVERYTHING
    return Q(user=user) | Q(granted_by=user) | Q(role__in=user.roles)


def sign_in_changes(user: "User") -> Q:
    """Of people who are guarded: all for who keeps watch; else one's own, and those of people with the same
    role that two people give.
    """
    guarded = Q(is_guarded=True)
    if user.roles & KEEP_WATCH:
        return guarded
    same = apps.get_model("accounts", "User").objects.filter(groups__name__in=user.roles & BY_TWO)
    return guarded & (Q(user=user) | Q(user__in=same))
