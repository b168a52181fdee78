"""The kinds of reminder. Each app registers its own when it starts, for this app may import none of them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from accounts.models import User
from notifications.enums import Group, HandedOn

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Outside:
    """A mail to somebody without an account: made when sent, never stored.

    `text` carries no name and no event either; `link`, if there is one, stands under it on its own line.
    """

    address: str
    language: str
    text: str
    link: str = ""


#: Stands for the subject of a notice about several things of one kind (`Bundle`).
MANY = UUID(int=0)


@dataclass(frozen=True)
class Bundle:
    """What several reminders of one kind say together, when they reach a person in the same pass.

    `line` takes the count (``ngettext_lazy("%(count)d …", "%(count)d …", "count")``), `page` is the name of
    the page that lists the things. `concerns`: is one of them still this user's business?
    """

    line: "StrOrPromise"
    page: str
    concerns: Callable[[User], bool]


@dataclass(frozen=True)
class Kind:
    """One kind of reminder.

    `line` is what the notice says in the app: what to do, never who or what happened; lazily translated.
    `concerns` is asked when it is sent and when it is opened: is `subject_id` still this user's business, and
    is the reminder still wanted? `user.roles` costs it no query. `concern` answers the same for many (user,
    subject) pairs at once, in their order; give it where hundreds fall due together. `urgent` is mailed at
    night too; `by_mail` False is in-app only. `outside` words the mail to somebody without an account; None
    from it means: no longer wanted. `told` hears of which subject somebody was told, and when: its mail was
    handed to the mail server, alone or with others, or its notice was read; it may hear more than once.

    `group` is what it is to its reader, who may do without mail for a group; `legal` (a term that the law
    sets) and `urgent` are mailed all the same. `bundle` words several at once. `digest`, for news alone, is
    what the one mail of the day says of so many, without name or event
    (``ngettext_lazy("%(count)d …", "%(count)d …", "count")``). `handed_on` is what a substitute has of
    it while somebody is away. Raises ValueError when these contradict.

    `event` gives for subjects the events that they are part of, for what comes to somebody by a role: who is
    put aside for an event is told nothing of it (still_concerns.put_aside). None: it is one's own, or of no
    event. `about` says to a user, in the app only, of which events the things are: of many at once, leaving
    out what the user may not see.
    """

    code: str
    line: "StrOrPromise"
    concerns: Callable[[User, UUID], bool]
    by_mail: bool = True
    urgent: bool = False
    outside: Callable[[UUID], Outside | None] | None = None
    told: Callable[[UUID, datetime], None] | None = None
    concern: Callable[[Sequence[tuple[User, UUID]]], Sequence[bool]] | None = None
    group: Group = Group.WORK
    legal: bool = False
    bundle: Bundle | None = None
    digest: "StrOrPromise | None" = None
    handed_on: HandedOn = HandedOn.SHARED
    event: Callable[[Collection[UUID]], Mapping[UUID, UUID]] | None = None
    about: Callable[[User, Collection[UUID]], Mapping[UUID, str]] | None = None

    def __post_init__(self) -> None:
        if (self.digest is not None) != (self.group == Group.NEWS):
            raise ValueError(f"{self.code}: what is news, and only that, goes into the daily mail.")
        if self.digest is not None and self.always_mailed:
            raise ValueError(f"{self.code}: what cannot wait is no news.")
        if self.legal and self.group != Group.DEADLINES:
            raise ValueError(f"{self.code}: a term of the law is a deadline.")

    @property
    def is_handed_on(self) -> bool:
        """Whether a substitute gets any of it: news waits for who comes back."""
        return self.handed_on != HandedOn.STAYS and self.group != Group.NEWS

    @property
    def always_mailed(self) -> bool:
        """Whether nobody may do without the mail."""
        return self.legal or self.urgent


def itself(subjects: Collection[UUID]) -> Mapping[UUID, UUID]:
    """For kinds whose subject is the event."""
    return {subject: subject for subject in subjects}


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make `kind` known; its code is unique in the house."""
    if kind.code in _kinds:
        raise ValueError(f"The reminder kind {kind.code} is registered twice.")
    _kinds[kind.code] = kind


def get(code: str) -> Kind:
    """The kind with this code; KeyError when no app registered it."""
    return _kinds[code]


def find(code: str) -> Kind | None:
    """The kind with this code, or None: of an older version, or of nobody."""
    return _kinds.get(code)


def registered() -> list[Kind]:
    """Every kind, in the order of registration."""
    return list(_kinds.values())


def say_told(about: Iterable[tuple[str, UUID]], at: datetime) -> None:
    """Somebody was told of these subjects, each with the code of its kind: the kinds that ask hear it."""
    for code, subject in about:
        kind = find(code)
        if kind and kind.told and subject != MANY:
            kind.told(subject, at)
