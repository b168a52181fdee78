"""A supporter who leaves service with contacts still open: the coordinator finds the colleague somebody else.

By case, at once and again each night for what got lost; of what was said or agreed nothing is told.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from accounts.staff.leaving import LeftOpen
from notifications.models import Reminder
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import remind, reminder
from supporters.contacts import event_parts
from supporters.contacts.notice_words import event_of
from supporters.models import Contact

SUPPORTER_LEFT = "support.supporter_left"


def tell_coordinators(left: Collection[UUID], at: datetime) -> None:
    """In the transaction in which these users left (accounts.staff.leaving.listeners)."""
    remind(_reminder(contact, at) for contact in _left_behind().filter(supporter__user__in=left))


def expected(at: datetime) -> Iterable[Reminder]:
    """What the coordinators have to hear of, for the nightly search for what is missing."""
    return (_reminder(contact, at) for contact in _left_behind().iterator(chunk_size=500))


def _left_behind() -> QuerySet[Contact]:
    """Open contacts whose supporter is no longer in service."""
    return Contact.objects.open().filter(supporter__user__is_active=False)


def _reminder(contact: Contact, at: datetime) -> Reminder:
    return reminder(
        key=f"{SUPPORTER_LEFT}:{contact.pk}",
        kind=SUPPORTER_LEFT,
        due_at=at,
        subject_id=contact.pk,
        url=reverse("support:replace", args=[contact.supporter_id]),
        role=Role.COORDINATOR,
    )


def _still(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    contacts = _left_behind().filter(pk__in={pk for _user, pk in pairs})
    behind = set(contacts.values_list("pk", flat=True))
    return [user.has_role(Role.COORDINATOR) and pk in behind for user, pk in pairs]


def _supporting(people: Collection[UUID], at: datetime) -> Collection[UUID]:
    open_contacts = Contact.objects.open().filter(supporter__user__in=people)
    return set(open_contacts.values_list("supporter__user", flat=True))


#: For the functional administrator: that this supporter supports somebody, and neither whom nor how many.
LEFT_OPEN = LeftOpen(
    "support:contacts",
    _("Supports colleagues now. The coordinator is told, and asks another supporter."),
    _supporting,
)

KIND = Kind(
    code=SUPPORTER_LEFT,
    line=_("A supporter has left. Somebody needs another one."),
    concerns=lambda user, pk: _still([(user, pk)])[0],
    concern=_still,
    event=event_parts.of_contacts,
    about=event_of,
)
