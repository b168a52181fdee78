"""Who sees which rows of this room: for each model the condition that its `visible_to` filters by."""

from django.db.models import Q

from accounts.enums import Role
from accounts.models import User
from accounts.models.visible_rows import EVERYTHING, NOTHING


def meetings(user: User) -> Q:
    """The coordinator's; anybody else's those that they are invited to."""
    return EVERYTHING if user.has_role(Role.COORDINATOR) else Q(places__user=user)


def seats(user: User) -> Q:
    """The coordinator's; anybody else's the own."""
    return EVERYTHING if user.has_role(Role.COORDINATOR) else Q(user=user)


def simulations(user: User) -> Q:
    """The coordinator's."""
    return EVERYTHING if user.has_role(Role.COORDINATOR) else NOTHING


def competences(user: User) -> Q:
    """The coordinator's; anybody else's the own."""
    return EVERYTHING if user.has_role(Role.COORDINATOR) else Q(user=user)


def candidates(user: User) -> Q:
    """The coordinator's; anybody else's the own."""
    return EVERYTHING if user.has_role(Role.COORDINATOR) else Q(user=user)


def peer_votes(user: User) -> Q:
    """The coordinator's; anybody else's those that their department holds."""
    if user.has_role(Role.COORDINATOR):
        return EVERYTHING
    return Q(department=user.department_id, counted_on=None) if user.department_id else NOTHING
