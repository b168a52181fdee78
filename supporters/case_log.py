"""The access log of a case: what a coordinator opened or changed about one person's support."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.audit import record_each
from accounts.enums import AccessAction, Role
from accounts.models import User
from incidents.models import Incident
from supporters.models import Offer


def log_case(*, offer: Offer, action: AccessAction, page: str, by: User, at: datetime) -> None:
    """One line about the person of `offer`, who sees it on the own page. `page` is the name of an address."""
    _record([offer.involvement_id], offer.incident, action=action, page=page, by=by, at=at)


def log_roll_call(*, incident: Incident, involved: Iterable[UUID], by: User, at: datetime) -> None:
    """A line for each of `involved`, whose names were shown; one for the event when nobody was named."""
    _record(
        list(involved) or [None], incident, action=AccessAction.VIEW, page="support:roll-call", by=by, at=at
    )


def _record(
    records: Iterable[UUID | None],
    incident: Incident,
    *,
    action: AccessAction,
    page: str,
    by: User,
    at: datetime,
) -> None:
    record_each(
        records,
        action=action,
        user=by,
        role=Role.COORDINATOR,
        access_point=page,
        object_kind="support",
        object_ref=incident.reference,
        basis="coordinator of the case",
        at=at,
    )
