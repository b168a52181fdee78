"""The places where a talk can be, kept by the coordinators; each change in the log of the policy.

At a place where one talk fits at a time there is none within an hour of another. No constraint says so: one
that excludes would need an extension of PostgreSQL, and cannot ask the place whether several fit. The row of
the place is locked instead by whoever writes a talk there (`hold`), and so they come one after the other.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from accounts.enums import Role
from accounts.models import User
from accounts.policy_log import PolicyLog
from hospital.refused import saying
from supporters.enums import AppointmentState
from supporters.models import Appointment, Contact, MeetingPlace

#: Of two talks at a place where one fits at a time, so long lies between their beginnings.
TALK = timedelta(hours=1)
#: What stands before the name of a place in the log, where it is about how many talks fit.
_ONE = "one:"


def _in_words(field: str) -> str:
    if field.startswith(_ONE):
        return gettext("%(place)s: one talk at a time") % {"place": field.removeprefix(_ONE)}
    return field


LOG = PolicyLog(
    "places", MeetingPlace, Role.COORDINATOR, "pool:places", "coordinator of the pool", words=_in_words
)


class PlaceThere(Exception):
    """It is on the list already."""


def free_at(moment: datetime, *, besides: Contact) -> QuerySet[MeetingPlace]:
    """The places in use where `besides` can talk at `moment`, by name."""
    taken = _talks(moment, besides).values("place")
    return MeetingPlace.objects.filter(in_use=True).exclude(pk__in=taken).order_by("name")


def hold(place: UUID, moment: datetime, *, besides: Contact) -> bool:
    """Lock `place` until the transaction ends; whether `besides` can talk there at `moment`."""
    MeetingPlace.objects.select_for_update(no_key=True).get(pk=place)
    return not _talks(moment, besides).filter(place=place).exists()


def _talks(moment: datetime, besides: Contact) -> QuerySet[Appointment]:
    """The talks of others about `moment` that leave no room for another where they are."""
    about_then = {"at__gt": moment - TALK, "at__lt": moment + TALK}
    others = Appointment.objects.filter(state=AppointmentState.OPEN, place__one_at_a_time=True, **about_then)
    return others.exclude(contact=besides)


def add(place: MeetingPlace, *, by: User, at: datetime) -> MeetingPlace:
    """A place more. Raises PlaceThere."""
    with saying({"meeting_place_once": PlaceThere}):
        place.save(force_insert=True)
        LOG.record({place.name: (None, True)}, by=by, at=at)
    return place


@transaction.atomic
def put(pk: UUID, *, in_use: bool, by: User, at: datetime) -> bool:
    """Put a place in use or out of it, for what is planned from now on; False when it was so already."""
    place = MeetingPlace.objects.select_for_update().filter(pk=pk).exclude(in_use=in_use).first()
    if place is None:
        return False
    place.in_use = in_use
    place.save(update_fields=["in_use"])
    LOG.record({place.name: (not in_use, in_use)}, by=by, at=at)
    return True


@transaction.atomic
def fit(pk: UUID, *, one_at_a_time: bool, by: User, at: datetime) -> bool:
    """Say whether one talk fits in a place at a time, for what is planned from now on; False when it was said
    already.
    """
    places = MeetingPlace.objects.select_for_update(no_key=True)
    place = places.filter(pk=pk).exclude(one_at_a_time=one_at_a_time).first()
    if place is None:
        return False
    place.one_at_a_time = one_at_a_time
    place.save(update_fields=["one_at_a_time"])
    LOG.record({f"{_ONE}{place.name}": (not one_at_a_time, one_at_a_time)}, by=by, at=at)
    return True
