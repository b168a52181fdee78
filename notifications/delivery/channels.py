"""Which mail a person wants. In the app everything shows, whatever they choose."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import User
from notifications.enums import Group
from notifications.models import MailOff


def mailed_groups(user: User) -> list[Group]:
    """The groups of kinds that `user` has by mail."""
    off = set(MailOff.objects.filter(user=user).values_list("group", flat=True))
    return [group for group in Group if group not in off]


@transaction.atomic
def choose(*, user: User, groups: Collection[Group]) -> None:
    """From now on `user` has `groups` by mail, and no others but for what is always mailed."""
    MailOff.objects.filter(user=user, group__in=groups).delete()
    MailOff.objects.bulk_create(
        (MailOff(user=user, group=group) for group in Group if group not in groups), ignore_conflicts=True
    )
