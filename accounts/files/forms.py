"""The field for a file, and the form in which somebody says what its unknown names stand for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.enums import NameKind
from accounts.files.mapped_names import Key, NameChoice, Target, Unknown, labels
from accounts.files.spreadsheets import MAX_BYTES
from accounts.files.words import FILE_REASONS
from hospital.enums import ProfessionGroup
from hospital.models import Location

SHOWN = 100  # lines at once; what is chosen is kept, and the next ones follow
LEFT_EMPTY = "nothing"

HEADINGS = {
    NameKind.LOCATION: _("Locations"),
    NameKind.DEPARTMENT: _("Departments"),
    NameKind.PROFESSION: _("Professions"),
}


class TableField(forms.FileField):
    """A file with a table, no larger than is read."""

    widget = forms.FileInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, object]:
        return {**super().widget_attrs(widget), "accept": ".csv,.txt,.tsv,.xlsx"}

    def validate(self, value: "UploadedFile[bytes]") -> None:
        super().validate(value)
        if value and (value.size or 0) > MAX_BYTES:
            raise forms.ValidationError(FILE_REASONS["too_large"])


@dataclass(frozen=True)
class NameLine:
    """An unknown name with its two fields: which one it is, or what becomes of it."""

    unknown: Unknown
    same: BoundField
    other: BoundField | None


@dataclass(frozen=True)
class Section:
    """The lines of one kind; `listed` is the id of the list from which the first field is filled."""

    kind: str
    heading: str
    listed: str
    options: Sequence[str]
    lines: Sequence[NameLine]
    every: BoundField | None


class NamesForm(forms.Form):
    """What each of `unknown` stands for: one line for each. Where new ones can be made (`makes`) an empty
    line means a new one, and other names can be the same as that one.

    A choice that `must` be made may be left for later; it comes again.
    """

    def __init__(self, data: QueryDict | None = None, *, unknown: Sequence[Unknown], makes: bool) -> None:
        super().__init__(data, prefix="names")
        self.makes = makes
        self.unknown = sorted(unknown, key=lambda each: (not each.must, *each.key))[:SHOWN]
        self.left = len(unknown) - len(self.unknown)
        new = sorted(unknown, key=lambda each: each.key) if makes else []
        self.targets: dict[str, Mapping[str, Target]] = {
            kind: {**{each.written: each for each in new if each.kind == kind}, **labels(kind)}
            for kind in {each.kind for each in self.unknown}
        }
        self.by_label = {
            kind: {label.casefold(): target for label, target in targets.items()}
            for kind, targets in self.targets.items()
        }
        for number, each in enumerate(self.unknown):
            self._add(number, each)
        if makes and sum(each.must and each.kind == NameKind.PROFESSION for each in self.unknown) > 1:
            self.fields["every"] = forms.ChoiceField(
                label=_("All of these for which nothing is chosen"),
                required=False,
                choices=[("", _("Choose later")), *ProfessionGroup.choices],
            )

    def _add(self, number: int, unknown: Unknown) -> None:
        listed = {"list": f"names-{unknown.kind}", "autocomplete": "off"}
        self.fields[f"same_{number}"] = forms.CharField(
            label=gettext("The same as"),
            required=False,
            max_length=250,
            widget=forms.TextInput(attrs=listed),
        )
        if others := self._others(unknown):
            self.fields[f"other_{number}"] = forms.ChoiceField(
                label=gettext("Or else"),
                required=False,
                choices=others,
                initial=unknown.proposal,
            )

    def _others(self, unknown: Unknown) -> list[tuple[str, object]]:
        later = ("", gettext("Choose later"))
        if not self.makes:
            return [later, (LEFT_EMPTY, gettext("Leave it empty"))]
        if unknown.kind == NameKind.PROFESSION:
            new = gettext("New")
            groups = [(value, f"{new}: {label}") for value, label in ProfessionGroup.choices]
            return [later if unknown.must else ("", new), *groups]
        if unknown.kind == NameKind.DEPARTMENT and unknown.must:
            new = gettext("New, at %(place)s")
            return [later, *((str(place.pk), new % {"place": place.name}) for place in self.places)]
        return []

    @cached_property
    def places(self) -> list[Location]:
        return list(Location.objects.filter(is_active=True, is_partner=False))

    def clean(self) -> dict[str, object]:
        data = super().clean() or self.cleaned_data
        lines = [(n, each, str(data.get(f"same_{n}") or "").strip()) for n, each in enumerate(self.unknown)]
        moved = {unknown.key for _number, unknown, same in lines if same}
        for number, unknown, same in lines:
            if same and (said := self._why_not(unknown, same, moved)):
                self.add_error(f"same_{number}", said % {"name": same})
        return data

    def _why_not(self, unknown: Unknown, same: str, moved: Collection[Key]) -> str:
        """Why `unknown` cannot be `same`; `moved` are the names that become another one."""
        target = self.by_label[unknown.kind].get(same.casefold())
        if target is None:
            return gettext("There is no “%(name)s” here: choose from the list.")
        if target == unknown:
            return gettext("This is the name itself. Leave it empty, or choose another one.")
        if isinstance(target, Unknown) and target.key in moved:
            return gettext("“%(name)s” becomes another name itself: choose one that stays.")
        return ""

    @property
    def choices(self) -> list[NameChoice]:
        """What was chosen; the form must be valid."""
        found = (self._choice(number, unknown) for number, unknown in enumerate(self.unknown))
        return [choice for choice in found if choice is not None]

    def _choice(self, number: int, unknown: Unknown) -> NameChoice | None:
        same = str(self.cleaned_data.get(f"same_{number}") or "").strip().casefold()
        other = str(self.cleaned_data.get(f"other_{number}") or "")
        if same:
            return NameChoice.of(unknown, self.by_label[unknown.kind][same])
        if other == LEFT_EMPTY:
            return NameChoice(unknown)
        if unknown.kind == NameKind.PROFESSION:
            other = other or (self.cleaned_data.get("every", "") if unknown.must else "")
            return NameChoice(unknown, group=other) if other and other != unknown.proposal else None
        place = next((place for place in self.places if str(place.pk) == other), None)
        return NameChoice(unknown, location=place) if place else None

    @property
    def sections(self) -> list[Section]:
        """The lines by kind."""
        lines = [
            NameLine(each, self[f"same_{n}"], self[f"other_{n}"] if f"other_{n}" in self.fields else None)
            for n, each in enumerate(self.unknown)
        ]
        return [
            Section(
                kind=str(kind),
                heading=str(heading),
                listed=f"names-{kind}",
                options=list(self.targets[kind]),
                lines=[line for line in lines if line.unknown.kind == kind],
                every=self["every"] if kind == NameKind.PROFESSION and "every" in self.fields else None,
            )
            for kind, heading in HEADINGS.items()
            if kind in self.targets
        ]
