"""Somebody's own moments, as a calendar shows them: when, and one word. No name, no event, no reference."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, override

from accounts.enums import Role
from accounts.models import User
from notifications.calendar import icalendar

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: How long before its moment an entry begins in the calendar; one that begins at its moment is as long.
LENGTH = timedelta(minutes=30)


@dataclass(frozen=True)
class Entry:
    """Something of one's own that is due at `due_at` (aware), or with `begins` starts then. `key` names it
    for as long as it is the same thing, also when it is moved (`sequence` grows) or cancelled; `word` says
    what it is ("follow-up"), lazily translated. It `lasts` as long as is known. What `is_neutral` says
    nothing else, and leads nowhere.
    """

    key: str
    due_at: datetime
    word: "StrOrPromise"
    begins: bool = False
    is_neutral: bool = False
    sequence: int = 0
    is_cancelled: bool = False
    lasts: timedelta = LENGTH


@dataclass(frozen=True)
class Source:
    """What one room puts in calendars: `entries` yields what is open and one person's own; only people with
    one of `roles` have any.
    """

    roles: frozenset[Role]
    entries: Callable[[User], Iterable[Entry]]


#: Each room adds its own when it starts.
sources: list[Source] = []


def has_moments(user: User) -> bool:
    """Whether anything of this person's could ever stand in a calendar."""
    return any(user.has_role(*source.roles) for source in sources)


def of(user: User, *, at: datetime) -> bytes:
    """The calendar of `user` as iCalendar (RFC 5545), written at `at`, in the user's language."""
    host = urlsplit(settings.SITE_URL).hostname
    with override(user.language):
        events = [
            icalendar.Event(
                uid=f"{_uid(user, entry)}@{host}",
                starts=entry.due_at if entry.begins else entry.due_at - entry.lasts,
                ends=entry.due_at + entry.lasts if entry.begins else entry.due_at,
                summary=_summary(entry),
                sequence=entry.sequence,
                is_cancelled=entry.is_cancelled,
                url="" if entry.is_neutral else f"{settings.SITE_URL}/",
            )
            for source in sources
            for entry in source.entries(user)
        ]
    events.sort(key=lambda event: (event.ends, event.uid))
    return icalendar.calendar(events, name="Peersupport", at=at)


def _summary(entry: Entry) -> str:
    return str(entry.word) if entry.is_neutral else gettext("Peersupport: %(word)s") % {"word": entry.word}


def _uid(user: User, entry: Entry) -> UUID:
    """Of this person alone: two calendars laid side by side must not show what one of them lacks."""
    made = salted_hmac("notifications.calendar", f"{user.pk}:{entry.key}", algorithm="sha256")
    return UUID(bytes=made.digest()[:16])
