"""The twelve seats of the calamity committee (CCP), and the role that comes with one."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.enums import Role
from accounts.models import User
from accounts.policy_log import PolicyLog
from accounts.roles.giving import give_and_take
from hospital.refused import saying
from incidents.calamities.milestones import Stale
from incidents.calamities.one_at_a_time import write_alone
from incidents.models import Seat


def _seat(number: str) -> str:
    return gettext("Seat %(number)s") % {"number": number}


LOG = PolicyLog("committee", Seat, Role.ADMIN, "calamity-committee", "administration", words=_seat)


class Taken(Exception):
    """Somebody has this seat, or this colleague has one already."""


class InTheFutureError(Exception):
    """A seat is taken or left today or earlier: the role is given and taken at once."""


def take(*, number: int, holder: User, since: date, by: User, at: datetime) -> Seat:
    """Give seat `number` to `holder` from `since`, and with it the role, which counts when a second person
    has confirmed it.

    Raises Taken, InTheFutureError, and accounts.roles.giving.RolesConflict for who keeps watch over the
    system.
    """
    if since > timezone.localdate(at):
        raise InTheFutureError
    with saying({"seat_one_holder": Taken, "seat_one_each": Taken}):
        write_alone(Seat)
        seat = Seat.objects.create(number=number, holder=holder, since=since)
        LOG.record({str(number): (None, holder.name)}, by=by, at=at)
        _role(holder, by=by, at=at, held=True)
        return seat


def leave(*, seat: Seat, until: date, by: User, at: datetime) -> Seat:
    """End the holding of `seat` with the local day `until`, and the role at once; of one that had not begun
    by then only the log remains. Raises Stale when it has ended already, InTheFutureError.
    """
    if until > timezone.localdate(at):
        raise InTheFutureError
    with transaction.atomic():
        held = Seat.objects.filter(pk=seat.pk, until__isnull=True)
        ended = held.update(until=until) if seat.since <= until else held.delete()[0]
        if not ended:
            raise Stale
        LOG.record({str(seat.number): (seat.holder.name, None)}, by=by, at=at)
        _role(seat.holder, by=by, at=at, held=False)
    seat.until = until
    return seat


def _role(user: User, *, by: User, at: datetime, held: bool) -> None:
    give_and_take(
        user=user,
        give={Role.CCP} if held else (),
        take=() if held else {Role.CCP},
        by=by,
        access_point="calamity-committee",
        basis="seat of the committee",
        at=at,
    )
