from typing import ClassVar

from django.db import models


class Row(models.Model):
    """What the bare page lists: as wide as a row of a worklist, and nothing behind it."""

    due_at = models.DateTimeField(db_index=True)
    name = models.CharField(max_length=100)
    profession = models.CharField(max_length=60)
    department = models.CharField(max_length=60)
    state = models.CharField(max_length=20)

    objects: ClassVar[models.Manager["Row"]] = models.Manager()

    def __str__(self) -> str:
        return self.name
