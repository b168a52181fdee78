"""The places of the house: the navigation, where each role begins, tabs, the parts of the home page.

Each room hangs in its own when it starts (its `places.py`); this one may know none of the others'. `order`
says what stands before what: the rooms agree on it without knowing each other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.enums import Role
from accounts.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Place:
    """A page in the navigation of who has one of `roles`, or everybody: by the name of its address."""

    name: str
    label: "str | StrPromise"
    icon: str
    roles: frozenset[Role]
    order: int


@dataclass(frozen=True)
class Tab:
    """A page beside others under one heading; `code` is what that page calls itself."""

    code: str
    name: str
    label: "str | StrPromise"
    order: int


@dataclass(frozen=True)
class Panel:
    """A part of an employee's home page: `template` is included with what `context` gives for them."""

    template: str
    context: Callable[[User], dict[str, Any]]
    order: int


#: Who has several roles begins at the page of the first that has one; everybody else at home.
_BEGINS_AS = (
    Role.COORDINATOR,
    Role.SUPPORTER,
    Role.CCP,
    Role.ANALYST,
    Role.DIRECTOR,
    Role.BOARD,
    Role.ADMIN,
    Role.PRIVACY_OFFICER,
)

_navigation: list[Place] = []
_first_pages: dict[Role, str] = {}
_tabs: dict[str, list[Tab]] = {}
_panels: list[Panel] = []


def register(
    *,
    navigation: Iterable[Place] = (),
    first_pages: dict[Role, str] | None = None,
    tabs: dict[str, list[Tab]] | None = None,
    panels: Iterable[Panel] = (),
) -> None:
    """What a room hangs in; `tabs` by the heading that they stand under."""
    _navigation.extend(navigation)
    _navigation.sort(key=lambda place: place.order)
    _first_pages.update(first_pages or {})
    for heading, more in (tabs or {}).items():
        _tabs[heading] = sorted([*_tabs.get(heading, []), *more], key=lambda tab: tab.order)
    _panels.extend(panels)
    _panels.sort(key=lambda panel: panel.order)


def navigation_of(user: User) -> list[Place]:
    return [place for place in _navigation if not place.roles or place.roles & user.roles]


def first_page_of(user: User) -> str | None:
    """The name of the page that `user` came for, or None for the home page itself."""
    pages = (_first_pages.get(role) for role in _BEGINS_AS if role in user.roles)
    return next((page for page in pages if page), None)


def tabs_of(heading: str) -> list[Tab]:
    return _tabs[heading]


def panels_for(user: User) -> list[tuple[str, dict[str, Any]]]:
    """The parts of the home page of `user`, in their order."""
    return [(panel.template, panel.context(user)) for panel in _panels]
