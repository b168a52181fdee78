"""That a disclosure coach is asked for, and found; registered when the app starts."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from incidents.calamities.notice_words import reference_of
from incidents.models import DisclosureCoach
from notifications.enums import HandedOn
from notifications.models import Reminder
from notifications.reminders import kinds, reconcile
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import cancel, remind, reminder

COACH_ASKED = "incidents.coach_asked"
COACH_FOUND = "incidents.coach_found"


def register() -> None:
    """Make known to `notifications` the kinds, and what must be there each night."""
    for kind in (
        Kind(
            code=COACH_ASKED,
            line=_("A disclosure coach is asked for."),
            concerns=_is_sought,
            event=kinds.itself,
            about=reference_of,
        ),
        Kind(
            code=COACH_FOUND,
            line=_("A disclosure coach was found."),
            concerns=_asked_for_it,
            about=reference_of,
            handed_on=HandedOn.STAYS,
            event=kinds.itself,
        ),
    ):
        kinds.register(kind)
    reconcile.expectations.append(expected)


def tell_asked(row: DisclosureCoach) -> None:
    """The committee looks for a coach."""
    remind([_asked(row)])


def tell_found(row: DisclosureCoach, at: datetime) -> None:
    """Who asked hears that there is one, unless it is the same person who found it."""
    cancel(subject_id=row.pk, at=at, kinds=[COACH_ASKED])
    if row.asked_by == row.found_by:
        return
    remind(
        [
            reminder(
                key=f"{COACH_FOUND}:{row.pk}:{at:%Y%m%dT%H%M%S}",
                kind=COACH_FOUND,
                due_at=at,
                subject_id=row.pk,
                url=_url(row),
                recipient=row.asked_by,
            )
        ]
    )


def expected(at: datetime) -> Iterable[Reminder]:
    """Every coach that is still sought, for the nightly search for what is missing."""
    return map(_asked, DisclosureCoach.objects.filter(coach=None).select_related("incident"))


def _asked(row: DisclosureCoach) -> Reminder:
    return reminder(
        key=f"{COACH_ASKED}:{row.pk}",
        kind=COACH_ASKED,
        due_at=row.asked_at,
        subject_id=row.pk,
        url=_url(row),
        role=Role.CCP,
    )


def _url(row: DisclosureCoach) -> str:
    return reverse("calamities:disclosure", args=[row.incident.reference])


def _is_sought(user: User, incident_id: UUID) -> bool:
    return (
        user.has_role(Role.CCP) and DisclosureCoach.objects.filter(incident=incident_id, coach=None).exists()
    )


def _asked_for_it(user: User, incident_id: UUID) -> bool:
    return DisclosureCoach.objects.filter(incident=incident_id, asked_by=user, coach__isnull=False).exists()
