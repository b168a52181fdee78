"""Giving and taking roles: by the functional administrator, or by the group claims of SSO."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User

#: Roles that read cases. Whoever gives out roles or checks the access log may hold none of them: nobody's
#: role gives the whole.
READ_CASES = frozenset(
    {Role.TEAM_LEADER, Role.SUPPORTER, Role.COORDINATOR, Role.CCP, Role.ANALYST, Role.DIRECTOR}
)
KEEP_WATCH = frozenset({Role.ADMIN, Role.PRIVACY_OFFICER})


class RolesConflict(Exception):
    """`first` and `second` may not be held by one person."""

    def __init__(self, first: Role, second: Role) -> None:
        super().__init__(f"{first} + {second}")
        self.first = first
        self.second = second


class LastAdmin(Exception):
    """Nobody would be left to administer the installation."""


def conflict(roles: Iterable[Role]) -> tuple[Role, Role] | None:
    """The first two of `roles` that one person may not hold together, or None."""
    held = [role for role in Role if role in set(roles)]
    watch = [role for role in held if role in KEEP_WATCH]
    if len(watch) > 1:
        return watch[0], watch[1]
    read = [role for role in held if role in READ_CASES]
    return (watch[0], read[0]) if watch and read else None


def set_roles(
    *,
    user: User,
    roles: Iterable[Role],
    by: User | None,
    access_point: str,
    basis: str,
    at: datetime,
    acting_as: Role = Role.ADMIN,
) -> User:
    """Make `roles` exactly the roles of `user`, and write each one given or taken in the access log.

    `acting_as` is the role in which `by` does it: the coordinator gives and takes that of supporter.
    Returns `user`, whose `roles` are the new ones. Raises RolesConflict, and LastAdmin when `user` is the
    only functional administrator in service; two administrators who take the role from each other at once
    are served one after the other.
    """
    wanted = frozenset(roles)
    if clash := conflict(wanted):
        raise RolesConflict(*clash)
    with transaction.atomic():
        groups = {group.name: group for group in Group.objects.select_for_update(no_key=True).order_by("id")}
        held = User.objects.get(id=user.id).roles
        if Role.ADMIN in held - wanted and not other_admins(user).exists():
            raise LastAdmin
        user.groups.remove(*(groups[role] for role in held - wanted))
        user.groups.add(*(groups[role] for role in wanted - held))
        for action, changed in ((AccessAction.CREATE, wanted - held), (AccessAction.ERASE, held - wanted)):
            for role in sorted(changed):
                audit.record(
                    action=action,
                    user=by,
                    role=acting_as if by else None,
                    access_point=access_point,
                    object_kind="role",
                    object_ref=f"{role} {user.id}",
                    basis=basis,
                    at=at,
                )
    user.__dict__.pop("roles", None)
    return user


def other_admins(user: User) -> QuerySet[User]:
    """The functional administrators in service besides `user`."""
    return User.objects.filter(is_active=True, groups__name=Role.ADMIN).exclude(id=user.id)
