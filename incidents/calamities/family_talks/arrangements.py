"""Who looks after whom after a calamity, who speaks, and the days beside it: people and days, no content.

Kept by whoever keeps the talks with the family. Each change stands in the calamity's log.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from hospital.refused import saying
from incidents.calamities.milestones import Stale
from incidents.enums import LookedAfter, TrackEventKind
from incidents.models import CareArrangement, Incident, TrackEvent

PAGE = "calamities:arrange"
ONCE = {"arrangement_once": Stale}


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of the checklist: what, and what is arranged, if anything."""

    what: LookedAfter
    arranged: CareArrangement | None

    @property
    def is_not_needed(self) -> bool:
        """Whether it was said that nobody has to look after them."""
        return self.arranged is not None and not self.arranged.employee_id and self.what in LookedAfter.five()


def of(calamity: Incident) -> list[CheckLine]:
    """The whole checklist of `calamity`, in its order: one statement."""
    rows = calamity.arrangements.select_related("employee")
    found = {row.what: row for row in rows.only("what", "on", "changed_at", "employee__name")}
    return [CheckLine(what, found.get(what)) for what in LookedAfter]


def arrange(
    *,
    incident: Incident,
    what: LookedAfter,
    employee: User | None,
    on: date,
    by: User,
    at: datetime,
    seen: datetime | None,
) -> CareArrangement:
    """`employee` looks after it since `on`; None: it takes place on that day, or nobody has to. `seen` is
    when what stood on the page was last changed. Raises Stale.
    """
    new = {"employee": employee, "on": on, "changed_at": at}
    with saying(ONCE):
        if seen is None:
            row = CareArrangement.objects.create(incident=incident, what=what, **new)
        else:
            if not _standing(incident, what, seen).update(**new):
                raise Stale
            row = CareArrangement.objects.get(incident=incident, what=what)
        _log(incident, what, TrackEventKind.ARRANGED, by=by, at=at)
    return row


def take_off(*, incident: Incident, what: LookedAfter, by: User, at: datetime, seen: datetime) -> None:
    """It is not arranged after all. Raises Stale."""
    with transaction.atomic():
        if not _standing(incident, what, seen).delete()[0]:
            raise Stale
        _log(incident, what, TrackEventKind.ARRANGED_NO_MORE, by=by, at=at)


def _standing(incident: Incident, what: LookedAfter, seen: datetime) -> QuerySet[CareArrangement]:
    return CareArrangement.objects.filter(incident=incident, what=what, changed_at=seen)


def _log(incident: Incident, what: LookedAfter, kind: TrackEventKind, *, by: User, at: datetime) -> None:
    TrackEvent.objects.create(incident=incident, kind=kind, looked_after=what, at=at, by=by)
    role = Role.CCP if by.has_role(Role.CCP) else Role.TEAM_LEADER
    audit.record(
        action=AccessAction.CHANGE,
        user=by,
        role=role,
        access_point=PAGE,
        object_kind="incident",
        object_ref=incident.reference,
        basis=f"{role} of calamities",
        at=at,
    )
