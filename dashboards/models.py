import uuid

from django.db import models


class Release(models.Model):
    """The figures of one closed period as they were published: immutable, by a database trigger.

    `tables` holds every table of the page, already protected (dashboards.blurring): page, print, export and
    API read nothing else.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    starts_on = models.DateField()
    ends_on = models.DateField()  # inclusive
    published_at = models.DateTimeField()
    tables = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["starts_on", "ends_on"], name="release_period_once"),
            models.CheckConstraint(
                condition=models.Q(starts_on__lte=models.F("ends_on")), name="release_period_has_length"
            ),
        )
        ordering = ("-starts_on",)

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"
