"""The moments after a calamity that everybody who was involved is told of (UMCG 2019, step 6: feedback in
week 4–5; and what may come later: a hearing, attention in the press).

The committee sets them without knowing whom it tells: another room hangs in who tells, and how many it told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from hospital.clock import may_be_planned
from hospital.refused import saying
from incidents.calamities.milestones import Stale
from incidents.enums import LaterMomentKind, LaterMomentWay, TrackEventKind
from incidents.models import Incident, LaterMoment, TrackEvent

PAGE = "calamities:later"

#: Called in the transaction in which a moment was set, moved or cancelled, with `at` and, where it stood for
#: another moment before, that one.
listeners: list[Callable[[LaterMoment, datetime, datetime | None], None]] = []


class NotAhead(Exception):
    """A moment that has passed, or lies more than a year ahead, cannot be set."""


class MomentThere(Exception):
    """This moment stands there: by a double click, or by somebody else."""


ONCE = {"later_moment_once": MomentThere}


@dataclass(frozen=True, slots=True)
class Counted:
    """One moment, and how many of the involved were told of it; never who, or what they said before. Its mail
    leaves at `mail_at`.
    """

    moment: LaterMoment
    told: int
    involved: int
    mail_at: datetime


#: Hung in by the room that tells them.
counted: list[Callable[[Sequence[LaterMoment]], list[Counted]]] = []


def of(calamity: Incident) -> list[Counted]:
    """The moments of `calamity` in their order, what was cancelled left out."""
    moments = list(calamity.later_moments.filter(cancelled_at=None).order_by("planned_for", "id"))
    return [found for count in counted for found in count(moments)]


def set_moment(
    *,
    incident: Incident,
    kind: LaterMomentKind,
    planned_for: datetime,
    way: LaterMomentWay | None,
    place: str,
    by: User,
    at: datetime,
) -> LaterMoment:
    """Set a moment; everybody involved is told. Raises NotAhead, MomentThere."""
    _check(planned_for, at)
    with saying(ONCE):
        moment = LaterMoment.objects.create(
            incident=incident,
            kind=kind,
            planned_for=planned_for,
            way=way or "",
            place=place,
            set_at=at,
            changed_at=at,
        )
        _tell(moment, TrackEventKind.LATER_SET, planned_for, None, by=by, at=at)
    return moment


def move(
    *,
    moment: LaterMoment,
    planned_for: datetime,
    way: LaterMomentWay | None,
    place: str,
    by: User,
    at: datetime,
    seen: datetime | None,
) -> LaterMoment:
    """Set it for another moment or place. `seen` is when what stood on the page was last changed.

    Raises NotAhead, MomentThere, Stale.
    """
    _check(planned_for, at)
    with saying(ONCE):
        before = moment.planned_for
        _change(moment, seen, at, planned_for=planned_for, way=way or "", place=place)
        _tell(moment, TrackEventKind.LATER_SET, planned_for, before, by=by, at=at)
    return moment


def cancel(*, moment: LaterMoment, by: User, at: datetime, seen: datetime | None) -> LaterMoment:
    """It does not take place. Raises Stale, also once it has passed."""
    with transaction.atomic():
        _change(moment, seen, at, cancelled_at=at)
        _tell(moment, TrackEventKind.LATER_CANCELLED, None, moment.planned_for, by=by, at=at)
    return moment


def _check(planned_for: datetime, at: datetime) -> None:
    if not may_be_planned(planned_for, at=at):
        raise NotAhead


def _change(moment: LaterMoment, seen: datetime | None, at: datetime, **new: object) -> None:
    rows = LaterMoment.objects.filter(pk=moment.pk, cancelled_at=None, planned_for__gt=at, changed_at__lt=at)
    if seen is None or not rows.filter(changed_at=seen).update(changed_at=at, **new):
        raise Stale
    moment.refresh_from_db(fields=["planned_for", "way", "place", "changed_at", "cancelled_at"])


def _tell(
    moment: LaterMoment,
    kind: TrackEventKind,
    new: datetime | None,
    previous: datetime | None,
    *,
    by: User,
    at: datetime,
) -> None:
    """A line in the calamity's log, one in the access log, and everybody is told."""
    incident = moment.incident
    TrackEvent.objects.create(
        incident=incident, kind=kind, later=moment.kind, moment=new, previous=previous, at=at, by=by
    )
    audit.record(
        action=AccessAction.CHANGE,
        user=by,
        role=Role.CCP,
        access_point=PAGE,
        object_kind="incident",
        object_ref=incident.reference,
        basis=f"{Role.CCP} of calamities",
        at=at,
    )
    for listener in listeners:
        listener(moment, at, previous)
