"""Where this room stands in the frame around the pages, and how the access log calls its pages and things."""

from django.utils.translation import gettext_lazy as _

from accounts.access_log import words
from accounts.pages import places
from accounts.pages.places import Tab


def register() -> None:
    places.register(
        tabs={"pool": [Tab("evaluation", "evaluation-policy", _("Evaluation"), 40)]},
    )
    words.add(
        words={"questionnaire": _("questionnaire")},
        places={
            "evaluation-policy": _("settings of the evaluation"),
            "questionnaires": _("questionnaires"),
        },
    )
