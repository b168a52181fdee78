"""The row of an appointment follows the contact's log: the flow calls `keep` with every step."""

from datetime import datetime

from supporters.contacts.allowed_steps import AgreedTalk
from supporters.enums import AppointmentState
from supporters.models import Appointment, Contact


def keep(contact: Contact, before: AgreedTalk | None, now: AgreedTalk | None) -> bool:
    """Bring the appointments of `contact`, which is locked, from `before` to `now`; whether anything changed.

    What was planned and undone goes: it never was.
    """
    if before == now:
        return False
    if before and (now is None or before.planned.pk > now.planned.pk):
        Appointment.objects.filter(pk=before.planned.pk).delete()
    if now:
        row = Appointment.objects.filter(pk=now.planned.pk).first()
        appointment = row or Appointment(planned_by=now.planned, contact=contact)
        appointment.at = now.line.planned_for or now.line.at
        appointment.mode = now.line.mode
        appointment.place_id = now.line.place_id
        appointment.state = now.state
        appointment.sequence += row is not None
        appointment.save()
    return True


def with_others(contact: Contact) -> list[datetime]:
    """The moments that the supporter of `contact` agreed on with other colleagues."""
    rows = Appointment.objects.filter(state=AppointmentState.OPEN, contact__supporter=contact.supporter_id)
    return list(rows.exclude(contact=contact).values_list("at", flat=True))
