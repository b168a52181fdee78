"""Help outside the hospital that a coordinator can refer to; each change in the log of the agreements."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from accounts.policy_log import PolicyLog
from hospital.refused import saying
from supporters.models import OutsideHelp


class HelpThere(Exception):
    """This help is on the list already."""


def offered() -> list[OutsideHelp]:
    """What a coordinator can refer to now, by name."""
    return list(OutsideHelp.objects.filter(is_active=True).order_by("name"))


def add(found: OutsideHelp, *, by: User, at: datetime) -> OutsideHelp:
    """Put help on the list. Raises HelpThere."""
    with saying({"outside_help_once": HelpThere}):
        found.save(force_insert=True)
        LOG.record({_name(found): (None, _said(found))}, by=by, at=at)
    return found


def take_away(pk: UUID, *, by: User, at: datetime) -> bool:
    """Offer it no more; False when it is gone already."""
    with transaction.atomic():
        found = OutsideHelp.objects.select_for_update().filter(pk=pk, is_active=True).first()
        if found is None:
            return False
        LOG.record({_name(found): (_said(found), None)}, by=by, at=at)
        found.is_active = False
        found.save(update_fields=["is_active"])
    return True


def _said(found: OutsideHelp) -> str:
    return ", ".join(filter(None, (found.telephone, found.email)))


def _name(found: OutsideHelp) -> str:
    return f"help|{found.name}"


def _words(field: str) -> str:
    return field.partition("|")[2]


def _in_log(value: Any) -> str:
    return str(value or "–")


LOG = PolicyLog(
    "outside_help",
    OutsideHelp,
    Role.COORDINATOR,
    "pool:outside-help",
    "coordinator of the pool",
    words=_words,
    said=_in_log,
)
