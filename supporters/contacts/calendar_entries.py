"""A supporter's own calls and talks, in the own calendar (notifications.calendar.entries): no name, and not
with whom. An employee who has a calendar for another reason finds the own talk there, as an appointment that
says nothing of support.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from notifications.calendar.entries import Entry, Source
from supporters.enums import AppointmentState, NextStep
from supporters.models import Appointment, Contact

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WORDS = {
    NextStep.CALL: _("call"),
    NextStep.CALL_AGAIN: _("call"),
    NextStep.CALL_LATER: _("call"),
    NextStep.ARRANGE: _("call"),
    NextStep.FOLLOW_UP: _("follow-up"),
}
#: What was held, or did not happen, needs no place in a calendar any more.
CANCELLED = (AppointmentState.CANCELLED, AppointmentState.LAPSED)
SHOWN = (AppointmentState.OPEN, *CANCELLED)


def of(user: User) -> Iterator[Entry]:
    """First contacts with their norm, the calls that were agreed, and appointments; in two statements."""
    planned = Contact.objects.open().filter(supporter__user=user, next_step__in=WORDS)
    for pk, next_step, due_at in planned.values_list("pk", "next_step", "due_at"):
        word = WORDS[NextStep(next_step)]
        yield Entry(key=f"contact:{pk}:{next_step}", due_at=due_at, word=word)
    mine = Appointment.objects.filter(contact__supporter__user=user)
    for appointment in _shown(mine):
        yield _entry(appointment, word=_("talk"))


def of_employee(user: User) -> Iterator[Entry]:
    """The own appointments of somebody who is supported."""
    mine = Appointment.objects.filter(contact__offer__involvement__employee=user)
    for appointment in _shown(mine):
        yield _entry(appointment, word=_("Appointment"), is_neutral=True)


def _shown(appointments: QuerySet[Appointment]) -> QuerySet[Appointment]:
    return appointments.filter(state__in=SHOWN).order_by("pk")


def _entry(appointment: Appointment, *, word: "StrOrPromise", is_neutral: bool = False) -> Entry:
    return Entry(
        key=f"appointment:{appointment.pk}",
        due_at=appointment.at,
        word=word,
        begins=True,
        is_neutral=is_neutral,
        sequence=appointment.sequence,
        is_cancelled=appointment.state in CANCELLED,
    )


SOURCE = Source(frozenset({Role.SUPPORTER}), of)
#: Nobody has a calendar because of being supported.
SOURCE_OF_EMPLOYEE = Source(frozenset(), of_employee)
