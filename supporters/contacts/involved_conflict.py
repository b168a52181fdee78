"""A supporter who turns out to be involved in the very event, or to have reported it: the coordinator chooses
somebody else.

Matching asks nobody who was there or reported it. Added to the event later, or known from a report that is
joined with it, they are known only then: it is told to the coordinators who are not involved themselves, and
to nobody else.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from incidents.models import Incident, Involvement
from notifications.models import Reminder
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import remind, reminder
from supporters.contacts import event_parts
from supporters.contacts.notice_words import event_of
from supporters.models import Contact, ContactQuerySet

INVOLVED_SUPPORTS = "support.involved_supports"

_INVOLVED = Involvement.objects.filter(event_parts.of_line("incident"))
#: Whether the supporter of a contact was there, as far as is known, and whether they reported the event.
WAS_THERE = Exists(_INVOLVED.filter(employee=OuterRef("supporter__user"))) | Exists(
    _INVOLVED.filter(employee=None).filter(
        ~Q(email="") & Q(email=OuterRef("supporter__user__email"))
        | ~Q(telephone="") & Q(telephone=OuterRef("supporter__user__telephone"))
    )
)
REPORTED = Exists(
    Incident.objects.filter(
        event_parts.of_line("pk") | event_parts.of_line("joined_into"),
        reporter=OuterRef("supporter__user"),
    )
)


def tell_coordinators(incident: Incident, at: datetime) -> None:
    """In the transaction that put people on a report that was there already: nobody supports anybody of a new
    one.
    """
    tell_of([incident.pk], at)


def tell_of(incidents: Collection[UUID], at: datetime) -> None:
    """In the transaction that changed who was there or reported it."""
    remind(_reminder(contact, at) for contact in _conflicts().filter(event_parts.for_events(incidents)))


def expected(at: datetime) -> Iterable[Reminder]:
    """What the coordinators have to hear of, for the nightly search for what is missing."""
    return (_reminder(contact, at) for contact in _conflicts())


def among(contacts: ContactQuerySet) -> QuerySet[Any]:
    """Those that are open and whose supporter was there, as far as is known, or reported the event."""
    return contacts.open().filter(WAS_THERE | REPORTED)


def _conflicts() -> QuerySet[Any]:
    return among(Contact.objects.select_related("offer__incident"))


def _reminder(contact: Contact, at: datetime) -> Reminder:
    return reminder(
        key=f"{INVOLVED_SUPPORTS}:{contact.pk}",
        kind=INVOLVED_SUPPORTS,
        due_at=at,
        subject_id=contact.pk,
        url=reverse("support:roll-call", args=[contact.offer.incident.reference]),
        role=Role.COORDINATOR,
    )


def _still(user: User, contact_id: UUID) -> bool:
    return user.has_role(Role.COORDINATOR) and _conflicts().filter(pk=contact_id).exists()


KIND = Kind(
    code=INVOLVED_SUPPORTS,
    line=_("A supporter was part of the same event, or reported it. Choose somebody else."),
    concerns=_still,
    event=event_parts.of_contacts,
    about=event_of,
)
