"""Who takes part in a meeting."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from training import visible_rows
from training.enums import SeatState
from training.models.meeting import Meeting


class MeetingSeatQuerySet(models.QuerySet["MeetingSeat"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.seats(user))


class MeetingSeat(models.Model):
    """One person at one meeting. `state` is written by training.meetings.seating alone.

    `queued_at` is since when somebody waits, `group` the number of the group of the afternoon. `big_number`
    is typed by the participant for the list of accreditation, and erased a year after the meeting.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="places")
    user = models.ForeignKey(User, models.CASCADE, related_name="seats")
    state = models.CharField(max_length=8, choices=SeatState.choices, default=SeatState.INVITED)
    queued_at = models.DateTimeField(null=True, blank=True)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    group = models.PositiveSmallIntegerField(null=True, blank=True)
    big_number = models.CharField(_("BIG number"), max_length=11, blank=True, default="")

    objects = MeetingSeatQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["meeting", "user"], name="seat_once"),
            models.CheckConstraint(
                condition=models.Q(state=SeatState.WAITING, queued_at__isnull=False)
                | (~models.Q(state=SeatState.WAITING) & models.Q(queued_at__isnull=True)),
                name="seat_waits_since",
            ),
            models.CheckConstraint(
                condition=models.Q(big_number="") | models.Q(big_number__regex=r"^[0-9]{11}$"),
                name="seat_big_number_of_11",
            ),
        )
        indexes = (
            # Who moves up next.
            models.Index(
                fields=["meeting", "queued_at", "id"],
                name="seat_queue",
                condition=models.Q(state=SeatState.WAITING),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
