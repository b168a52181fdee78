"""The notice centre: one's own notices, and the way from each to its thing."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from accounts import by_key
from accounts.models import User
from hospital.clock import local_day
from notifications.models import Notice
from notifications.reminders import failure, kinds, still_concerns

logger = structlog.get_logger(__name__)

PAGE = 50


@dataclass(frozen=True)
class NoticeLine:
    """A notice as it is read: what to do, about which event where that may be said, since when, whether it
    was seen, and in whose place it came.
    """

    id: UUID
    text: str
    about: str
    at: datetime
    is_unread: bool
    instead_of: str


@dataclass(frozen=True)
class NoticeGroup:
    """Notices that say the same and came together, newest first; one alone too. `text` speaks for all."""

    text: str
    lines: Sequence[NoticeLine]

    @property
    def newest(self) -> NoticeLine:
        return self.lines[0]

    @property
    def about(self) -> str:
        """Which event they are about, or how many; empty where none may be said."""
        events = {line.about for line in self.lines} - {""}
        if len(events) == 1:
            return next(iter(events))
        return gettext("%(count)d events") % {"count": len(events)} if events else ""


@dataclass(frozen=True)
class NoticePage:
    """The notices of one page, newest first; `older` is the address of the next page, or empty."""

    groups: Sequence[NoticeGroup]
    older: str

    @property
    def lines(self) -> list[NoticeLine]:
        return [line for group in self.groups for line in group.lines]


class NoticeOpened(Enum):
    """What became of opening a notice."""

    YOURS = "yours"
    NO_LONGER_YOURS = "no longer yours"
    UNKNOWN = "could not be asked"


def page(*, user: User, at: datetime, after: Notice | None = None) -> NoticePage:
    """At most 50 of `user`'s notices, newest first, those after `after`: one statement, and a few for each
    room that says which events they are about. What was settled meanwhile is read from now on.
    """
    found = by_key.cut(
        Notice.objects.visible_to(user).select_related("instead_of"),
        ("-created_at", "-id"),
        size=PAGE,
        behind=(after.created_at, after.id) if after else None,
    )
    _read_settled(found.rows, user, at)
    older = f"{reverse('notices')}?before={found.rows[-1].id}" if found.more_behind else ""
    return NoticePage(_grouped(found.rows, user), older)


def _read_settled(notices: Sequence[Notice], user: User, at: datetime) -> None:
    """What no longer concerns `user` is not new; it told nobody anything."""
    unread = [notice for notice in notices if notice.read_at is None]
    answers = still_concerns.ask([(each.kind, user, each.subject_id) for each in unread])
    settled = [each for each, answer in zip(unread, answers, strict=True) if not answer]
    for notice in settled:
        notice.read_at = at
    if settled:
        Notice.objects.unread().filter(pk__in=[each.pk for each in settled]).update(read_at=at)


def _grouped(notices: Sequence[Notice], user: User) -> list[NoticeGroup]:
    """What was mailed together (delivery.digest) or came on one day stands together, kind by kind."""
    about = _about(notices, user)
    together: dict[tuple[str, bool, UUID | date], list[Notice]] = {}
    for notice in notices:
        mailed = notice.digest_id or local_day(notice.created_at)
        together.setdefault((notice.kind, notice.read_at is None, mailed), []).append(notice)
    return [
        NoticeGroup(
            line_of(kind, count=sum(each.count for each in some)),
            [_line(each, about.get(each.subject_id, "")) for each in some],
        )
        for (kind, _unread, _mailed), some in together.items()
    ]


def _about(notices: Sequence[Notice], user: User) -> dict[UUID, str]:
    """Of which event each thing is: each room is asked once for all of its own."""
    asked: defaultdict[Callable[..., Mapping[UUID, str]], set[UUID]] = defaultdict(set)
    for notice in notices:
        kind = kinds.find(notice.kind)
        if kind and kind.about and notice.subject_id != kinds.MANY:
            asked[kind.about].add(notice.subject_id)
    return {subject: words for ask, things in asked.items() for subject, words in ask(user, things).items()}


def line_of(code: str, *, count: int = 1) -> str:
    """What a notice or a mail of this kind says, about one thing or about `count`."""
    kind = kinds.find(code)
    if kind is None:  # of a kind that an older version knew
        return gettext("There is something for you.")
    if count > 1:
        if kind.bundle:
            return kind.bundle.line % {"count": count}
        return gettext("%(line)s (%(count)d times)") % {"line": kind.line, "count": count}
    return str(kind.line)


def _line(notice: Notice, about: str) -> NoticeLine:
    away = notice.instead_of.name if notice.instead_of else ""
    text = line_of(notice.kind, count=notice.count)
    return NoticeLine(notice.id, text, about, notice.created_at, notice.read_at is None, away)


def open_notice(*, notice: Notice, user: User, at: datetime) -> NoticeOpened:
    """Ask again whether the thing is still this user's business, mark the notice read when that is known."""
    (answer,) = still_concerns.ask([(notice.kind, user, notice.subject_id)])
    if isinstance(answer, Exception):
        logger.error("notice.failed", kind=notice.kind, error=failure.describe(answer))
        return NoticeOpened.UNKNOWN
    mark_read(user=user, at=at, only=[notice.pk])
    return NoticeOpened.YOURS if answer else NoticeOpened.NO_LONGER_YOURS


@transaction.atomic
def mark_read(*, user: User, at: datetime, only: Collection[UUID] | None = None) -> int:
    """Mark the user's unread notices read, or `only` these; how many there were."""
    unread = Notice.objects.visible_to(user).unread()
    if only is not None:
        unread = unread.filter(pk__in=only)
    asking = [kind.code for kind in kinds.registered() if kind.told]
    about = list(unread.filter(kind__in=asking).values_list("kind", "subject_id"))
    count = unread.update(read_at=at)
    kinds.say_told(about, at)
    return count
