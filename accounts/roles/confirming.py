"""The second person: confirming a role that somebody gave, refusing it, or taking it back meanwhile."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit, role_rules
from accounts.enums import AccessAction, Role
from accounts.models import User
from accounts.models.second_person import GrantOutcome, RoleGrant
from accounts.role_rules import KEEP_WATCH
from accounts.roles import giving


class NotOpen(Exception):
    """What waits for a second person was decided or changed meanwhile, or nobody confirmed it in time."""


class NotTheSecond(Exception):
    """This person is the first (gave the role, made the change), is whom it is about, or has no say in it."""


class LeftService(Exception):
    """Whoever was to have the role is out of service."""


def confirmers(grant: RoleGrant) -> QuerySet[User]:
    """Who may confirm or refuse `grant`: another administrator, the privacy officer, or a holder of the role;
    neither who gave it nor who is to have it.
    """
    named = Q(groups__name__in=[*KEEP_WATCH, grant.role])
    found = User.objects.filter(named, is_active=True).exclude(id=grant.user_id)
    return (found.exclude(id=grant.granted_by_id) if grant.granted_by_id else found).distinct()


def may_confirm(grant: RoleGrant, user: User) -> bool:
    """The same of one person, by the roles that `user` has in hand."""
    return (
        user.is_active
        and user.pk not in {grant.user_id, grant.granted_by_id}
        and bool(user.roles & (KEEP_WATCH | {Role(grant.role)}))
    )


def confirm(*, grant_id: UUID, by: User | None, access_point: str, at: datetime) -> RoleGrant:
    """Give the role that waits. `by` None is IT, on the server.

    Raises NotOpen, NotTheSecond, LeftService, and giving.RolesConflict when the person was given another role
    meanwhile that does not go together with this one.
    """
    with transaction.atomic():
        groups, grant = _open(grant_id, by, at)
        user = User.objects.select_for_update(no_key=True).get(pk=grant.user_id)
        if not user.is_active:
            raise LeftService
        if clash := role_rules.conflict(user.roles | {Role(grant.role)}):
            raise giving.RolesConflict(*clash)
        giving.close(grant, GrantOutcome.CONFIRMED, by=by, at=at)
        user.groups.add(groups[grant.role])
        _write(grant, AccessAction.CREATE, "role", by=by, access_point=access_point, at=at)
        giving.tell(grant, at)
        return grant


def refuse(*, grant_id: UUID, by: User, access_point: str, at: datetime) -> RoleGrant:
    """Decide that the role is not given. Raises NotOpen, NotTheSecond."""
    with transaction.atomic():
        _, grant = _open(grant_id, by, at)
        giving.close(grant, GrantOutcome.REFUSED, by=by, at=at)
        _write(grant, AccessAction.ERASE, "role grant", by=by, access_point=access_point, at=at)
        giving.tell(grant, at)
        return grant


def withdraw(*, grant_id: UUID, by: User, access_point: str, at: datetime) -> RoleGrant:
    """Whoever gave the role takes it back before it counts. Raises NotOpen, NotTheSecond."""
    with transaction.atomic():
        giving.one_at_a_time()
        grant = RoleGrant.objects.get(pk=grant_id)
        if grant.outcome:
            raise NotOpen
        if grant.granted_by_id != by.pk:
            raise NotTheSecond
        giving.close(grant, GrantOutcome.WITHDRAWN, by=by, at=at)
        _write(grant, AccessAction.ERASE, "role grant", by=by, access_point=access_point, at=at)
        giving.tell(grant, at)
        return grant


def _open(grant_id: UUID, by: User | None, at: datetime) -> tuple[dict[str, Group], RoleGrant]:
    """Under the lock of all changes to roles: the groups, and the grant if `by` may decide on it."""
    groups = giving.one_at_a_time()
    grant = RoleGrant.objects.get(pk=grant_id)
    if grant.outcome or grant.expires_at <= at:
        raise NotOpen
    # Read again: whoever decides may have lost the role meanwhile.
    if by is not None and not may_confirm(grant, User.objects.get(pk=by.pk)):
        raise NotTheSecond
    return groups, grant


def _write(
    grant: RoleGrant, action: AccessAction, kind: str, *, by: User | None, access_point: str, at: datetime
) -> None:
    audit.record(
        action=action,
        user=by,
        role=_acting_role(by, grant.role) if by else None,
        access_point=access_point,
        object_kind=kind,
        object_ref=f"{grant.role} {grant.user_id}",
        basis="second person" if by else "server",
        at=at,
    )


def _acting_role(user: User, role: str) -> Role | None:
    """In which of their roles somebody decides on `role`."""
    return next((one for one in (*sorted(KEEP_WATCH), Role(role)) if one in user.roles), None)
