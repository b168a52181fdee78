"""Whom a batch of reminders reaches, and who of them is mailed: decided for all of it at once, so that the
number of statements does not grow with it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from accounts.models import User
from notifications.delivery import digest
from notifications.enums import Group, HandedOn
from notifications.models import MailOff
from notifications.reminders import kinds, still_concerns
from notifications.reminders.kinds import Kind
from notifications.reminders.stand_ins import StandIns


class Claimed(NamedTuple):
    """What a pass needs of a reminder."""

    id: UUID
    kind: str
    recipient: UUID | None
    role: str
    subject: UUID
    attempts: int


class Addressed(NamedTuple):
    """One reminder and one person it may be for; `instead_of` is who is away."""

    reminder: Claimed
    user: User
    instead_of: UUID | None = None


class ShownTo(NamedTuple):
    """What is written for one person: a notice, and a mail at once or the mail of the day, or neither."""

    reminder: Claimed
    user: UUID
    instead_of: UUID | None
    mailed: bool
    digested: bool


class NobodyToTell(Exception):
    """Nobody in service has the role that a reminder is for, or nobody who may take it up. It waits, and the
    functional administrator hears which role has nobody (failure.nobody_left).
    """


@dataclass(frozen=True)
class Audience:
    """Everybody the reminders of a batch may be for. `substitutes`: of who is away, their id by the id of the
    person away. `failed`: the reminders that have nobody.
    """

    addressed: Sequence[Addressed]
    substitutes: Mapping[UUID, UUID]
    failed: dict[UUID, Exception]


def audience(reminders: Sequence[Claimed], *, at: datetime) -> Audience:
    """Each reminder with everybody it is for, and with the substitutes of those who are away at `at`.

    What was for somebody who left reaches nobody: the rooms in which something stays open tell who takes over
    (accounts.staff.leaving.listeners), in words of their own. News waits for who comes back.
    """
    users = still_concerns.users_with_roles(r.recipient for r in reminders if r.recipient)
    role_of = {r.id: r.role for r in reminders if not r.recipient}
    holders = still_concerns.holders(set(role_of.values())) if role_of else {}
    people = {id_ for ids in holders.values() for id_ in ids} | {
        r.recipient for r in reminders if r.recipient
    }
    stand_ins = StandIns.of(people)
    substitutes = {away: found for away in people if (found := stand_ins.at(away, at))}
    users |= still_concerns.users_with_roles((people | set(substitutes.values())) - users.keys())
    addressed: dict[tuple[UUID, UUID], Addressed] = {}
    failed: dict[UUID, Exception] = {}
    for reminder in reminders:
        role = role_of.get(reminder.id)
        ids = holders[role] if role else _in_service(reminder.recipient, users)
        if role and not ids:
            failed[reminder.id] = NobodyToTell()
        for id_ in ids:
            addressed[reminder.id, id_] = Addressed(reminder, users[id_])
        kind = kinds.find(reminder.kind)
        if kind is not None and kind.is_handed_on:
            for away in substitutes.keys() & set(ids):
                instead = Addressed(reminder, users[substitutes[away]], away)
                addressed.setdefault((reminder.id, instead.user.id), instead)
    return Audience(list(addressed.values()), substitutes, failed)


def by_channel(
    wanted: Sequence[Addressed], substitutes: Mapping[UUID, UUID], *, in_the_morning: bool
) -> list[ShownTo]:
    """What is written for each of `wanted`, all of whom have a right to the thing. `in_the_morning`: what
    comes to a role with a morning of its own (digest.mornings) waits for the mail of the day.

    The mail goes to the substitute in the place of who is away, if that one can be mailed; of a term that
    the law sets, to both.
    """
    off = set(MailOff.objects.filter(user__in={each.user.id for each in wanted}).values_list("user", "group"))

    def reads_mail(user: User, kind: Kind) -> bool:
        return bool(user.email) and (kind.always_mailed or (user.id, kind.group) not in off)

    taken_over = {
        (each.reminder.id, each.user.id)
        for each in wanted
        if reads_mail(each.user, kinds.get(each.reminder.kind))
    }
    told = {(each.reminder.id, each.user.id) for each in wanted}
    stands_in_for: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for away, substitute in substitutes.items():
        stands_in_for[substitute].append(away)
    shown = []
    for reminder, user, own in wanted:
        kind = kinds.get(reminder.kind)
        mailed = kind.by_mail and reads_mail(user, kind)
        instead = substitutes.get(user.id) if kind.is_handed_on and not kind.legal else None
        if instead and (reminder.id, instead) in taken_over:
            mailed = False
        instead_of = own
        if kind.handed_on == HandedOn.IN_PLACE and own is None:
            places = (away for away in stands_in_for[user.id] if (reminder.id, away) in told)
            instead_of = next(places, None)
        waits = in_the_morning and reminder.role in digest.mornings and not kind.always_mailed
        digested = kind.group == Group.NEWS or waits
        shown.append(ShownTo(reminder, user.id, instead_of, mailed and not digested, mailed and digested))
    return shown


def _in_service(recipient: UUID | None, users: Mapping[UUID, User]) -> list[UUID]:
    return [recipient] if recipient and users[recipient].is_active else []
