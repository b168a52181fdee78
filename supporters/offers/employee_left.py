"""Somebody who leaves service while support is open for them: the coordinator hears of it, by case.

Nobody else does. Who puts them out of service reads the same sentence whoever is in the file (`ALWAYS`).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from hospital.clock import local_day
from hospital.moment_words import full_date
from hospital.moment_words import in_words as moment_in_words
from notifications.models import Reminder
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import remind, reminder
from supporters.contacts import event_parts
from supporters.contacts.notice_words import event_of
from supporters.models import Offer

EMPLOYEE_LEFT = "support.employee_left"

ALWAYS = _(
    "Support that is open for somebody who leaves goes on, and the coordinator is told. For whom that is, is"
    " not shown here."
)


def since(offers: Collection[UUID]) -> dict[UUID, datetime]:
    """When the person of each of these open `offers` left service, of those who did: as the coordinators were
    told.
    """
    keys = {f"{EMPLOYEE_LEFT}:{pk}": pk for pk in offers}
    told = Reminder.objects.filter(key__in=keys).values_list("key", "due_at")
    return {keys[key]: at for key, at in told}


def in_words(left_at: datetime | None, told_at: datetime | None, *, now: datetime) -> str:
    """That they left, and whether they had a message before, for the coordinator."""
    gone = (
        gettext("Left employment on %(day)s.") % {"day": full_date(local_day(left_at))}
        if left_at
        else gettext("Left employment.")
    )
    if told_at:
        told = gettext("They had a message before that: %(when)s.") % {
            "when": moment_in_words(told_at, now=now)
        }
    else:
        told = gettext("They never had a message: call them yourself, or reach them through the ward.")
    return f"{gone} {told}"


def tell_coordinators(left: Collection[UUID], at: datetime) -> None:
    """In the transaction in which these users left (accounts.staff.leaving.listeners)."""
    remind(_reminder(offer, at) for offer in _left_behind().filter(involvement__employee__in=left))


def expected(at: datetime) -> Iterable[Reminder]:
    """What the coordinators have to hear of, for the nightly search for what is missing."""
    return (_reminder(offer, at) for offer in _left_behind().iterator(chunk_size=500))


def _left_behind() -> QuerySet[Offer]:
    """Open offers to employees who are no longer in service."""
    return Offer.objects.open().filter(involvement__employee__is_active=False).select_related("incident")


def _reminder(offer: Offer, at: datetime) -> Reminder:
    return reminder(
        key=f"{EMPLOYEE_LEFT}:{offer.pk}",
        kind=EMPLOYEE_LEFT,
        due_at=at,
        subject_id=offer.pk,
        url=reverse("support:match", args=[offer.involvement_id]),
        role=Role.COORDINATOR,
    )


def _still(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    found = _left_behind().filter(pk__in={pk for _user, pk in pairs})
    behind = set(found.values_list("pk", flat=True))
    return [user.has_role(Role.COORDINATOR) and pk in behind for user, pk in pairs]


KIND = Kind(
    code=EMPLOYEE_LEFT,
    line=_("Somebody for whom support is open has left the hospital. See how to reach them."),
    concerns=lambda user, pk: _still([(user, pk)])[0],
    concern=_still,
    event=event_parts.of_offers,
    about=event_of,
)
