import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hospital.models import Department
from incidents.models.incident import Incident


class Alignment(models.Model):
    """Another department that a calamity concerns, and when its head confirmed to be aligned (UMCG: step 2).

    Written by calamities.alignment. `confirmed_by` is the head, or who of the committee recorded it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="alignments")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("department"))
    named_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "department"],
                condition=Q(dropped_at__isnull=True),
                name="alignment_once",
                violation_error_message=_("This department has already been named."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="alignment_confirmed_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.department_id}"
