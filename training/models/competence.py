"""What supporters are able to do, and who was trained elsewhere."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from training import visible_rows
from training.enums import Competence
from training.models.meeting import Meeting


class CompetenceHeldQuerySet(models.QuerySet["CompetenceHeld"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.competences(user))


class CompetenceHeld(models.Model):
    """A competence that somebody has from `since` up to and including `until`, by a `meeting` that was
    attended; without one it was taken over from elsewhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="competences")
    competence = models.CharField(max_length=5, choices=Competence.choices)
    since = models.DateField()
    until = models.DateField()
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CompetenceHeldQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "competence", "since"], name="competence_once"),
            models.CheckConstraint(
                condition=models.Q(competence__in=Competence.values), name="competence_in_list"
            ),
            models.CheckConstraint(
                condition=models.Q(since__lt=models.F("until")), name="competence_has_length"
            ),
        )

    def __str__(self) -> str:
        return self.competence


class TakenOverQuerySet(models.QuerySet["TakenOver"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.competences(user))


class TakenOver(models.Model):
    """A coordinator says by name that somebody was trained elsewhere.

    Besides an attended training day this alone lets the database take a day on which a supporter was trained
    (trigger `supporter_was_trained`). Without `by` it was noted before anybody had to say so.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="taken_over")
    trained_on = models.DateField(_("trained on"))
    competences = ArrayField(
        models.CharField(max_length=5, choices=Competence.choices), default=list, blank=True
    )
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    objects = TakenOverQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "trained_on"], name="taken_over_once"),
            models.CheckConstraint(
                condition=models.Q(competences__contained_by=Competence.values),
                name="taken_over_competences_in_list",
            ),
        )

    def __str__(self) -> str:
        return str(self.trained_on)
