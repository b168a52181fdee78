"""Where this room stands in the frame around the pages, and how the access log calls its pages and things."""

from django.utils.translation import gettext_lazy as _

from accounts.access_log import words
from accounts.pages import places
from accounts.pages.places import Tab


def register() -> None:
    places.register(
        tabs={
            "pool": [
                Tab("coverage", "training:coverage", _("Coverage"), 20),
                Tab("training-policy", "training:policy", _("Training"), 35),
            ]
        },
    )
    words.add(words={}, places={"training:policy": _("settings of training")})
