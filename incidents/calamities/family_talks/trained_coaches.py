"""The disclosure coaches of the hospital: who is trained. Who was put on the list when stands in its log."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from accounts.enums import Role
from accounts.models import User
from accounts.policy_log import PolicyLog
from hospital.refused import saying
from incidents.calamities.milestones import Stale
from incidents.models import TrainedCoach


def _coach(_field: str) -> str:
    return gettext("Disclosure coach")


LOG = PolicyLog("coaches", TrainedCoach, Role.CCP, "calamity-coaches", "disclosure coaches", words=_coach)


def add(*, user: User, by: User, at: datetime) -> TrainedCoach:
    """Put `user` on the list. Raises Stale for who is on it."""
    with saying({"incidents_trainedcoach_pkey": Stale}):
        row = TrainedCoach.objects.create(user=user, added_at=at)
        LOG.record({"coach": (None, user.name)}, by=by, at=at)
    return row


def take_off(*, user: UUID, by: User, at: datetime) -> str:
    """Take somebody off the list; their name. Raises Stale when they are off it."""
    with transaction.atomic():
        rows = TrainedCoach.objects.select_for_update(of=("self",)).select_related("user")
        coach = rows.filter(user=user).first()
        if coach is None:
            raise Stale
        name = coach.user.name
        coach.delete()
        LOG.record({"coach": (name, None)}, by=by, at=at)
    return name
