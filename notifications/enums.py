from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    """What a kind of reminder is to the person who gets it: for each group one chooses whether by mail."""

    WORK = "work", _("Work for me")
    DEADLINES = "deadlines", _("Deadlines")
    NEWS = "news", _("News")


class HandedOn(Enum):
    """What a substitute has of a kind of reminder while somebody is away. Nobody hears of a thing without a
    right to it, substitute or not: that is what `Kind.concerns` says.
    """

    #: Everybody with the task hears of it as it is; the mail goes to the substitute.
    SHARED = "shared"
    #: The substitute stands in the place of who is away, and `Kind.concerns` knows that.
    IN_PLACE = "in place"
    #: It stays with who is away; where it cannot wait, a later rung reaches somebody else.
    STAYS = "stays"
