"""What stands on the first page. Other apps hang their panel in when they start; this one may import none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.enums import Role
from accounts.models import User

#: The page one came for, by role; who has several roles lands on the first that fits. Everybody else stays
#: at home.
LANDING = (
    (Role.COORDINATOR, "support:worklist"),
    (Role.SUPPORTER, "contacts:list"),
    (Role.CCP, "calamities:list"),
    (Role.ANALYST, "calamities:analyses"),
    (Role.DIRECTOR, "calamities:list"),
    (Role.BOARD, "figures:board"),
    (Role.ADMIN, "settings:home"),
    (Role.PRIVACY_OFFICER, "access-log:list"),
)


@dataclass(frozen=True)
class Panel:
    """A part of the employee's home page: `template` is included with what `context` gives for the employee;
    `first`, above the choices, what somebody must not miss.
    """

    template: str
    context: Callable[[User], dict[str, Any]]
    first: bool = False


#: Shown on the home page, in this order.
panels: list[Panel] = []

#: Within how many hours a colleague calls who asks for support: added by the room whose policy that is.
calls_within: list[Callable[[], int]] = []


def landing(user: User) -> str | None:
    """The name of the page that `user` came for, or None for the home page itself."""
    return next((page for role, page in LANDING if role in user.roles), None)
