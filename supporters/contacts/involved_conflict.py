"""A supporter who turns out to be involved in the very event: the coordinator chooses somebody else.

Matching asks nobody who is involved. Added to the event later, or on a report that is joined with it, they
are known only then: it is told to the coordinators who are not involved themselves, and to nobody else.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from incidents.models import Involvement
from notifications.models import Reminder
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import remind, reminder
from supporters.contacts import event_parts
from supporters.contacts.notice_words import event_of
from supporters.models import Contact

INVOLVED_SUPPORTS = "support.involved_supports"


def tell_coordinators(added: Iterable[Involvement], at: datetime) -> None:
    """In the transaction that put `added` on the list of an event, or moved them there."""
    events = {each.incident_id for each in added}
    remind(_reminder(contact, at) for contact in _conflicts().filter(offer__incident__in=events))


def expected(at: datetime) -> Iterable[Reminder]:
    """What the coordinators have to hear of, for the nightly search for what is missing."""
    return (_reminder(contact, at) for contact in _conflicts())


def is_one(contact: Contact) -> bool:
    """Whether the supporter of `contact`, which is open, is involved in its event."""
    return _conflicts().filter(pk=contact.pk).exists()


def _conflicts() -> QuerySet[Contact]:
    """Open contacts whose supporter is involved in the event."""
    involved = Involvement.objects.filter(
        incident=OuterRef("offer__incident"), employee=OuterRef("supporter__user")
    )
    return Contact.objects.open().filter(Exists(involved)).select_related("offer__incident")


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
    line=_("A supporter turns out to be involved in the same event. Choose somebody else."),
    concerns=_still,
    event=event_parts.of_contacts,
    about=event_of,
)
