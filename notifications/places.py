"""Where this room stands in the frame around the pages, and how the access log calls its pages and things."""

from django.utils.translation import gettext_lazy as _

from accounts.access_log import words
from accounts.pages import places
from accounts.pages.places import Tab


def register() -> None:
    places.register(
        tabs={
            "settings": [
                Tab("reminders", "reminder-policy", _("Mail and quiet hours"), 130),
                Tab("delivery", "delivery", _("Delivery"), 140),
            ]
        },
    )
    words.add(
        words={
            "delivery": _("delivery of messages"),
        },
        places={
            "delivery": _("delivery of messages"),
            "reminder-policy": _("settings of mail"),
        },
    )
