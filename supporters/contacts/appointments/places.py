"""The places where a talk can be, kept by the coordinators; each change in the log of the policy."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from accounts.policy_log import PolicyLog
from hospital.refused import saying
from supporters.models import MeetingPlace

LOG = PolicyLog("places", MeetingPlace, Role.COORDINATOR, "pool:places", "coordinator of the pool")


class PlaceThere(Exception):
    """It is on the list already."""


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
