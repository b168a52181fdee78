"""How far the message is to somebody who was not told yet that a colleague will call
(supporters.contacts.announcing).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from hospital.moment_words import at_moment
from incidents.models import Involvement
from notifications.delivery import mail_hours
from notifications.models import DeliveryPolicy, Mail, Reminder
from notifications.reminders import kinds
from supporters.contacts.announcing import ANNOUNCED, can_be_told, key_of


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """`leaves`: when the mail does, None where none is ready; `fails`: the mail server did not take it yet;
    `in_app`: a notice waits that they did not read, and no mail of it leaves: they want none of such.
    `by_mail`: one can reach them. `number`: where they can be called; `left`: they are no longer employed.
    """

    leaves: datetime | None = None
    fails: bool = False
    in_app: bool = False
    by_mail: bool = True
    number: str = ""
    left: bool = False

    def words(self, *, now: datetime) -> str:
        """For the coordinator."""
        if self.leaves:
            return _leaving(self.leaves, fails=self.fails, now=now)
        if self.in_app:
            return _("A notice waits in the app, not read yet; no mail leaves for it.")
        if self.by_mail:
            return _("They hear it as soon as a supporter is asked.")
        return self.by_hand()

    def by_hand(self) -> str:
        """How to reach whom no mail reaches, for the coordinator."""
        if self.left:
            return _("No message reaches them: no longer employed.")
        if self.number:
            return _("No mail reaches them: they hear it by telephone.")
        return _("No number and no address: reach them through the ward.")


def _leaving(leaves: datetime, *, fails: bool, now: datetime) -> str:
    if fails:
        return _("A message is ready. The mail server has not taken it yet; it is tried again.")
    if leaves <= now:
        return _("A message is on its way.")
    return _("A message is ready and leaves %(when)s.") % {"when": at_moment(leaves, now=now)}


def of(people: Collection[UUID], *, at: datetime) -> dict[UUID, OnItsWay]:
    """Of each of `people` (ids of involvements, none of them told) who is not erased: three statements."""
    if not people:
        return {}
    rows = Involvement.objects.filter(pk__in=people, erased_at=None).select_related("employee")
    involved = {row.pk: row for row in rows}
    names = {key_of(pk): pk for pk in involved}
    noticed = {names[row["key"]]: row for row in _REMINDERS.filter(key__in=names)}
    keys = names | {
        f"{row['pk']}:{involved[pk].employee_id}": pk for pk, row in noticed.items() if row["done_at"]
    }
    mails = {keys[mail.key]: mail for mail in Mail.objects.waiting().filter(key__in=keys)}
    mailed_at = mail_hours.mailed_at(kinds.get(ANNOUNCED), at=at, policy=DeliveryPolicy.current())
    return {pk: _one(row, noticed.get(pk), mails.get(pk), at, mailed_at) for pk, row in involved.items()}


#: The reminders that tell, with the mail that speaks for several, where it waits.
_REMINDERS = Reminder.objects.filter(cancelled_at=None).values(
    *("pk", "key", "done_at", "notices__read_at", "notices__digest__due_at", "notices__digest__attempts"),
    *("notices__digest__sent_at", "notices__digest__dropped_at"),
)


def _one(person: Involvement, noticed: Any, mail: Mail | None, at: datetime, mailed_at: datetime) -> OnItsWay:
    number, left = person.telephone_now, person.employee is not None and not person.employee.is_active
    if not can_be_told(person):
        return OnItsWay(by_mail=False, number=number, left=left)
    if mail:
        return OnItsWay(leaves=max(mail.due_at, mailed_at), fails=mail.attempts > 0)
    if noticed is None:
        return OnItsWay()
    if noticed["done_at"] is None:
        return OnItsWay(leaves=mailed_at)
    due_at, gone = noticed["notices__digest__due_at"], noticed["notices__digest__sent_at"]
    if due_at and not gone and not noticed["notices__digest__dropped_at"]:
        leaves = due_at if due_at > at else mailed_at
        return OnItsWay(leaves=leaves, fails=noticed["notices__digest__attempts"] > 0)
    return OnItsWay(in_app=True)
