import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.enums import LaterMomentKind, LaterMomentWay


class LaterMoment(models.Model):
    """A moment after a calamity that everybody who was involved is told of, whether or not they took up
    support: that they hear what was found, a hearing, attention in the press.

    Written by incidents.calamities.later_moments only; each change is a line in the calamity's log.
    `changed_at` tells one change from the next. It says how and where only where people meet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey("incidents.Incident", models.CASCADE, related_name="later_moments")
    kind = models.CharField(_("what"), max_length=9, choices=LaterMomentKind.choices)
    planned_for = models.DateTimeField()
    way = models.CharField(_("how"), max_length=9, choices=LaterMomentWay.choices, blank=True, default="")
    place = models.CharField(_("where"), max_length=60, blank=True, default="")
    set_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "kind", "planned_for"],
                condition=Q(cancelled_at__isnull=True),
                name="later_moment_once",
                violation_error_message=_("This moment is already listed here."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LaterMomentKind.met()) & ~Q(way="")
                | ~Q(kind__in=LaterMomentKind.met()) & Q(way="", place=""),
                name="later_moment_way_where_people_meet",
            ),
            models.CheckConstraint(
                condition=Q(changed_at__gte=models.F("set_at"))
                & (Q(cancelled_at__isnull=True) | Q(cancelled_at=models.F("changed_at"))),
                name="later_moment_changes_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind}"
