"""The access log of a case: what coordinator and supporter opened or changed about one person's support."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate

from accounts.audit import record, record_all, record_each
from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, User
from incidents.models import Incident
from supporters.models import Contact, Offer

#: What the worklist is called in the log; the index `access_log_of_worklist` is for these lines.
WORKLIST = "worklist"


def log_case(*, offer: Offer, action: AccessAction, page: str, by: User, at: datetime) -> None:
    """One line about the person of `offer`, who sees it on the own page. `page` is the name of an address."""
    _record([offer.involvement_id], offer.incident, action=action, page=page, by=by, at=at)


def was_closed_by_coordinator(offer: Offer) -> bool:
    """Whether a coordinator ended `offer`, by the line that this left at that moment; the employee's own
    word leaves none.
    """
    lines = AccessEvent.objects.filter(
        record=offer.involvement_id, action=AccessAction.CHANGE, access_point="support:match"
    )
    return offer.closed_at is not None and lines.filter(at=offer.closed_at).exists()


def log_worklist(*, by: User, at: datetime) -> None:
    """One line that says that the worklist was opened; everybody on it reads so on the own page."""
    record(
        action=AccessAction.VIEW,
        user=by,
        role=Role.COORDINATOR,
        access_point="support:worklist",
        object_kind=WORKLIST,
        object_ref="",
        basis="coordinator of the case",
        at=at,
    )


@dataclass(frozen=True, slots=True)
class WorklistOpened:
    """On how many days (Europe/Amsterdam) coordinators opened the worklist, and when last."""

    days: int
    last: datetime


def worklist_opened(*, offers: Iterable[Offer], besides: User, at: datetime) -> WorklistOpened | None:
    """How often others than `besides` opened the worklist while one of `offers` stood on it; one statement.

    None when nobody did.
    """
    open_then = [Q(at__gte=offer.opened_at, at__lte=offer.closed_at or at) for offer in offers]
    if not open_then:
        return None
    lines = AccessEvent.objects.filter(reduce(or_, open_then), object_kind=WORKLIST).exclude(user=besides)
    found = lines.aggregate(days=Count(TruncDate("at"), distinct=True), last=Max("at"))
    return WorklistOpened(**found) if found["days"] else None


def log_contact(*, contact: Contact, by: User, at: datetime) -> None:
    """One line that says that the supporter `by` opened the own `contact`, with name and telephone.

    It names no event: of a report that named one person the log would tell its readers that support runs.
    """
    record(
        action=AccessAction.VIEW,
        user=by,
        role=Role.SUPPORTER,
        access_point="contacts:detail",
        object_kind="support",
        object_ref="",
        record=contact.offer.involvement_id,
        basis="own contact",
        at=at,
    )


def log_roll_call(*, incident: Incident, involved: Iterable[UUID], by: User, at: datetime) -> None:
    """A line for each of `involved`, whose names were shown; one for the event when nobody was named."""
    _record(
        list(involved) or [None], incident, action=AccessAction.VIEW, page="support:roll-call", by=by, at=at
    )


def log_found(
    *, cases: Sequence[tuple[str, UUID]], by: User, at: datetime, page: str = "support:worklist"
) -> None:
    """A line for each case whose person's name a search, or another list of cases, showed: the event's
    reference and the person.
    """
    record_all(
        cases,
        action=AccessAction.VIEW,
        user=by,
        role=Role.COORDINATOR,
        access_point=page,
        object_kind="support",
        basis="coordinator of the case",
        at=at,
    )


def log_reminded(*, cases: Sequence[tuple[str, UUID]], by: User, at: datetime) -> None:
    """A line for each case whose supporter was asked how far it is: the event's reference and the person."""
    record_all(
        cases,
        action=AccessAction.CHANGE,
        user=by,
        role=Role.COORDINATOR,
        access_point="support:worklist",
        object_kind="support",
        basis="coordinator of the case",
        at=at,
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
