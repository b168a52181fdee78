"""Days on which supporters are trained, or meet for intervision."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from training import visible_rows
from training.enums import CORE, Competence, MeetingKind, MeetingState, Theme


def core_competences() -> list[str]:
    """What a training day gives, if nothing else is said."""
    return [str(one) for one in CORE]


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.meetings(user))


class Meeting(models.Model):
    """A training day or an intervision.

    `taken` counts the seats of those who take part and is kept by training.meetings.seating; the database
    refuses one above `seats`. What is called off stays, and the meeting in its place `replaces` it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("what"), max_length=11, choices=MeetingKind.choices)
    theme = models.CharField(_("theme"), max_length=10, choices=Theme.choices, blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(_("place"), max_length=100)
    seats = models.PositiveSmallIntegerField(_("seats"))
    taken = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=9, choices=MeetingState.choices, default=MeetingState.PLANNED)
    competences = ArrayField(
        models.CharField(max_length=5, choices=Competence.choices),
        verbose_name=_("competences"),
        default=core_competences,
        blank=True,
    )
    points = models.PositiveSmallIntegerField(_("accreditation points"), default=0)
    accreditation = models.CharField(_("accreditation number"), max_length=40, blank=True, default="")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(taken__lte=models.F("seats")), name="meeting_within_seats"
            ),
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="meeting_has_length"
            ),
            models.CheckConstraint(
                condition=models.Q(competences__contained_by=Competence.values),
                name="meeting_competences_in_list",
            ),
            models.CheckConstraint(
                condition=models.Q(theme="") | models.Q(kind=MeetingKind.INTERVISION, theme__in=Theme.values),
                name="meeting_theme_of_intervision",
            ),
            models.UniqueConstraint(
                fields=["kind", "starts_at", "place"],
                condition=~models.Q(state=MeetingState.CANCELLED),
                name="meeting_once",
            ),
        )
        indexes = (models.Index(fields=["-starts_at", "-id"], name="meeting_newest"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d}"

    @property
    def free(self) -> int:
        """Seats that nobody has."""
        return self.seats - self.taken

    @property
    def is_planned(self) -> bool:
        return self.state == MeetingState.PLANNED

    @property
    def is_training(self) -> bool:
        return self.kind == MeetingKind.TRAINING


class Trainer(models.Model):
    """Who leads a meeting; `acts`: plays the colleague with whom participants practise. Often from outside,
    so a name and no account.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="trainers")
    name = models.CharField(_("name"), max_length=150)
    acts = models.BooleanField(_("is an actor"), default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["meeting", "name"], name="trainer_once"),)

    def __str__(self) -> str:
        return self.name


class Material(models.Model):
    """What participants read before or after, where it lies."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="materials")
    title = models.CharField(_("title"), max_length=100)
    url = models.URLField(_("address"), max_length=300)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["meeting", "url"], name="material_once"),)

    def __str__(self) -> str:
        return self.title
