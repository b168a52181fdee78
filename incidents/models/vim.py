from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import FileImport, User
from incidents.models import visible_rows


class VimMapping(models.Model):
    """Which column of a VIM system's export means what, kept under the name of that export."""

    name = models.CharField(_("name of the export"), max_length=60)
    columns = models.JSONField(default=dict)  # {"number": "Meldnr.", "occurred_at": "Datum incident", …}

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["name"], name="vim_mapping_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="vim_mapping_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class VimImportQuerySet(models.QuerySet["VimImport"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.vim_imports(user))


class VimImport(FileImport):
    """One uploaded export of a VIM system."""

    mapping = models.ForeignKey(VimMapping, models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    counts = models.JSONField(default=dict)  # {"new": 12, "known": 3, "changed": 1} once it is imported

    objects = VimImportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, content__isnull=False, counts={})
                | Q(finished_at__isnull=False, content__isnull=True),
                name="vim_import_finished_keeps_no_content",
            ),
            models.UniqueConstraint(
                fields=["created_by"], condition=Q(finished_at__isnull=True), name="vim_import_one_open_each"
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_done(self) -> bool:
        return bool(self.counts)
