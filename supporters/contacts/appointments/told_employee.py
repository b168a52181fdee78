"""Mails about an appointment to the employee: a moment, and never who, what, where or why.

They go to the address that was given for it ("How to reach me"), else to the own one, whether or not there
is an account. What they say is made when they are sent, from the appointment as it is then; one whose moment
has passed is not sent.
"""

from collections.abc import Callable
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
from supporters.contacts.allowed_steps import UNDO_WITHIN, ContactFacts
from supporters.contacts.appointments.moments import remind_at
from supporters.enums import AppointmentState, ContactState, ConversationMode, EventKind
from supporters.models import Appointment, Contact, ContactEvent, Offer, ReachMe

SOON = "support.appointment_soon"
CHANGED = "support.appointment_changed"
#: What somebody has to hear of whom it is with, unless they did it themselves.
_CHANGES = {EventKind.APPOINTMENT_MOVED, EventKind.APPOINTMENT_CANCELLED, EventKind.HANDED_BACK}
#: How long before its moment nobody needs a mail about what changed.
TOO_LATE = timedelta(minutes=5)


def settle(contact: Contact, facts: ContactFacts, *, at: datetime, cover: Cover) -> None:
    """Make the waiting mails about the appointment of `contact` those that are wanted while `facts` hold."""
    wanted = []
    if facts.agreed and facts.agreed.line.planned_for:
        line = facts.agreed.line
        soon = remind_at(facts.agreed.line.planned_for, since=line.at, cover=cover)
        if soon:
            wanted.append(_mail(SOON, contact, line.pk, soon))
    last = facts.appointment.line.planned_for if facts.appointment else None
    if last and last > at and facts.last.kind in _CHANGES and facts.last.by_id is not None:
        # An undone slip tells nobody anything, as long as there is time to wait for that.
        waits = UNDO_WITHIN if last - at >= 2 * UNDO_WITHIN else timedelta(0)
        wanted.append(_mail(CHANGED, contact, facts.last.pk, at + waits))
    settle_mails(subject_id=contact.pk, kinds=[SOON, CHANGED], wanted=wanted, at=at)


def tells_that_it_fell_out(offer: Offer, *, at: datetime) -> bool:
    """Whether a mail says that the talk to come with the supporter before is off, and that another calls."""
    fell_out = Appointment.objects.filter(contact__offer=offer, state=AppointmentState.LAPSED, at__gt=at)
    last = fell_out.order_by("-planned_by").first()
    if last is None:
        return False
    back = ContactEvent.objects.filter(contact=last.contact_id, kind=EventKind.HANDED_BACK).latest("id")
    return back.by_id is not None


def _mail(kind: str, contact: Contact, line: int, due_at: datetime) -> Mail:
    return Mail(key=f"{kind}:{line}", kind=kind, subject_id=contact.pk, due_at=due_at)


def _soon(contact_id: UUID) -> Outside | None:
    found = Appointment.objects.filter(contact=contact_id, state=AppointmentState.OPEN).first()
    if found is None or found.at <= timezone.now():
        return None
    return _outside(contact_id, lambda: _soon_text(found))


def _changed(contact_id: UUID) -> Outside | None:
    """That it has another moment now, or none."""
    contact = Contact.objects.filter(pk=contact_id, offer__closed_at=None).first()
    if contact is None:
        return None
    if contact.state == ContactState.HANDED_BACK:
        return _fell_out(contact)
    found = contact.appointments.filter(state=AppointmentState.OPEN).first()
    if found and found.at - timezone.now() < TOO_LATE:
        return None
    return _outside(contact_id, lambda: _changed_text(found))


def _fell_out(contact: Contact) -> Outside | None:
    """That the talk is off and another colleague calls; nothing once that one agreed on another moment."""
    agreed = Appointment.objects.filter(contact__offer=contact.offer_id, state=AppointmentState.OPEN)
    last = contact.appointments.filter(state=AppointmentState.LAPSED).order_by("-planned_by").first()
    if last is None or agreed.exists():
        return None
    return _outside(contact.pk, lambda: _off_text(last.at, by=contact.due_at))


def _outside(contact_id: UUID, said: Callable[[], str]) -> Outside | None:
    """To the person of the contact, in their language, what is `said`."""
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
            text=said(),
            link=f"{settings.SITE_URL}{path}",
        )


def _off_text(moment: datetime, *, by: datetime) -> str:
    now = timezone.now()
    words = {"moment": at_moment(moment, now=now), "by": at_moment(by, now=now)}
    if by <= now:
        return _("What was agreed on for %(moment)s is off. You hear from somebody else.") % words
    return _("What was agreed on for %(moment)s is off. You hear from somebody else by %(by)s.") % words


def _changed_text(appointment: Appointment | None) -> str:
    if appointment is None:
        return _("The moment that was agreed on is off. You hear from your colleague to agree on another.")
    words = {"moment": at_moment(appointment.at, now=timezone.now())}
    return _("The moment that was agreed on has changed: it is %(moment)s now.") % words


def _soon_text(appointment: Appointment) -> str:
    words = {"moment": at_moment(appointment.at, now=timezone.now())}
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
