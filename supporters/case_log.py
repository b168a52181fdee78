"""The access log of a case: what a coordinator opened or changed about one person's support."""

from datetime import datetime

from accounts.audit import record
from accounts.enums import AccessAction, Role
from accounts.models import User
from incidents.models import Incident
from supporters.models import Offer


def log_case(*, offer: Offer, action: AccessAction, page: str, by: User, at: datetime) -> None:
    """One line about the person of `offer`, who sees it on the own page. `page` is the name of an address."""
    _record(offer.incident, action=action, page=page, by=by, at=at, subject=offer.involvement.employee)


def log_roll_call(*, incident: Incident, by: User, at: datetime) -> None:
    """One line about everybody involved in `incident`."""
    _record(incident, action=AccessAction.VIEW, page="support:roll-call", by=by, at=at, subject=None)


def _record(
    incident: Incident, *, action: AccessAction, page: str, by: User, at: datetime, subject: User | None
) -> None:
    record(
        action=action,
        user=by,
        role=Role.COORDINATOR,
        access_point=page,
        object_kind="support",
        object_ref=incident.reference,
        subject=subject,
        basis="coordinator of the case",
        at=at,
    )
