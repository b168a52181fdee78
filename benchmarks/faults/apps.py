from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import AppConfig

if TYPE_CHECKING:
    from accounts.models import User

REMINDER = "faults.reminder"
BROKEN = "faults.broken"


class AlwaysRaises(Exception):
    """What the kind `faults.broken` answers."""


class FaultsConfig(AppConfig):
    name = "benchmarks.faults"

    def ready(self) -> None:
        """Register an ordinary kind, in the app and by mail, and one that cannot be judged."""
        from notifications.reminders import kinds

        kinds.register(kinds.Kind(REMINDER, "Look at this.", lambda _user, _subject: True))
        kinds.register(kinds.Kind(BROKEN, "Look at this.", _raises))


def _raises(user: "User", subject: UUID) -> bool:
    raise AlwaysRaises
