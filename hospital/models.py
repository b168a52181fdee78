from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from hospital.clock import OfficeHours


class WorkingHours(models.Model):
    """When the hospital's offices work: one row. Every term in working days or hours follows it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    starts = models.TimeField(_("working day starts"), default=time(8))
    ends = models.TimeField(_("working day ends"), default=OfficeHours().ends)
    decreed_days = ArrayField(
        models.DateField(), verbose_name=_("extra days off by decree"), default=list, blank=True
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="working_hours_one_row"),
            models.CheckConstraint(
                condition=models.Q(starts__lt=models.F("ends")),
                name="working_day_has_length",
                violation_error_message=_("The working day must end after it starts."),
            ),
        )

    def __str__(self) -> str:
        return "working hours"

    @classmethod
    def current(cls) -> "WorkingHours":
        """The hours in force; made with the defaults on first use."""
        return cls.objects.get_or_create(id=1)[0]

    @property
    def office(self) -> OfficeHours:
        """These hours and days, to compute with."""
        return OfficeHours(self.starts, self.ends, frozenset(self.decreed_days))
