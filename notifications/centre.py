"""The notice centre: one's own notices, and the way from each to its thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

import structlog
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from notifications import failure, kinds, rights
from notifications.models import Notice

logger = structlog.get_logger(__name__)

PAGE = 50


@dataclass(frozen=True)
class Line:
    """A notice as it is read: what to do, since when, whether it was seen, and in whose place it came."""

    id: UUID
    text: str
    at: datetime
    is_unread: bool
    instead_of: str


@dataclass(frozen=True)
class Page:
    """The notices of one page, newest first; `older` is the address of the next page, or empty."""

    lines: Sequence[Line]
    older: str


class Opened(Enum):
    """What became of opening a notice."""

    YOURS = "yours"
    NO_LONGER_YOURS = "no longer yours"
    UNKNOWN = "could not be asked"


def page(*, user: User, after: Notice | None = None) -> Page:
    """At most 50 of `user`'s notices, newest first, those after `after`; one statement."""
    notices = Notice.objects.visible_to(user).select_related("instead_of").order_by("-created_at", "-id")
    if after:
        notices = notices.filter(created_at__lte=after.created_at).filter(
            Q(created_at__lt=after.created_at) | Q(id__lt=after.id)
        )
    found = list(notices[: PAGE + 1])
    lines = [_line(notice) for notice in found[:PAGE]]
    older = f"{reverse('notices')}?before={found[PAGE - 1].id}" if len(found) > PAGE else ""
    return Page(lines, older)


def line_of(code: str, *, count: int = 1) -> str:
    """What a notice or a mail of this kind says, about one thing or about `count`."""
    kind = kinds.find(code)
    if kind is None:  # of a kind that an older version knew
        return gettext("There is something for you.")
    if count > 1 and kind.bundle:
        return kind.bundle.line % {"count": count}
    return str(kind.line)


def _line(notice: Notice) -> Line:
    away = notice.instead_of.name if notice.instead_of else ""
    text = line_of(notice.kind, count=notice.count)
    return Line(notice.id, text, notice.created_at, notice.read_at is None, away)


def open_notice(*, notice: Notice, user: User, at: datetime) -> Opened:
    """Ask again whether the thing is still this user's business, mark the notice read when that is known."""
    (answer,) = rights.ask([(notice.kind, user, notice.subject_id)])
    if isinstance(answer, Exception):
        logger.error("notice.failed", kind=notice.kind, error=failure.describe(answer))
        return Opened.UNKNOWN
    mark_read(user=user, at=at, only=notice)
    return Opened.YOURS if answer else Opened.NO_LONGER_YOURS


def mark_read(*, user: User, at: datetime, only: Notice | None = None) -> int:
    """Mark the user's unread notices read, or `only` this one; how many there were."""
    unread = Notice.objects.visible_to(user).unread()
    if only:
        unread = unread.filter(pk=only.pk)
    return unread.update(read_at=at)
