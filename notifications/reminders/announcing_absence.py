"""Announcing that one is away, and which colleague is told meanwhile. Who stands in at a moment is said in
stand_ins, whom a reminder reaches then in delivery.recipients.

Being away hands on what goes to a role, to who has the same role, and what is for the director on duty, to a
director (`Kind.handed_on`). What is one's own stays: a place on an analysis team, a contact. Whether a
supporter can be asked is the pool's own business (supporters.models.Supporter.absent_from).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from hospital.clock import local_day
from notifications.enums import HandedOn
from notifications.models import Absence, Reminder
from notifications.reminders import schedule
from notifications.reminders.kinds import Kind

#: What comes to people with these roles concerns a colleague with the same role as well.
SHARED_ROLES = frozenset(Role) - {Role.SUPPORTER}

#: Called in the transaction with who will be away, what is announced (None: they are back), and when.
listeners: list[Callable[[User, Absence | None, datetime], None]] = []

#: Templates of rooms that have something to say beside an absence, included where one is announced.
besides: list[str] = []


def _stands_in(user: User, away: UUID) -> bool:
    return Absence.objects.filter(user=away, substitute=user).exists()


def _no_longer_stands_in(user: User, away: UUID) -> bool:
    return not _stands_in(user, away)


def _is_unheard(user: User, away: UUID) -> bool:
    own = Absence.objects.filter(user=user).first() if user.pk == away else None
    return own is not None and substitute_away(own) is not None


NAMED = Kind(
    code="notifications.named_substitute",
    line=_("A colleague who will be away named you as substitute."),
    concerns=_stands_in,
    handed_on=HandedOn.STAYS,
)
ENDED = Kind(
    code="notifications.substitute_no_more",
    line=_("You no longer stand in for a colleague: they are back, or asked somebody else."),
    concerns=_no_longer_stands_in,
    handed_on=HandedOn.STAYS,
)
BOTH_AWAY = Kind(
    code="notifications.substitute_away",
    line=_("Your substitute will be away on the same days. Choose somebody else."),
    concerns=_is_unheard,
    handed_on=HandedOn.STAYS,
)
KINDS = (NAMED, ENDED, BOTH_AWAY)


class NoSubstitute(Exception):
    """This person cannot stand in: left, or without any of the roles."""


def candidates(user: User) -> QuerySet[User]:
    """Colleagues in service with one of the roles of `user`, by name."""
    roles = Group.objects.filter(name__in=user.roles & SHARED_ROLES)
    return (
        User.objects.filter(
            pk__in=User.groups.through.objects.filter(group__in=roles).values("user"), is_active=True
        )
        .exclude(pk=user.pk)
        .order_by("sort_key", "id")
    )


def substitute_away(absence: Absence) -> Absence | None:
    """The absence of the substitute that shares a day with `absence`: on such days nothing is handed on."""
    return (
        Absence.objects.between(absence.first_day, absence.last_day)
        .filter(user=absence.substitute_id)
        .select_related("user")
        .first()
    )


@dataclass(frozen=True, slots=True)
class SharedDays:
    """On which days of an absence its substitute is away too; `are_all`: on all of them."""

    first_day: date
    last_day: date
    are_all: bool


def shared_days(absence: Absence) -> SharedDays | None:
    """The days of `absence` on which nobody stands in; None where somebody always does."""
    theirs = substitute_away(absence)
    if theirs is None:
        return None
    first = max(absence.first_day, theirs.first_day)
    last = min(absence.last_day, theirs.last_day)
    return SharedDays(first, last, (first, last) == (absence.first_day, absence.last_day))


def shared_days_of(user: User, *, at: datetime) -> SharedDays | None:
    """Those of the absence that `user` announced and that is not over."""
    own = Absence.objects.filter(user=user, last_day__gte=local_day(at)).first()
    return shared_days(own) if own else None


def left_alone(absence: Absence) -> QuerySet[Absence]:
    """The absences that share a day with `absence`, and in which its person was to stand in."""
    shared = Absence.objects.between(absence.first_day, absence.last_day)
    return shared.filter(substitute=absence.user_id).select_related("user").order_by("first_day", "pk")


def somebody_is_there(user: User, first_day: date, last_day: date) -> bool:
    """Whether one of the `candidates` is there on all these days."""
    away = Absence.objects.between(first_day, last_day).values("user")
    return candidates(user).exclude(pk__in=away).exists()


@transaction.atomic
def announce(*, user: User, first_day: date, last_day: date, substitute: User, at: datetime) -> Absence:
    """`user` is away on these local days (the last included), in place of what was announced before.

    The substitute is told at once, the one of before too, and who loses a substitute by it. Raises
    NoSubstitute.
    """
    if not candidates(user).filter(pk=substitute.pk).exists():
        raise NoSubstitute
    before = Absence.objects.select_for_update().filter(user=user).first()
    absence, _new = Absence.objects.update_or_create(
        user=user, defaults={"first_day": first_day, "last_day": last_day, "substitute": substitute}
    )
    schedule.cancel(subject_id=user.pk, at=at, kinds=[kind.code for kind in KINDS])
    told = [_reminder(NAMED, absence, substitute, at)]
    if before and before.substitute_id != substitute.pk and before.last_day >= local_day(at):
        told.append(_reminder(ENDED, before, before.substitute, at))
    told += [_reminder(BOTH_AWAY, each, each.user, at) for each in left_alone(absence)]
    schedule.remind(told)
    for listener in listeners:
        listener(user, absence, at)
    return absence


@transaction.atomic
def come_back(*, user: User, at: datetime) -> Absence | None:
    """`user` is back, or does not go: the substitute is told. The absence that was announced."""
    schedule.cancel(subject_id=user.pk, at=at, kinds=[kind.code for kind in KINDS])
    absence = Absence.objects.select_for_update(of=("self",)).filter(user=user).first()
    if absence is None:
        return None
    Absence.objects.filter(user=user).delete()
    if absence.last_day >= local_day(at):
        schedule.remind([_reminder(ENDED, absence, absence.substitute, at)])
    for listener in listeners:
        listener(user, None, at)
    return absence


def _reminder(kind: Kind, absence: Absence, recipient: User, at: datetime) -> Reminder:
    return schedule.reminder(
        key=f"{kind.code}:{absence.user_id}:{recipient.pk}:{int(at.timestamp())}",
        kind=kind.code,
        due_at=at,
        subject_id=absence.user_id,
        url=reverse("notice-settings"),
        recipient=recipient,
    )
