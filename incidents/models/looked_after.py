import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from incidents.enums import LookedAfter


class TrainedCoach(models.Model):
    """An employee who is trained as a disclosure coach, and may be asked to help with a talk."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.user)


class CareArrangement(models.Model):
    """That something around a calamity is arranged: who looks after patient, family, department, staff and
    hospital (UMCG), who speaks for the hospital and whom the family can call; and on which day patient
    support and the meeting about the case take place, without content.

    Written by incidents.calamities.family_talks.arrangements only; each change is a line in the calamity's
    log. `changed_at` tells one change from the next.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(
        "incidents.Incident", models.CASCADE, related_name="arrangements", db_index=False
    )
    what = models.CharField(max_length=15, choices=LookedAfter.choices)
    employee = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    on = models.DateField(_("on"))
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "what"], name="arrangement_once"),
            models.CheckConstraint(
                condition=Q(what__in=LookedAfter.days(), employee__isnull=True)
                | Q(what__in=LookedAfter.people(), employee__isnull=False)
                | Q(what__in=LookedAfter.five()),
                name="arrangement_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.incident_id} {self.what}"
