from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.TextChoices):
    """How somebody becomes a supporter (PMC: named by colleagues; EMC: by applying)."""

    NOMINATION = "nomination", _("colleagues name them")
    APPLICATION = "application", _("they apply themselves")
    BOTH = "both", _("both")
