"""Where this room stands in the frame around every page, and its tabs of the settings."""

from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.pages import places
from accounts.pages.places import Place, Tab


def register() -> None:
    places.register(
        navigation=[
            Place("settings:home", _("Settings"), "settings", frozenset({Role.ADMIN}), 80),
            Place("access-log:list", _("Access log"), "shield-check", frozenset({Role.PRIVACY_OFFICER}), 90),
        ],
        first_pages={Role.ADMIN: "settings:home", Role.PRIVACY_OFFICER: "access-log:list"},
        tabs={
            "settings": [
                Tab("home", "settings:home", _("Overview"), 10),
                Tab("hospital", "settings:hospital", _("Name and logo"), 20),
                Tab("people", "settings:people", _("People"), 30),
                Tab("confirmations", "confirmations", _("Confirmations"), 40),
                Tab("staff-import", "settings:staff-import", _("Staff import"), 50),
                Tab("departments", "settings:departments", _("Departments"), 60),
                Tab("locations", "settings:locations", _("Locations"), 70),
                Tab("professions", "settings:professions", _("Professions"), 80),
                Tab("hours", "settings:hours", _("Working hours and days off"), 90),
            ]
        },
    )
