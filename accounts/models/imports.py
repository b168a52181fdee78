import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import ImportState, NameKind
from accounts.models.user import User
from hospital.enums import ProfessionGroup
from hospital.models import Department, Location, Profession


class FileName(models.Model):
    """What a name in an imported file stands for, as somebody chose it; used again for the next file.

    `source` is "" for the staff file, else the name of a VIM export. `key` is the name as it is compared. A
    profession may stand for a new one in `group`, a department for a new one at `location`; `same_as` is
    another name in the files, that has none itself. Without all of these the name stands for nothing.
    Written by accounts.files.mapped_names.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=60, blank=True, default="")
    kind = models.CharField(max_length=10, choices=NameKind.choices)
    key = models.CharField(max_length=800)
    written = models.CharField(max_length=250)
    location = models.ForeignKey(Location, models.CASCADE, null=True, related_name="+")
    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+")
    profession = models.ForeignKey(Profession, models.CASCADE, null=True, related_name="+")
    group = models.CharField(max_length=20, choices=ProfessionGroup.choices, blank=True, default="")
    same_as = models.CharField(max_length=250, blank=True, default="", db_default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "kind", "key"], name="file_name_once"),)
        ordering = ("kind", "key")

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.written}"


class FileImport(models.Model):
    """One uploaded file, for every import: its content is kept until it is imported, refused or thrown away,
    which it is after a week (accounts.files.uploads).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_done(self) -> bool:
        """Whether it was imported."""
        raise NotImplementedError

    @classmethod
    def locked(cls, pk: uuid.UUID) -> Self:
        """The import, without its file, for this transaction: who taps at the same time waits."""
        return cls._default_manager.select_for_update(no_key=True).defer("content").get(pk=pk)

    @classmethod
    def throw_away(cls, *, at: datetime, **which: Any) -> int:
        """Throw away those, of `which`, that are open; how many."""
        return cls._default_manager.filter(finished_at=None, **which).update(content=None, finished_at=at)


class StaffImport(FileImport):
    """One file with staff; once it is finished only its counts stay.

    Changed by accounts.staff.importing only. `attempts` counts how often a worker began on the present step.
    """

    #: What names people, of one that is finished.
    WIPED: ClassVar[dict[str, Any]] = {"content": None, "preview": {}, "answers": {}}

    is_complete = models.BooleanField(_("everybody is in this file"), default=True)
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    make_missing = models.BooleanField(default=False)
    # Who is who, by employee number: the id of somebody here, or "new" (accounts.staff.same_person).
    answers = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))
    rows_total = models.PositiveIntegerField(default=0)
    preview = models.JSONField(default=dict)  # accounts.staff.plan.preview; the counts alone when finished
    errors = models.JSONField(default=list)  # [{"line": 3, "column": "E-mail", "code": "email_wrong"}]
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            # One file at a time: its preview would be wrong once another is committed.
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(state__in=["waiting", "reading", "preview", "committing"]),
                name="staff_import_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=True, content__isnull=False)
                | models.Q(
                    ~models.Q(preview__has_any_keys=["added", "changed", "leaving", "questions"]),
                    finished_at__isnull=False,
                    content__isnull=True,
                    answers={},
                ),
                name="staff_import_finished_keeps_no_content",
            ),
        )
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"

    @property
    def is_done(self) -> bool:
        return self.state == ImportState.DONE

    @property
    def is_running(self) -> bool:
        return self.state in {ImportState.WAITING, ImportState.READING, ImportState.COMMITTING}

    @classmethod
    def throw_away(cls, *, at: datetime, **which: Any) -> int:
        """Throw away those, of `which`, that are open and not being committed; how many."""
        left = cls.objects.filter(finished_at=None, **which).exclude(state=ImportState.COMMITTING)
        return left.update(state=ImportState.DISCARDED, finished_at=at, **cls.WIPED)
