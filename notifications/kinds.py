"""The kinds of reminder. Each app registers its own when it starts, for this app may import none of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from accounts.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Outside:
    """A mail to somebody without an account: made when sent, never stored.

    `text` carries no name and no event either; `link`, if there is one, stands under it on its own line.
    """

    address: str
    language: str
    subject: str
    text: str
    link: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of reminder.

    `line` is what the notice says in the app: what to do, never who or what happened; lazily translated.
    `concerns` is asked when it is sent and when it is opened: is `subject_id` still this user's business, and
    is the reminder still wanted? `user.roles` costs it no query. `concern` answers the same for many (user,
    subject) pairs at once, in their order; give it where hundreds fall due together. `urgent` is mailed at
    night too; `by_mail` False is in-app only. `outside` words the mail to somebody without an account; None
    from it means: no longer wanted.
    """

    code: str
    line: "StrOrPromise"
    concerns: Callable[[User, UUID], bool]
    by_mail: bool = True
    urgent: bool = False
    outside: Callable[[UUID], Outside | None] | None = None
    concern: Callable[[Sequence[tuple[User, UUID]]], Sequence[bool]] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make `kind` known; its code is unique in the house."""
    if kind.code in _kinds:
        raise ValueError(f"The reminder kind {kind.code} is registered twice.")
    _kinds[kind.code] = kind


def get(code: str) -> Kind:
    """The kind with this code; KeyError when no app registered it."""
    return _kinds[code]


def urgent() -> list[str]:
    """The codes of the kinds that are mailed at night too."""
    return [kind.code for kind in _kinds.values() if kind.urgent]


def mailed() -> list[str]:
    """The codes of the kinds that are mailed."""
    return [kind.code for kind in _kinds.values() if kind.by_mail]
