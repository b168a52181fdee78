"""What support reminds people of; registered when the app starts."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.enums import Role
from accounts.models import User
from incidents.calamities import put_aside
from notifications.enums import Group
from notifications.reminders import kinds, reconcile
from notifications.reminders.kinds import Bundle, Kind
from supporters.contacts import (
    analyst_conflict,
    announcing,
    event_parts,
    involved_conflict,
    reminders,
    supporter_left,
)
from supporters.contacts.appointments import told_employee
from supporters.contacts.notice_words import event_of
from supporters.enums import Waiting
from supporters.intake import reminders as intake_reminders
from supporters.models import Offer
from supporters.offers import desk, employee_left, told_later

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

SOMEBODY_WAITS = "support.somebody_waits"
ASSIGNMENT_LATE = "support.assignment_late"

Pairs = Sequence[tuple[User, UUID]]


def _waiting(field: str) -> Callable[[Pairs], list[bool]]:
    """Of coordinators: does an offer with this `field` still wait for a supporter?"""

    def concern(pairs: Pairs) -> list[bool]:
        offers = Offer.objects.open().filter(waiting_for=Waiting.ASSIGNMENT)
        found = offers.filter(**{f"{field}__in": {pk for _user, pk in pairs}})
        waiting = set(found.values_list(field, flat=True))
        return [user.has_role(Role.COORDINATOR) and pk in waiting for user, pk in pairs]

    return concern


def _somebody_waits(user: User) -> bool:
    offers = Offer.objects.visible_to(user).open().filter(waiting_for=Waiting.ASSIGNMENT)
    return user.has_role(Role.COORDINATOR) and offers.exists()


def _kind(code: str, line: "StrPromise", field: str, many: "StrPromise", group: Group) -> Kind:
    concern = _waiting(field)
    return Kind(
        code=code,
        line=line,
        concerns=lambda user, pk: concern([(user, pk)])[0],
        concern=concern,
        group=group,
        event=kinds.itself if field == "incident_id" else event_parts.of_offers,
        about=event_of,
        # An import of reports brings fifty at once.
        bundle=Bundle(line=many, page="support:worklist", concerns=_somebody_waits),
    )


KINDS = (
    _kind(
        SOMEBODY_WAITS,
        _("Somebody is waiting for a supporter."),
        "incident_id",
        ngettext_lazy(
            "%(count)d time somebody came to wait for a supporter.",
            "%(count)d times somebody came to wait for a supporter.",
            "count",
        ),
        Group.WORK,
    ),
    _kind(
        ASSIGNMENT_LATE,
        _("Somebody is still waiting for a supporter."),
        "id",
        ngettext_lazy(
            "%(count)d person still waits for a supporter.",
            "%(count)d people still wait for a supporter.",
            "count",
        ),
        Group.DEADLINES,
    ),
)


def register() -> None:
    """Make known to `notifications` the kinds, and what must be there each night."""
    for kind in (
        *reminders.KINDS,
        *announcing.KINDS,
        *told_employee.KINDS,
        *intake_reminders.KINDS,
        analyst_conflict.KIND,
        involved_conflict.KIND,
        supporter_left.KIND,
        employee_left.KIND,
        *told_later.KINDS,
        *desk.KINDS,
        *KINDS,
    ):
        kinds.register(kind)
    put_aside.parts.append(event_parts.of_event)
    reconcile.expectations += [
        reminders.expected,
        announcing.expected,
        analyst_conflict.expected,
        involved_conflict.expected,
        supporter_left.expected,
        employee_left.expected,
        told_later.expected,
    ]
