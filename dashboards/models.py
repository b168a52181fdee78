import uuid
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Func, Q, Value

from accounts.models import User
from dashboards.tables import VERSION


class ReleaseQuerySet(models.QuerySet["Release"]):
    def shown(self) -> Self:
        """Those whose protection holds for all of them together."""
        return self.filter(version__gte=VERSION)

    def published(self) -> Self:
        """Those that board and directors read."""
        return self.shown().filter(publication__isnull=False)

    def waiting(self) -> Self:
        """Those that are prepared and wait for a coordinator, oldest first."""
        return self.shown().filter(publication=None).order_by("starts_on")


class Release(models.Model):
    """The figures of one closed period as they were drawn: immutable, by a database trigger. Prepared until
    it has a `Publication`.

    `tables` holds every table of the page, already protected (dashboards.bound): page, print, export and
    API read nothing else. `version` says how: those of version 1 (0.1.0) are kept, and not shown any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    starts_on = models.DateField()
    ends_on = models.DateField()  # inclusive
    drawn_at = models.DateTimeField(db_column="published_at")  # as it was called in 0.1.0
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


class Publication(models.Model):
    """That the figures of a release were published: once and for good, by a database trigger."""

    release = models.OneToOneField(Release, models.PROTECT, primary_key=True, related_name="publication")
    at = models.DateTimeField()
    #: None: by itself, as no coordinator had done so in time.
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return str(self.release_id)


class BlockWords(models.Model):
    """What a coordinator wrote beside one block of a page of figures. Only added to: the newest counts, an
    empty one takes the words away, and all together are their history.

    The page is the one with the code `page` ("2026Q3", "2026") whose newest period is that of `release`.
    """

    #: Characters: with so many beside every block a page prints on two sheets. Before, 400 were taken.
    MOST = 200

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(Release, models.PROTECT, related_name="words")
    page = models.CharField(max_length=9)
    block = models.CharField(max_length=20)
    text = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["release", "page", "block", "-id"], name="block_words_newest"),)

    def __str__(self) -> str:
        return f"{self.page} {self.block}"
