import uuid

from django.db import models
from django.db.models import Q

from accounts.models import User


class DisclosureTalk(models.Model):
    """One open talk with patient or next of kin: when it is planned, when it was held, and no content.

    Disclosure is a process and not one moment (UMCG 2019), so a calamity has as many as it takes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey("incidents.Incident", models.CASCADE, related_name="talks")
    planned_for = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(planned_for__isnull=False)
                | Q(held_at__isnull=False)
                | Q(cancelled_at__isnull=False),
                name="talk_planned_or_held",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="talk_not_held_and_called_off",
            ),
            models.UniqueConstraint(
                fields=["incident", "planned_for"],
                condition=Q(held_at__isnull=True, cancelled_at__isnull=True),
                name="talk_planned_once",
            ),
            models.UniqueConstraint(
                fields=["incident", "held_at"],
                condition=Q(held_at__isnull=False),
                name="talk_held_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.incident_id} {self.pk}"


class DisclosureCoach(models.Model):
    """The disclosure coach of a calamity: the clinician may ask one for help first (UMCG 2019).

    Kept is when and by whom one was asked for, and who it is, found when and by whom.
    """

    incident = models.OneToOneField(
        "incidents.Incident", models.CASCADE, primary_key=True, related_name="disclosure_coach"
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    coach = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    found_at = models.DateTimeField(null=True, blank=True)
    found_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(coach__isnull=True, found_at__isnull=True, found_by__isnull=True)
                | Q(coach__isnull=False, found_at__isnull=False, found_by__isnull=False),
                name="coach_found_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return str(self.incident_id)
