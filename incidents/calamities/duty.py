"""The rota of directors on duty, who are told at once of a calamity. Who was changed when is in its log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.enums import Role
from accounts.models import User
from accounts.policy_log import PolicyLog
from hospital.clock import local_day
from hospital.refused import saying
from incidents.calamities.milestones import Stale
from incidents.calamities.one_at_a_time import write_alone
from incidents.models import Duty
from notifications.reminders.stand_ins import StandIns

LOG = PolicyLog("duty", Duty, Role.ADMIN, "calamity-duty", "rota of directors")


class Overlaps(Exception):
    """Somebody else was put on duty in that time meanwhile."""


class Over(Exception):
    """A duty that has ended stays as it was."""


@dataclass(frozen=True)
class Gap:
    """A time in which nobody is on duty."""

    starts_at: datetime
    ends_at: datetime


def keep(*, duty: Duty, by: User, at: datetime) -> Duty:
    """Store a new or changed duty. Raises Overlaps, Over, and Stale when it was taken off meanwhile."""
    if duty.ends_at <= at:
        raise Over
    with saying({"duty_no_overlap": Overlaps}):
        write_alone(Duty)
        before = Duty.objects.select_for_update(of=("self",)).filter(pk=duty.pk).first()
        if before is None and not duty._state.adding:  # noqa: SLF001  # Django's own word for a new row
            raise Stale
        if before is not None and before.ends_at <= at:
            raise Over
        duty.save()
        LOG.record(_difference(before, duty), by=by, at=at, role=_role(by))
    return duty


def take_off(*, duty: Duty, by: User, at: datetime) -> None:
    """Take a duty off the rota. Raises Over for one that has begun: it is shortened instead; and Stale."""
    with transaction.atomic():
        row = Duty.objects.select_for_update(of=("self",)).filter(pk=duty.pk).first()
        if row is None:
            raise Stale
        if row.starts_at <= at:
            raise Over
        LOG.record(_difference(row, None), by=by, at=at, role=_role(by))
        row.delete()


def gaps(duties: Iterable[Duty], *, since: datetime, until: datetime) -> list[Gap]:
    """The times between `since` and `until` in which none of `duties`, in their order, is on duty."""
    found, covered = [], since
    for duty in duties:
        if duty.starts_at > covered and covered < until:
            found.append(Gap(covered, min(duty.starts_at, until)))
        covered = max(covered, duty.ends_at)
    if covered < until:
        found.append(Gap(covered, until))
    return found


def mark_away(rota: Iterable[Duty]) -> None:
    """Say on each director and deputy that they are away in that duty, and who stands in; one statement."""
    rows = list(rota)
    people = [person for row in rows for person in (row.director, row.deputy) if person]
    stand_ins = StandIns.of({person.pk for person in people})
    for row in rows:
        for person in filter(None, (row.director, row.deputy)):
            stand_ins.mark(person, local_day(row.starts_at), local_day(row.ends_at))


def _role(user: User) -> Role:
    return Role.ADMIN if user.has_role(Role.ADMIN) else Role.CCP


def _difference(before: Duty | None, after: Duty | None) -> dict[str, tuple[str | None, str | None]]:
    old, new = (_said(duty) if duty else None for duty in (before, after))
    shown = after or before
    if old == new or shown is None:
        return {}
    return {_moment(shown.starts_at): (old, new)}


def _said(duty: Duty) -> str:
    who = " / ".join(person.name for person in (duty.director, duty.deputy) if person)
    return f"{_moment(duty.starts_at)} – {_moment(duty.ends_at)}: {who}"


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d H:i")
