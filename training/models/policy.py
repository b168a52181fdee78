"""How this hospital keeps its pool alive."""

from datetime import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from training.enums import Entry


class TrainingPolicy(models.Model):
    """How supporters are found, trained and kept: one row, kept by the coordinator.

    A training of one day, 9:00–17:00, 12–15 participants, 3–4 trainers of whom one is an actor, groups of 3–4
    in the afternoon; intervision twice a year, at least one a year each (PMC). Competences are valid for five
    years (RESCUE). How long a training is valid, and the norm of coverage, are agreements of the pool
    (`supporters.models.SupportPolicy`).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    entry = models.CharField(
        _("who becomes a supporter"), max_length=11, choices=Entry.choices, default=Entry.NOMINATION
    )
    heads_asked_months = models.PositiveSmallIntegerField(
        _("heads of department are asked whom they would name, every (months)"),
        default=6,
        help_text=_("0 for never."),
    )
    declined_months = models.PositiveSmallIntegerField(
        _("who declined is not asked again for (months)"), default=12
    )
    day_starts = models.TimeField(_("a training day begins at"), default=time(9))
    day_ends = models.TimeField(_("a training day ends at"), default=time(17))
    participants_least = models.PositiveSmallIntegerField(_("participants at least"), default=12)
    participants_most = models.PositiveSmallIntegerField(_("participants at most"), default=15)
    trainers_least = models.PositiveSmallIntegerField(_("trainers at least"), default=3)
    group_size = models.PositiveSmallIntegerField(_("in a group of the afternoon at most"), default=4)
    intervisions_a_year = models.PositiveSmallIntegerField(_("intervisions a year"), default=2)
    attends_a_year = models.PositiveSmallIntegerField(_("of which each attends at least"), default=1)
    warn_days = models.PositiveSmallIntegerField(
        _("first warning before a training is no longer valid (days)"), default=90
    )
    warn_again_days = models.PositiveSmallIntegerField(_("second warning (days before)"), default=30)
    competence_years = models.PositiveSmallIntegerField(_("competences are valid for (years)"), default=5)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="training_policy_one_row"),
            models.CheckConstraint(
                condition=models.Q(day_starts__lt=models.F("day_ends")),
                name="training_policy_day_has_length",
                violation_error_message=_("The day must end after it begins."),
            ),
            models.CheckConstraint(
                condition=models.Q(participants_least__lte=models.F("participants_most")),
                name="training_policy_least_below_most",
                violation_error_message=_("At least cannot be more than at most."),
            ),
            models.CheckConstraint(
                condition=models.Q(attends_a_year__lte=models.F("intervisions_a_year")),
                name="training_policy_attends_what_is_held",
                violation_error_message=_("Nobody attends more intervisions than there are."),
            ),
            models.CheckConstraint(
                condition=models.Q(warn_again_days__lt=models.F("warn_days")),
                name="training_policy_warns_twice",
                violation_error_message=_("The second warning comes after the first."),
            ),
        )

    def __str__(self) -> str:
        return "policy of training"

    @classmethod
    def current(cls) -> "TrainingPolicy":
        """The policy in force; where none was set the defaults, not stored: reading must not write."""
        return cls.objects.filter(id=1).first() or cls()
