"""Whether last year's requests would find somebody today."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User
from training import visible_rows


class SimulationQuerySet(models.QuerySet["Simulation"]):
    def visible_to(self, user: User) -> "SimulationQuerySet":
        return self.filter(visible_rows.simulations(user))


class Simulation(models.Model):
    """One run of `training.coverage.simulating`: how far it is, and then what it found, in counts.

    `leaving` are the supporters of whom the coordinator asked what is left without them, and is emptied when
    the run ends: the `result` names professions and departments, and nobody. One that found nothing was
    given up. The newest is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    leaving = ArrayField(models.UUIDField(), default=list)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    objects = SimulationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(finished_at=None), name="simulation_one_running"
            ),
            models.CheckConstraint(
                condition=models.Q(finished_at=None) | models.Q(leaving__len=0),
                name="simulation_finished_names_nobody",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
