"""Who is never matched with whom, as a coordinator puts it by hand. No reason is asked or kept."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from supporters.models import KeptApart, Supporter


class ExcludesSelf(Exception):
    """Nobody is matched with themselves anyway."""


def add(*, supporter: Supporter, employee: User, by: User, at: datetime) -> KeptApart:
    """These two are never matched from now on; once is enough. Raises ExcludesSelf."""
    if supporter.user_id == employee.pk:
        raise ExcludesSelf
    with transaction.atomic():
        pair, is_new = KeptApart.objects.get_or_create(
            supporter=supporter, employee=employee, defaults={"added_at": at, "added_by": by}
        )
        if is_new:
            _log(supporter, AccessAction.CREATE, by, at)
    return pair


def remove(*, supporter: Supporter, pair: int, by: User, at: datetime) -> bool:
    """They may be matched again, as far as coordinators go; whether the pair was there."""
    with transaction.atomic():
        gone, _rows = KeptApart.objects.filter(supporter=supporter, pk=pair).delete()
        if gone:
            _log(supporter, AccessAction.ERASE, by, at)
        return bool(gone)


def _log(supporter: Supporter, action: AccessAction, by: User, at: datetime) -> None:
    """Whose list it is; not with whom: the log is kept longer than the pair."""
    audit.record(
        action=action,
        user=by,
        role=Role.COORDINATOR,
        access_point="pool:exclusions",
        object_kind="exclusion",
        object_ref=str(supporter.user_id),
        basis="coordinator of the pool",
        at=at,
    )
