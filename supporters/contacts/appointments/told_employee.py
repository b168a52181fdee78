"""Mails about an appointment to the employee: a moment, and never who, what, where or why.

They go to the address that was given for it ("How to reach me"), else to the own one, whether or not there
is an account. What they say is made when they are sent, from the appointment as it is then; one whose moment
has passed is not sent.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.enums import Language
from hospital.clock import Cover
from hospital.moment_words import at_moment
from notifications.enums import HandedOn
from notifications.models import Mail
from notifications.reminders.kinds import Kind, Outside
from notifications.reminders.schedule import settle_mails
from supporters.contacts import own_link
from supporters.contacts.allowed_steps import UNDO_WITHIN, Facts
from supporters.contacts.appointments.moments import remind_at
from supporters.enums import AppointmentState, ContactState, ConversationMode, EventKind
from supporters.models import Appointment, Contact, ReachMe

SOON = "support.appointment_soon"
CHANGED = "support.appointment_changed"
#: What somebody has to hear of whom it is with, unless they did it themselves.
_CHANGES = {EventKind.APPOINTMENT_MOVED, EventKind.APPOINTMENT_CANCELLED, EventKind.HANDED_BACK}
#: How long before its moment nobody needs a mail about what changed.
TOO_LATE = timedelta(minutes=5)


def settle(contact: Contact, facts: Facts, *, at: datetime, cover: Cover) -> None:
    """Make the waiting mails about the appointment of `contact` those that are wanted while `facts` hold."""
    wanted = []
    if facts.agreed and facts.agreed.line.planned_for:
        line = facts.agreed.line
        soon = remind_at(facts.agreed.line.planned_for, since=line.at, cover=cover)
        if soon:
            wanted.append(_mail(SOON, contact, line.pk, soon))
    last = facts.appointment.line.planned_for if facts.appointment else None
    if last and last > at and facts.last.kind in _CHANGES and facts.last.by_id is not None:
        # An undone slip tells nobody anything.
        wanted.append(_mail(CHANGED, contact, facts.last.pk, at + UNDO_WITHIN))
    settle_mails(subject_id=contact.pk, kinds=[SOON, CHANGED], wanted=wanted, at=at)


def _mail(kind: str, contact: Contact, line: int, due_at: datetime) -> Mail:
    return Mail(key=f"{kind}:{line}", kind=kind, subject_id=contact.pk, due_at=due_at)


def _soon(contact_id: UUID) -> Outside | None:
    found = Appointment.objects.filter(contact=contact_id, state=AppointmentState.OPEN).first()
    if found is None or found.at <= timezone.now():
        return None
    return _outside(contact_id, found)


def _changed(contact_id: UUID) -> Outside | None:
    """That it has another moment now, or none."""
    contact = Contact.objects.filter(pk=contact_id, offer__closed_at=None).first()
    if contact is None:
        return None
    if contact.state == ContactState.HANDED_BACK and Contact.objects.open().filter(offer=contact.offer_id):
        return None  # they heard that another colleague calls (announcing.another_calls)
    found = contact.appointments.filter(state=AppointmentState.OPEN).first()
    if found and found.at - timezone.now() < TOO_LATE:
        return None
    return _outside(contact_id, found, changed=True, another=contact.state == ContactState.HANDED_BACK)


def _outside(
    contact_id: UUID, appointment: Appointment | None, *, changed: bool = False, another: bool = False
) -> Outside | None:
    contacts = Contact.objects.select_related("offer__involvement__employee")
    contact = contacts.get(pk=contact_id)
    person = contact.offer.involvement
    reach_me = ReachMe.objects.filter(offer=contact.offer_id).first()
    address = (reach_me and reach_me.email) or person.email_now
    if not address or (person.employee and not person.employee.is_active):
        return None
    language = person.employee.language if person.employee else Language.DUTCH
    path = reverse("me") if person.employee else own_link.address(person.pk)
    with override(language):
        return Outside(
            address=address,
            language=language,
            text=_text(appointment, changed=changed, another=another),
            link=f"{settings.SITE_URL}{path}",
        )


def _text(appointment: Appointment | None, *, changed: bool, another: bool) -> str:
    if appointment is None and another:
        return _("The moment that was agreed on is off. Somebody else calls you to agree on another.")
    if appointment is None:
        return _("The moment that was agreed on is off. Somebody calls you to agree on another.")
    words = {"moment": at_moment(appointment.at, now=timezone.now())}
    if changed:
        return _("The moment that was agreed on has changed: it is %(moment)s now.") % words
    if appointment.mode == ConversationMode.TELEPHONE:
        return _("Somebody calls you as agreed, %(moment)s.") % words
    return _("You have an appointment as agreed, %(moment)s.") % words


KINDS = (
    Kind(
        SOON,
        gettext_lazy("Somebody calls you soon, as agreed."),
        concerns=lambda _user, _contact: False,
        outside=_soon,
        handed_on=HandedOn.STAYS,
    ),
    Kind(
        CHANGED,
        gettext_lazy("The moment that was agreed on has changed."),
        concerns=lambda _user, _contact: False,
        outside=_changed,
        handed_on=HandedOn.STAYS,
    ),
)
