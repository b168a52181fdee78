import uuid
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Func, Q, Value

from dashboards.tables import VERSION


class ReleaseQuerySet(models.QuerySet["Release"]):
    def shown(self) -> Self:
        """Those whose protection holds for all of them together."""
        return self.filter(version__gte=VERSION)


class Release(models.Model):
    """The figures of one closed period as they were published: immutable, by a database trigger.

    `tables` holds every table of the page, already protected (dashboards.bound): page, print, export and
    API read nothing else. `version` says how: those of version 1 (0.1.0) are kept, and not shown any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    starts_on = models.DateField()
    ends_on = models.DateField()  # inclusive
    published_at = models.DateTimeField()
    tables = models.JSONField()
    version = models.PositiveSmallIntegerField(default=VERSION, db_default=1)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["starts_on", "ends_on"], name="release_period_once"),
            models.CheckConstraint(
                condition=Q(starts_on__lte=models.F("ends_on")), name="release_period_has_length"
            ),
            # Nobody is counted in two of them. Those of version 1 were of quarters and of their years.
            ExclusionConstraint(
                name="release_periods_apart",
                expressions=[
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        "&&",
                    )
                ],
                condition=Q(version__gte=VERSION),
            ),
        )
        ordering = ("-starts_on",)

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"
