"""A supporter who is put on the analysis team of the very event: the coordinator chooses somebody else.

Matching refuses an analyst of the event as supporter. The other way round only this room can see it, so it
listens to `incidents.calamities.analysis.team`, and tells the coordinator and nobody else: not the committee,
which would learn who supports somebody, and not the analyst, who may say so to either.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from incidents.models import Incident, TeamMember
from notifications.models import Reminder
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import remind, reminder
from supporters.contacts import event_parts
from supporters.contacts.notice_words import event_of
from supporters.models import Contact, ContactQuerySet

ANALYST_SUPPORTS = "support.analyst_supports"
#: Of the supporter of a contact on the analysis team of the event.
PLACES = TeamMember.objects.current().filter(
    event_parts.of_line("incident"), analyst=OuterRef("supporter__user")
)


def tell_coordinators(member: TeamMember, at: datetime) -> None:
    """In the transaction that put `member` on the team."""
    mine = _conflicts().filter(
        event_parts.for_events([member.incident_id]), supporter__user=member.analyst_id
    )
    remind([_reminder(contact, at) for contact in mine])


def tell_of(incident: Incident, at: datetime) -> None:
    """In the transaction that moved contacts to this event."""
    found = _conflicts().filter(event_parts.for_events([incident.pk]))
    remind([_reminder(contact, at) for contact in found])


def expected(at: datetime) -> Iterable[Reminder]:
    """What the coordinators have to hear of, for the nightly search for what is missing."""
    return (_reminder(contact, at) for contact in _conflicts())


def among(contacts: ContactQuerySet) -> QuerySet[Any]:
    """Those that are open and whose supporter is on the analysis team of the event, with that place as
    `member`.
    """
    found = contacts.open().annotate(member=Subquery(PLACES.values("pk")[:1]))
    return found.filter(member__isnull=False)


def _conflicts() -> QuerySet[Any]:
    return among(Contact.objects.select_related("offer__incident"))


def _reminder(contact: Contact, at: datetime) -> Reminder:
    """Once for each time that the supporter is put on the team."""
    return reminder(
        key=f"{ANALYST_SUPPORTS}:{contact.pk}:{contact.member}",  # type: ignore[attr-defined]  # annotated
        kind=ANALYST_SUPPORTS,
        due_at=at,
        subject_id=contact.pk,
        url=reverse("support:roll-call", args=[contact.offer.incident.reference]),
        role=Role.COORDINATOR,
    )


def _still(user: User, contact_id: UUID) -> bool:
    return user.has_role(Role.COORDINATOR) and _conflicts().filter(pk=contact_id).exists()


KIND = Kind(
    code=ANALYST_SUPPORTS,
    line=_("A supporter now analyses the same event. Choose somebody else."),
    concerns=_still,
    event=event_parts.of_contacts,
    about=event_of,
)
