"""The two forms of importing an export: the file, and what its columns mean."""

from collections.abc import Mapping, Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.files.columns import Columns
from accounts.files.forms import TableField
from incidents.vim.columns import FIELDS, REQUIRED

NAME = "name"


class FileForm(forms.Form):
    """An export to upload."""

    file = TableField(
        label=_("Export of the VIM system"),
        help_text=_("CSV or XLSX, as the system gives it. Nothing is imported before you have seen it."),
    )


class MappingForm(forms.Form):
    """Which column means what, and under which name that is kept."""

    name = forms.CharField(
        label=_("Name of this export"),
        max_length=60,
        help_text=_(
            "The name of the system. Numbers are known within it, and the columns are kept under it."
        ),
    )

    def __init__(
        self, data: QueryDict | None = None, *, header: Sequence[str], initial: Mapping[str, str]
    ) -> None:
        super().__init__(data, initial=dict(initial))
        named = [(word, word) for word in dict.fromkeys(header) if word]
        for field, label in FIELDS.items():
            needed = field in REQUIRED
            self.fields[f"column_{field}"] = forms.ChoiceField(
                label=label,
                required=needed,
                choices=[("", gettext("Choose") if needed else gettext("Not in this file")), *named],
            )
        self.header = tuple(header)

    @classmethod
    def values(cls, name: str, columns: Columns) -> dict[str, str]:
        """The initial values of this form."""
        return {NAME: name, **{f"column_{field}": word for field, word in columns.of.items()}}

    def clean(self) -> dict[str, object]:
        data = super().clean() or self.cleaned_data
        taken: dict[str, str] = {}
        for field in FIELDS:
            word = data.get(f"column_{field}")
            if word and taken.setdefault(word, field) != field:
                self.add_error(f"column_{field}", gettext("This column has already been chosen."))
        return data

    @property
    def columns(self) -> Columns:
        """What was chosen; the form must be valid."""
        chosen = {field: self.cleaned_data[f"column_{field}"] for field in FIELDS}
        return Columns(self.header, {field: word for field, word in chosen.items() if word})
