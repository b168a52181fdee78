"""What somebody leaves open who leaves service, and what becomes of it: said before it happens, by name, to
who decides it, and acted on when it does.

The functional administrator reads no cases. So what is said here is what somebody *does* in the house: a
role, a seat, an analysis, "supports colleagues". That support was *offered to* somebody is said to the
coordinator alone, not even as a number: who chooses the rows of a file could ask about one person at a time.
"""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext

from accounts.enums import Role
from accounts.models import User

ROLE = "role:"

#: Called in the transaction in which people leave service, with who they are. A room in which they leave
#: something open adds itself when the app starts, for this app may not import it.
listeners: list[Callable[[Collection[uuid.UUID], datetime], None]] = []


@dataclass(frozen=True)
class LeftOpen:
    """One kind of what can be left open: `words` say what, and what becomes of it; `who` finds, among people,
    those whom it concerns at a moment, in one statement.
    """

    code: str
    words: str | Promise
    who: Callable[[Collection[uuid.UUID], datetime], Collection[uuid.UUID]]


#: The upper rooms add theirs when the app starts.
kinds: list[LeftOpen] = []
#: What is the same for every file, whoever is in it.
always: list[str | Promise] = []


def left_open(people: Collection[uuid.UUID], *, at: datetime) -> dict[uuid.UUID, list[str]]:
    """What `people` would leave open at `at`, as codes (`in_words`); who leaves nothing is not in it."""
    found: dict[uuid.UUID, list[str]] = {}
    if not people:
        return found
    roles = User.objects.filter(id__in=people, groups__name__in=Role.values)
    for key, role in roles.order_by("groups__name").values_list("id", "groups__name"):
        found.setdefault(key, []).append(f"{ROLE}{role}")
    for kind in kinds:
        for key in kind.who(people, at):
            found.setdefault(key, []).append(kind.code)
    return found


def in_words(code: str) -> str:
    """What a code of `left_open` says; empty for one that no longer exists."""
    if code.startswith(ROLE):
        role = Role(code.removeprefix(ROLE)).label
        return gettext("Has the role “%(role)s”. Nobody takes it over by itself.") % {"role": role}
    return next((str(kind.words) for kind in kinds if kind.code == code), "")
