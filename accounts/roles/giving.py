"""Giving and taking roles: by the functional administrator, or by the group claims of SSO.

What opens all cases or calamities, or says who may (accounts.role_rules), counts only when a second person
has confirmed it (accounts.roles.confirming); what is taken is gone at once.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet

from accounts import audit, role_rules
from accounts.enums import AccessAction, Role
from accounts.models import User
from accounts.models.second_person import GRANT_WAITS, GrantOutcome, RoleGrant, SignInChange
from accounts.role_rules import BY_TWO, GUARDED

#: Called in the transaction in which roles begin to wait for a second person, or no longer do, with each of
#: them. A room that tells people adds itself when the app starts, for this app may not import it.
grant_listeners: list[Callable[[RoleGrant, datetime], None]] = []


class RolesConflict(Exception):
    """`first` and `second` may not be held by one person."""

    def __init__(self, first: Role, second: Role) -> None:
        super().__init__(f"{first} + {second}")
        self.first = first
        self.second = second


class LastAdmin(Exception):
    """Nobody would be left to administer the installation."""


class OwnRoles(Exception):
    """Nobody gives or takes the own roles."""


def set_roles(
    *,
    user: User,
    roles: Iterable[Role],
    by: User | None,
    access_point: str,
    basis: str,
    at: datetime,
) -> User:
    """Make `roles` exactly the roles of `user`, those included that wait for a second person.

    See `give_and_take`.
    """
    wanted = frozenset(roles)
    return _change(
        user,
        lambda _standing: wanted,
        by=by,
        access_point=access_point,
        basis=basis,
        at=at,
        acting_as=Role.ADMIN,
    )


def give_and_take(
    *,
    user: User,
    give: Iterable[Role] = (),
    take: Iterable[Role] = (),
    by: User | None,
    access_point: str,
    basis: str,
    at: datetime,
    acting_as: Role = Role.ADMIN,
) -> User:
    """Give `user` some roles and take others, and write each one in the access log.

    `by` None is the directory behind the single sign-on; `acting_as` is the role in which `by` does it: the
    coordinator gives and takes that of supporter. Those of `BY_TWO` wait for a second person, unless they are
    held. Returns `user`, whose `roles` are the new ones. Raises OwnRoles, RolesConflict, and LastAdmin when
    `user` is the only functional administrator in service; two administrators who take the role from each
    other at once are served one after the other.
    """
    more, less = frozenset(give), frozenset(take)
    return _change(
        user,
        lambda standing: (standing | more) - less,
        by=by,
        access_point=access_point,
        basis=basis,
        at=at,
        acting_as=acting_as,
    )


def _change(
    user: User,
    wanted_from: Callable[[frozenset[Role]], frozenset[Role]],
    *,
    by: User | None,
    access_point: str,
    basis: str,
    at: datetime,
    acting_as: Role,
) -> User:
    with transaction.atomic():
        groups = one_at_a_time()
        _expire(RoleGrant.objects.filter(user=user), at)
        held = User.objects.get(id=user.id).roles
        waiting = {Role(grant.role): grant for grant in RoleGrant.objects.waiting().filter(user=user)}
        standing = held | waiting.keys()
        wanted = wanted_from(frozenset(standing))
        if clash := role_rules.conflict(wanted):
            raise RolesConflict(*clash)
        if by is not None and by.pk == user.pk and wanted != standing:
            raise OwnRoles
        if Role.ADMIN in held - wanted and not other_admins(user).exists():
            raise LastAdmin

        def written(action: AccessAction, kind: str, roles: Iterable[Role]) -> None:
            for role in sorted(roles):
                audit.record(
                    action=action,
                    user=by,
                    role=acting_as if by else None,
                    access_point=access_point,
                    object_kind=kind,
                    object_ref=f"{role} {user.id}",
                    basis=basis,
                    at=at,
                )

        new = wanted - standing
        user.groups.remove(*(groups[role] for role in held - wanted))
        user.groups.add(*(groups[role] for role in new - BY_TWO))
        written(AccessAction.CREATE, "role", new - BY_TWO)
        written(AccessAction.CREATE, "role grant", new & BY_TWO)
        written(AccessAction.ERASE, "role", held - wanted)
        written(AccessAction.ERASE, "role grant", waiting.keys() - wanted)
        if new & GUARDED:
            # What changed of late in how somebody signs in waits for a second person from now on.
            SignInChange.objects.open().filter(user=user).update(is_guarded=True)
        for role in sorted(new & BY_TWO):
            tell(_waits(user, role, by=by, at=at), at)
        for role in sorted(waiting.keys() - wanted):
            tell(close(waiting[role], GrantOutcome.WITHDRAWN, by=by, at=at), at)
    user.__dict__.pop("roles", None)
    return user


def one_at_a_time() -> dict[str, Group]:
    """Every group by name, locked until the transaction ends: roles change one after the other."""
    return {group.name: group for group in Group.objects.select_for_update(no_key=True).order_by("id")}


def given_on_the_server(*, user: User, role: Role, access_point: str, at: datetime) -> RoleGrant:
    """Give `role` at once: by IT, who could write it into the database as well. It is logged and told."""
    with transaction.atomic():
        groups = one_at_a_time()
        user.groups.add(groups[role])
        grant = RoleGrant.objects.create(
            user=user,
            role=role,
            granted_at=at,
            expires_at=at,
            outcome=GrantOutcome.CONFIRMED,
            decided_at=at,
        )
        _by_the_system(AccessAction.CREATE, "role", grant, access_point=access_point, basis="server", at=at)
        tell(grant, at)
    user.__dict__.pop("roles", None)
    return grant


def expire(*, at: datetime) -> int:
    """End what nobody confirmed in time; how many there were."""
    with transaction.atomic():
        one_at_a_time()
        return _expire(RoleGrant.objects.all(), at)


def _expire(grants: QuerySet[RoleGrant], at: datetime) -> int:
    late = list(grants.filter(outcome="", expires_at__lte=at).order_by("granted_at", "id"))
    for grant in late:
        close(grant, GrantOutcome.EXPIRED, by=None, at=at)
        _by_the_system(
            AccessAction.ERASE,
            "role grant",
            grant,
            access_point="end_waiting",
            basis="not confirmed in time",
            at=at,
        )
        tell(grant, at)
    return len(late)


def _by_the_system(
    action: AccessAction, kind: str, grant: RoleGrant, *, access_point: str, basis: str, at: datetime
) -> None:
    audit.record(
        action=action,
        user=None,
        role=None,
        access_point=access_point,
        object_kind=kind,
        object_ref=f"{grant.role} {grant.user_id}",
        basis=basis,
        at=at,
    )


def close(grant: RoleGrant, outcome: GrantOutcome, *, by: User | None, at: datetime) -> RoleGrant:
    """Write down how a grant that waits was decided; under `one_at_a_time`."""
    grant.outcome, grant.decided_by, grant.decided_at = outcome, by, at
    grant.save(update_fields=["outcome", "decided_by", "decided_at"])
    return grant


def tell(grant: RoleGrant, at: datetime) -> None:
    for listener in grant_listeners:
        listener(grant, at)


def _waits(user: User, role: Role, *, by: User | None, at: datetime) -> RoleGrant:
    return RoleGrant.objects.create(
        user=user, role=role, granted_by=by, granted_at=at, expires_at=at + GRANT_WAITS
    )


def other_admins(user: User) -> QuerySet[User]:
    """The functional administrators in service besides `user`."""
    return User.objects.filter(is_active=True, groups__name=Role.ADMIN).exclude(id=user.id)
