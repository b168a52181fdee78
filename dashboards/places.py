"""Where this room stands in the frame around every page."""

from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.pages import places
from accounts.pages.places import Place


def register() -> None:
    places.register(
        navigation=[
            Place("figures:operations", _("Operations"), "timeline", frozenset({Role.COORDINATOR}), 30),
            Place("figures:board", _("Figures"), "chart-bar", frozenset({Role.BOARD, Role.DIRECTOR}), 60),
        ],
        first_pages={Role.BOARD: "figures:board"},
    )
