from django.db import models
from django.utils.translation import gettext_lazy as _


class ProfessionGroup(models.TextChoices):
    """Related professions: the second step of matching, and the grain of published figures."""

    PHYSICIAN = "physician", _("Physicians")
    RESIDENT = "resident", _("Residents")
    NURSE = "nurse", _("Nurses")
    MIDWIFE = "midwife", _("Midwives")
    THEATRE = "theatre", _("Theatre and anaesthesia staff")
    PARAMEDIC = "paramedic", _("Allied health professionals")
    PHARMACY = "pharmacy", _("Pharmacy and laboratory")
    PSYCHOSOCIAL = "psychosocial", _("Psychosocial care")
    SUPPORT = "support", _("Support services")

    @classmethod
    def physicians(cls) -> frozenset["ProfessionGroup"]:
        """The groups that answer the wish "a physician"."""
        return frozenset({cls.PHYSICIAN, cls.RESIDENT})
