"""Who supports, whom with whom not, and what they show of themselves."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from supporters import visible_rows
from supporters.enums import (
    Experience,
    SupporterStatus,
)


class SupporterQuerySet(models.QuerySet["Supporter"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.supporters(user))


class Supporter(models.Model):
    """A trained colleague in the pool.

    `load` counts the open contacts that take capacity and is kept by supporters.contacts.flow and
    matching.assignment; the database refuses one above `capacity`. `last_asked_at` and `rests_until` are
    kept there too, so that matching reads one row for each supporter. `trained_on` and `current_until` follow
    from what was attended, or was taken over by a coordinator (room training, and its trigger here).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="supporter")
    status = models.CharField(max_length=8, choices=SupporterStatus.choices, default=SupporterStatus.ACTIVE)
    trained_on = models.DateField(_("trained on"), null=True, blank=True)
    current_until = models.DateField(_("training valid until"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(_("open contacts at most"), default=3)
    load = models.PositiveSmallIntegerField(default=0)
    last_asked_at = models.DateTimeField(null=True, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)
    absent_from = models.DateField(_("absent from"), null=True, blank=True)
    absent_until = models.DateField(_("absent up to and including"), null=True, blank=True)

    objects = SupporterQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(load__lte=models.F("capacity")),
                name="supporter_within_capacity",
                violation_error_message=_("This supporter has as many open contacts as agreed."),
            ),
            models.CheckConstraint(
                condition=models.Q(absent_from__isnull=True)
                | models.Q(absent_until__isnull=True)
                | models.Q(absent_from__lte=models.F("absent_until")),
                name="supporter_absence_has_length",
                violation_error_message=_("The absence must end after it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(current_until__isnull=True)
                | models.Q(trained_on__isnull=False, current_until__gte=models.F("trained_on")),
                name="supporter_current_once_trained",
                violation_error_message=_("The training is valid until a day after it was given."),
            ),
            models.CheckConstraint(
                condition=~models.Q(status=SupporterStatus.ACTIVE) | models.Q(trained_on__isnull=False),
                name="supporter_active_is_trained",
                violation_error_message=_("Whoever was not trained yet cannot be asked."),
            ),
        )

    def __str__(self) -> str:
        return str(self.user)


class Exclusion(models.Model):
    """These two are never matched. No reason is recorded.

    Written by a supporter who hands back as too close, or an employee who would rather have somebody else. It
    goes with the case and is shown to nobody: it tells who handed back whom. What a coordinator puts there by
    hand is another table (`KeptApart`), so that neither can tell of the other.
    """

    supporter = models.ForeignKey(Supporter, models.CASCADE, related_name="exclusions")
    employee = models.ForeignKey(User, models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["supporter", "employee"], name="exclusion_once"),)
        indexes = (models.Index(fields=["employee"], name="exclusion_of_employee"),)

    def __str__(self) -> str:
        return f"{self.supporter_id} / {self.employee_id}"


class KeptApartQuerySet(models.QuerySet["KeptApart"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.kept_apart(user))


class KeptApart(models.Model):
    """A coordinator's own exclusion list: these two are never matched. No reason is recorded."""

    supporter = models.ForeignKey(Supporter, models.CASCADE, related_name="kept_apart")
    employee = models.ForeignKey(User, models.CASCADE, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = KeptApartQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["supporter", "employee"],
                name="kept_apart_once",
                violation_error_message=_("These two are already on the list."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.supporter_id} / {self.employee_id}"


class ShownAs(models.Model):
    """What a supporter shows of herself to a colleague who chooses, where the policy lets them: no name, and
    from lists. Without a row she is shown to nobody.
    """

    supporter = models.OneToOneField(Supporter, models.CASCADE, primary_key=True, related_name="shown_as")
    profession = models.BooleanField(_("my profession"), default=False)
    department = models.BooleanField(_("my department"), default=False)
    years = models.BooleanField(_("about how long I do this work"), default=False)
    languages = ArrayField(
        models.CharField(max_length=2), verbose_name=_("languages I speak"), default=list, blank=True
    )
    knows = ArrayField(
        models.CharField(max_length=13, choices=Experience.choices),
        verbose_name=_("what I know from experience"),
        default=list,
        blank=True,
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(profession=True)
                | models.Q(department=True)
                | models.Q(years=True)
                | models.Q(languages__len__gt=0)
                | models.Q(knows__len__gt=0),
                name="shown_as_something",
                violation_error_message=_("Say what you show of yourself."),
            ),
            models.CheckConstraint(
                condition=models.Q(knows__contained_by=Experience.values), name="shown_as_knows_in_list"
            ),
        )

    def __str__(self) -> str:
        return str(self.supporter_id)
