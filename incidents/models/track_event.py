from django.db import models

from accounts.models import User
from hospital.models import Department
from incidents.enums import CorrectionReason, Ground, Step, TrackEventKind
from incidents.models.incident import Incident


class TrackEvent(models.Model):
    """One line of a calamity's log: what was set or corrected, to which moment, by whom (None: by itself).
    Never changed.
    """

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="track_events")
    kind = models.CharField(max_length=22, choices=TrackEventKind.choices)
    step = models.CharField(max_length=14, choices=Step.choices, blank=True, default="")
    moment = models.DateTimeField(null=True, blank=True)
    previous = models.DateTimeField(null=True, blank=True)
    # Where it was found to be no calamity.
    ground = models.CharField(max_length=10, choices=Ground.choices, blank=True, default="", db_default="")
    # Where a moment was corrected.
    reason = models.CharField(
        max_length=8, choices=CorrectionReason.choices, blank=True, default="", db_default=""
    )
    # Where it is about another department that is involved.
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["incident", "-at", "-id"], name="track_event_log"),)

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind} {self.step}"
