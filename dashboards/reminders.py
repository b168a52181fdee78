"""What coordinators hear of figures that wait to be published; registered when the app starts."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from dashboards.models import Release
from evaluations.periods import Period
from notifications.models import Reminder
from notifications.reminders import kinds, reconcile
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import cancel_each, remind, reminder

PREPARED = "dashboards.prepared"


def register() -> None:
    """Make known to `notifications` the kind, and what must be there each night."""
    kinds.register(
        Kind(
            code=PREPARED,
            line=_("The figures of a period are ready: look at them, and publish them."),
            concerns=_waits,
        )
    )
    reconcile.expectations.append(expected)


def tell_prepared(release: Release) -> None:
    """The coordinators hear that these figures wait."""
    remind([_prepared(release)])


def tell_published(releases: Iterable[Release], *, at: datetime) -> None:
    """Nobody need look at these any more."""
    cancel_each([release.pk for release in releases], at=at, kinds=[PREPARED])


def expected(at: datetime) -> Iterator[Reminder]:
    yield from map(_prepared, Release.objects.waiting())


def _prepared(release: Release) -> Reminder:
    code = Period.between(release.starts_on, release.ends_on).code
    return reminder(
        key=f"{PREPARED}:{release.pk}",
        kind=PREPARED,
        due_at=release.drawn_at,
        subject_id=release.pk,
        url=f"{reverse('figures:preview')}?period={code}",
        role=Role.COORDINATOR,
    )


def _waits(user: User, release_id: UUID) -> bool:
    return user.has_role(Role.COORDINATOR) and Release.objects.waiting().filter(pk=release_id).exists()
