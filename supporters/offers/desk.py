"""The coordinator's desk in the hands of a deputy, while she is away (reminders.announcing_absence).

All coordinators share one worklist; being away hands on what reminds her. What is added here is that both are
told where things stand: the deputy as it begins, she when it has ended. What a deputy may not see, for she
was part of the event herself, stays with another coordinator, or with her whose desk it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from hospital.clock import start_of_day
from hospital.models import WorkingHours
from incidents.models import events_of
from notifications.enums import HandedOn
from notifications.models import Absence
from notifications.reminders import schedule
from notifications.reminders.announcing_absence import NAMED
from notifications.reminders.kinds import Kind
from supporters.models import Offer, UnnamedReport


@dataclass(frozen=True, slots=True)
class Withheld:
    """How much of what is open is of events that the deputy was part of; `seen_by` are coordinators who see
    all of it and are there, none when it stays with whose desk it is.
    """

    count: int
    seen_by: Sequence[User]

    @property
    def names(self) -> str:
        return ", ".join(each.name for each in self.seen_by)


def deputies(user: User) -> Q:
    """Who can take over the desk of `user`: the other coordinators."""
    holders = User.groups.through.objects.filter(group__name=Role.COORDINATOR).values("user")
    return Q(pk__in=holders) & ~Q(pk=user.pk)


def withheld(absence: Absence) -> Withheld | None:
    """What the deputy does not see of what whoever is away does; None when that is nothing."""
    events = _open_in(events_of(absence.substitute), besides=events_of(absence.user))
    if not events:
        return None
    away = Absence.objects.between(absence.first_day, absence.last_day).values("user")
    others = User.objects.filter(deputies(absence.user), is_active=True).exclude(pk=absence.substitute_id)
    there = others.exclude(pk__in=away).order_by("sort_key", "id")
    return Withheld(len(events), [each for each in there if not set(events) & set(events_of(each))])


def _open_in(events: Collection[UUID], *, besides: Collection[UUID]) -> list[UUID]:
    """The event of each row that is open in one of `events`, `besides` those."""
    if not events:
        return []
    offers = Offer.objects.open().leading().filter(incident__in=events).besides(besides)
    reports = UnnamedReport.objects.waiting().filter(incident__in=events).besides(besides)
    return [*offers.values_list("incident", flat=True), *reports.values_list("incident", flat=True)]


def tell(user: User, absence: Absence | None, at: datetime) -> None:
    """In the transaction in which an absence of `user` was announced, or ended."""
    schedule.cancel(subject_id=user.pk, at=at, kinds=[kind.code for kind in KINDS])
    if absence is None or not user.has_role(Role.COORDINATOR):
        return
    if absence.first_day <= timezone.localdate(at):
        # One notice for one handover: that it begins says that they were named too.
        schedule.cancel(subject_id=user.pk, at=at, kinds=[NAMED.code])
    cover = WorkingHours.current().cover
    told = (
        (BEGINS, absence.substitute_id, absence.first_day),
        (BACK, user.pk, absence.last_day + timedelta(days=1)),
    )
    schedule.remind(
        schedule.reminder(
            key=f"{kind.code}:{user.pk}:{recipient}:{int(at.timestamp())}",
            kind=kind.code,
            due_at=cover.opens_from(max(at, start_of_day(day))),
            subject_id=user.pk,
            url=reverse("support:desk"),
            recipient=recipient,
        )
        for kind, recipient, day in told
    )


def _begun(user: User, away: UUID) -> bool:
    stands_in = Absence.objects.on(timezone.localdate()).filter(user=away, substitute=user)
    return user.has_role(Role.COORDINATOR) and stands_in.exists()


def _is_back(user: User, away: UUID) -> bool:
    is_away = Absence.objects.on(timezone.localdate()).filter(user=user)
    return user.pk == away and user.has_role(Role.COORDINATOR) and not is_away.exists()


BEGINS = Kind(
    code="support.desk_begins",
    line=_("You stand in for a coordinator. See what is open."),
    concerns=_begun,
    handed_on=HandedOn.STAYS,
)
BACK = Kind(
    code="support.desk_back",
    line=_("What comes to the coordinators comes to you again. See what is open."),
    concerns=_is_back,
    handed_on=HandedOn.STAYS,
)
KINDS = (BEGINS, BACK)
