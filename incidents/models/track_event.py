from collections.abc import Sequence

from django.db import models
from django.db.models import Q

from accounts.models import User
from hospital.models import Department
from incidents.enums import CorrectionReason, Ground, LaterMomentKind, LookedAfter, Step, TrackEventKind
from incidents.models.incident import Incident


def _of_kinds(name: str, kinds: Sequence[str], given: Q) -> models.CheckConstraint:
    """What is `given` stands in a line of each of these `kinds`, and in no other."""
    of = Q(kind__in=kinds)
    return models.CheckConstraint(condition=of & given | ~of & ~given, name=name)


class TrackEvent(models.Model):
    """One line of a calamity's log: what was set or corrected, to which moment, by whom (None: by itself).
    Never changed. What stands in it follows from its kind.
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
    # Where it is about a moment that those involved are told of.
    later = models.CharField(
        max_length=9, choices=LaterMomentKind.choices, blank=True, default="", db_default=""
    )
    # Where it is about what is arranged around it.
    looked_after = models.CharField(
        max_length=15, choices=LookedAfter.choices, blank=True, default="", db_default=""
    )
    # Where it is about another department that is involved.
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (
            _of_kinds("track_event_step", TrackEventKind.of_a_step(), ~Q(step="")),
            _of_kinds("track_event_department", TrackEventKind.of_departments(), Q(department__isnull=False)),
            _of_kinds("track_event_ground", [TrackEventKind.NO_CALAMITY], ~Q(ground="")),
            _of_kinds("track_event_reason", TrackEventKind.with_reason(), ~Q(reason="")),
            _of_kinds("track_event_looked_after", TrackEventKind.of_arrangements(), ~Q(looked_after="")),
            _of_kinds("track_event_later", TrackEventKind.of_later_moments(), ~Q(later="")),
            models.CheckConstraint(
                condition=(Q(moment__isnull=False) | ~Q(kind__in=TrackEventKind.with_moment()))
                & (Q(moment__isnull=True) | ~Q(kind__in=TrackEventKind.without_moment())),
                name="track_event_moment",
            ),
            models.CheckConstraint(
                condition=(Q(previous__isnull=False) | ~Q(kind__in=TrackEventKind.with_previous()))
                & (Q(previous__isnull=True) | ~Q(kind__in=TrackEventKind.without_previous())),
                name="track_event_previous",
            ),
        )
        indexes = (models.Index(fields=["incident", "-at", "-id"], name="track_event_log"),)

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind} {self.step}"

    @property
    def about(self) -> str:
        """Which step, moment or arrangement it is about; empty for what is about the calamity."""
        return str(
            self.get_step_display() or self.get_later_display() or self.get_looked_after_display() or ""
        )
