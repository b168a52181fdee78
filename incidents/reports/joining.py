"""Whether two reports can be joined, and which of them stays. It is supporters.offers.joining that joins
them, which knows what became of the people on them.
"""

from datetime import datetime

from accounts.models import User
from incidents.enums import IncidentKind, TrackEventKind
from incidents.models import Incident, TrackEvent


class NotJoinable(Exception):
    """These two cannot be joined; the subclasses say why."""


class SameReport(NotJoinable):
    """It is one report, or they were joined already."""


class NoEvent(NotJoinable):
    """One of them is a question for support, or was taken back."""


class BothFollowed(NotJoinable):
    """The committee follows both: it decides first that one of them is none of its own."""


def in_order(one: Incident, other: Incident) -> tuple[Incident, Incident]:
    """The report that stays and the one that goes: what the committee follows, or followed, stays, with its
    moments and its log; else what was reported first. Raises NotJoinable.
    """
    if one.pk == other.pk or one.has_ended or other.has_ended:
        raise SameReport
    if any(each.kind in IncidentKind.personal() for each in (one, other)):
        raise NoEvent
    if one.tracked_since and other.tracked_since:
        raise BothFollowed
    first, second = sorted((one, other), key=lambda each: (each.reported_at, each.reference))
    return (second, first) if second.tracked_since else (first, second)


def put_together(*, stays: Incident, goes: Incident, by: User, at: datetime) -> None:
    """`goes` leads to `stays` from now on, and so does what was joined to it before. What it says stays on it
    as it was reported. In the transaction that moved the people.
    """
    Incident.objects.filter(joined_into=goes).update(joined_into=stays)
    goes.joined_into, goes.joined_at = stays, at
    goes.save(update_fields=["joined_into", "joined_at"])
    if stays.tracked_since:
        TrackEvent.objects.create(
            incident=stays, kind=TrackEventKind.REPORT_JOINED, moment=goes.reported_at, at=at, by=by
        )
