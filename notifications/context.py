"""What the frame around every page shows: the places of this person's roles, and the unread count."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from notifications.models import Notice

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# (url name, label, icon, roles that see it; empty: everybody). At most the first four are shown.
PLACES: tuple[tuple[str, "str | StrPromise", str, frozenset[Role]], ...] = (
    ("support:worklist", _("Support"), "list-check", frozenset({Role.COORDINATOR})),
    ("contacts:list", _("My contacts"), "phone", frozenset({Role.SUPPORTER})),
    ("figures:operations", _("Operations"), "timeline", frozenset({Role.COORDINATOR})),
    ("calamities:list", _("Calamities"), "route", frozenset({Role.CCP, Role.ANALYST, Role.DIRECTOR})),
    ("figures:board", _("Figures"), "chart-bar", frozenset({Role.BOARD, Role.DIRECTOR})),
    ("pool:list", _("Pool"), "users", frozenset({Role.COORDINATOR})),
    ("settings:home", _("Settings"), "settings", frozenset({Role.ADMIN})),
    ("access-log:list", _("Access log"), "shield-check", frozenset({Role.PRIVACY_OFFICER})),
    ("incidents:new", _("Report"), "clipboard-plus", frozenset()),
    ("me", _("My page"), "user", frozenset()),
)


@dataclass(frozen=True)
class Place:
    url: str
    label: str
    icon: str
    current: bool


def frame(request: HttpRequest) -> dict[str, Any]:
    """`frame.places` and `frame.unread` for templates, computed only where a template asks for them."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> dict[str, Any]:
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"places": [], "unread": 0}
    places = []
    for name, label, icon, roles in PLACES:
        if roles and not roles & request.user.roles:
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:  # a room that is not built yet
            continue
        places.append(Place(url, str(label), icon, request.path.startswith(url)))
    return {"places": places[:4], "unread": Notice.objects.visible_to(request.user).unread().count()}
