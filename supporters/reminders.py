"""What support reminds people of; registered when the app starts."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from notifications import kinds, reconcile
from notifications.kinds import Kind
from supporters import analyst_conflict, contact_reminders
from supporters.enums import Waiting
from supporters.models import Offer

SOMEBODY_WAITS = "support.somebody_waits"
ASSIGNMENT_LATE = "support.assignment_late"


def register() -> None:
    """Make known to `notifications` the kinds, and what must be there each night."""
    for kind in (
        *contact_reminders.KINDS,
        analyst_conflict.KIND,
        Kind(code=SOMEBODY_WAITS, line=_("Somebody waits for a supporter."), concerns=_incident_waits),
        Kind(code=ASSIGNMENT_LATE, line=_("Somebody still waits for a supporter."), concerns=_offer_waits),
    ):
        kinds.register(kind)
    reconcile.expectations += [contact_reminders.expected, analyst_conflict.expected]


def _incident_waits(user: User, incident_id: UUID) -> bool:
    return (
        user.has_role(Role.COORDINATOR)
        and Offer.objects.open().filter(incident_id=incident_id, waiting_for=Waiting.ASSIGNMENT).exists()
    )


def _offer_waits(user: User, offer_id: UUID) -> bool:
    return (
        user.has_role(Role.COORDINATOR)
        and Offer.objects.open().filter(id=offer_id, waiting_for=Waiting.ASSIGNMENT).exists()
    )
