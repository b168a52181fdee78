"""Who can be named, and who may name."""

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from accounts.enums import Role
from accounts.models import User
from accounts.role_rules import KEEP_WATCH
from supporters.enums import SupporterStatus
from supporters.models import Supporter

#: Whose role does not go with supporting, or who asks the others.
NOT_NAMED = KEEP_WATCH | {Role.COORDINATOR}


class NominationError(Exception):
    """Somebody who cannot be named, or a way that this hospital does not go."""


class NotThisWay(NominationError):
    """Here colleagues are not named, or do not apply (`TrainingPolicy.entry`)."""


class IsSelf(NominationError):
    """Nobody names herself."""


class HasLeft(NominationError):
    """Not in service any more."""


class FromOutside(NominationError):
    """Works for a partner of the hospital."""


class HasRole(NominationError):
    """Coordinates, or keeps watch over the system."""


def check(person: User, *, by: User | None = None) -> None:
    """Whether `person` can be named by `by`, or at all. Raises IsSelf, HasLeft, FromOutside, HasRole."""
    if by is not None and person.pk == by.pk:
        raise IsSelf
    if not person.is_active:
        raise HasLeft
    if person.department is None or person.department.location.is_partner:
        raise FromOutside
    if person.roles & NOT_NAMED:
        raise HasRole


def able() -> QuerySet[User]:
    """Everybody who can be named by somebody."""
    return User.objects.filter(is_active=True, department__location__is_partner=False).exclude(
        groups__name__in=NOT_NAMED
    )


def supports(person: User) -> bool:
    """Whether `person` is in the pool."""
    return in_pool().filter(user=person).exists()


def in_pool() -> QuerySet[Supporter]:
    return Supporter.objects.exclude(status=SupporterStatus.STOPPED)


def mark(purpose: str, *parts: object) -> str:
    """A hash of who did what about whom, with the key of the installation: the same each time, and read back
    by nobody.
    """
    text = ":".join(map(str, parts))
    return salted_hmac(f"training.nominations.{purpose}", text, algorithm="sha256").hexdigest()
