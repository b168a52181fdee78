"""Where this room stands in the frame around the pages, and how the access log calls its pages and things."""

from django.utils.translation import gettext_lazy as _

from accounts.access_log import words
from accounts.enums import Role
from accounts.pages import places
from accounts.pages.places import Panel, Place, Tab
from training.meetings import own_seats
from training.nominations import for_home


def register() -> None:
    places.register(
        navigation=[Place("training:mine", _("My training"), "school", frozenset({Role.SUPPORTER}), 25)],
        tabs={
            "pool": [
                Tab("meetings", "training:list", _("Training days"), 15),
                Tab("candidates", "training:candidates", _("Candidates"), 17),
                Tab("coverage", "training:coverage", _("Coverage"), 20),
                Tab("training-policy", "training:policy", _("Training"), 35),
            ],
            "add-supporters": [Tab("add", "training:add", _("Add supporters"), 10)],
        },
        panels=[
            Panel("training/meetings/_own_seats.html", own_seats.for_home, 20),
            Panel("training/nominations/_for_home.html", for_home.of, 40),
        ],
    )
    words.add(
        words={"meeting": _("training day"), "candidate": _("candidate for peer supporter")},
        places={
            "training:candidates": _("candidates"),
            "training:policy": _("settings of training"),
            "training:meeting": _("training day"),
        },
    )
