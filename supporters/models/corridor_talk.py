"""A talk without a report."""

import uuid

from django.db import models

from hospital.enums import ProfessionGroup
from incidents.enums import EventType
from supporters.enums import (
    TalkLength,
)


class CorridorTalk(models.Model):
    """A talk in passing, without a report: a day and three choices, and nobody in it.

    Neither who was listened to nor who listened: on a small ward a supporter's name, with the day and the
    profession, would point at somebody. No moment either, which a line of another table could share; of when
    it was noted only the day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField()
    noted_on = models.DateField()
    profession_group = models.CharField(max_length=12, choices=ProfessionGroup.choices)
    event_type = models.CharField(max_length=20, choices=EventType.choices)
    length = models.CharField(max_length=9, choices=TalkLength.choices)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(length__in=TalkLength.values), name="corridor_talk_length_in_list"
            ),
            models.CheckConstraint(
                condition=models.Q(day__lte=models.F("noted_on")), name="corridor_talk_not_ahead"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
