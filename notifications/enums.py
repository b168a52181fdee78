from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    """What a kind of reminder is to the person who gets it: for each group one chooses whether by mail."""

    WORK = "work", _("Work for me")
    DEADLINES = "deadlines", _("Deadlines")
    NEWS = "news", _("News")
