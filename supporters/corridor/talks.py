"""Talks in passing, without a report: noted, undone for ten minutes, counted, and forgotten after a year.

A row says nothing of who noted it (`CorridorTalk`). Who did holds, for as long as it can be undone, a ticket
in the page that they see: sealed, and kept nowhere here.
"""

import json
from datetime import date, datetime, timedelta
from uuid import UUID

from cryptography.fernet import InvalidToken

from accounts.derived_keys import fernet
from accounts.models import User
from hospital.clock import local_day
from hospital.enums import ProfessionGroup
from incidents.enums import EventType
from supporters.contacts.allowed_steps import UNDO_WITHIN
from supporters.enums import TalkLength
from supporters.models import CorridorTalk

#: So many days ago the talk may have been.
OLDEST = 30
#: So many days later nothing counts it any more.
KEPT_DAYS = 365
_PURPOSE = "supporters.corridor.undo"


class NotedDifferently(Exception):
    """Noted with this key before, with other choices."""


class NotYours(Exception):
    """No ticket that was given to this person."""


class TooLateToUndo(Exception):
    """The ten minutes are over."""


def note(
    *,
    key: UUID,
    day: date,
    profession_group: ProfessionGroup,
    event_type: EventType,
    length: TalkLength,
    at: datetime,
) -> bool:
    """Note a talk, once for each `key`; False when it was noted already. Raises NotedDifferently."""
    chosen = {
        "day": day,
        "profession_group": profession_group,
        "event_type": event_type,
        "length": length,
    }
    talk, noted = CorridorTalk.objects.get_or_create(id=key, defaults={**chosen, "noted_on": local_day(at)})
    if not noted and any(getattr(talk, name) != value for name, value in chosen.items()):
        raise NotedDifferently
    return noted


def undo_ticket(*, key: UUID, by: User, at: datetime) -> str:
    """With it `by` can take back, for ten minutes, the talk noted with `key`."""
    text = json.dumps([str(by.pk), str(key)])
    return fernet(_PURPOSE).encrypt_at_time(text.encode(), int(at.timestamp())).decode()


def undo(ticket: str, *, by: User, at: datetime) -> None:
    """Take back the talk of the ticket; nothing when that is done. Raises NotYours and TooLateToUndo."""
    seal = fernet(_PURPOSE)
    try:
        owner, key = json.loads(seal.decrypt(ticket.encode()))
        noted_at = seal.extract_timestamp(ticket.encode())
    except InvalidToken as wrong:
        raise NotYours from wrong
    if owner != str(by.pk):
        raise NotYours
    if at.timestamp() - noted_at > UNDO_WITHIN.total_seconds():
        raise TooLateToUndo
    CorridorTalk.objects.filter(pk=key).delete()


def forget_old(*, at: datetime) -> int:
    """Delete what is counted nowhere any more; how many."""
    return CorridorTalk.objects.filter(day__lt=local_day(at) - timedelta(days=KEPT_DAYS)).delete()[0]
