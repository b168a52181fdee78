"""Who sees which rows of this room: for each model the condition that its `visible_to` filters by."""

from django.db.models import Q

from accounts.enums import Role
from accounts.models import User
from accounts.models.visible_rows import EVERYTHING, NOTHING

#: `Reminder.last_error` of what is for a role in which nobody can take it up (recipients.NobodyToTell).
NOBODY_TO_TELL = "NobodyToTell"


def reminders(user: User) -> Q:
    """How delivery goes: for who keeps it going. Others see notices, never reminders. That a role has nobody
    is the administrator's: it may be the coordinator herself who is put aside.
    """
    if user.has_role(Role.ADMIN):
        return EVERYTHING
    return ~Q(last_error=NOBODY_TO_TELL) if user.has_role(Role.COORDINATOR) else NOTHING


def notices(user: User) -> Q:
    """One's own."""
    return Q(user=user)


def mails(user: User) -> Q:
    """How delivery goes: for who keeps it going."""
    return EVERYTHING if user.has_role(Role.ADMIN, Role.COORDINATOR) else NOTHING


def bounces(user: User) -> Q:
    """The coordinator's, who knows who is supported. The administrator, who does not, sees only whom a role
    brings mail: that mail to another employee fails would tell that there was some.
    """
    if user.has_role(Role.COORDINATOR):
        return EVERYTHING
    return of_role_holders() if user.has_role(Role.ADMIN) else NOTHING


def of_role_holders() -> Q:
    """Of who is in service and holds a role."""
    holders = User.groups.through.objects.filter(group__name__in=Role.values)
    return Q(user__in=holders.values("user"), user__is_active=True)
