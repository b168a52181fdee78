"""Fields of forms: a day of this century; a list, of days or numbers, in one line; a department."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from hospital.models import Department

if TYPE_CHECKING:  # the class takes no argument when it runs
    ModelChoiceField = forms.ModelChoiceField[Department]
else:
    ModelChoiceField = forms.ModelChoiceField

#: What lies outside is a slip of the pen.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


#: What the framework itself says of a field: here so that the catalog has it, whose words come before the
#: framework's own, which are cold in Dutch.
OF_THE_FRAMEWORK = (
    _("Ensure this value is greater than or equal to %(limit_value)s."),
    _("Ensure this value is less than or equal to %(limit_value)s."),
    _("“%(value)s” is not a valid UUID."),
    _("Enter a valid UUID."),
    _("Enter a whole number."),
    _("Select a valid choice. That choice is not one of the available choices."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    ngettext_lazy(
        "List contains %(show_value)d item, it should contain no more than %(limit_value)d.",
        "List contains %(show_value)d items, it should contain no more than %(limit_value)d.",
        "show_value",
    ),
)


class DayField(forms.DateField):
    """A day from `FIRST_DAY` to `LAST_DAY`, typed or picked."""

    widget = forms.DateInput(
        format="%Y-%m-%d",
        attrs={"type": "date", "min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()},
    )
    default_validators = [
        MinValueValidator(FIRST_DAY, _("This lies before the year 2000. Is the year right?")),
        MaxValueValidator(LAST_DAY, _("This lies after the year 2099. Is the year right?")),
    ]


class ListField(SimpleArrayField):
    """Several values in one line, with commas between, each once; what is wrong is said by its place."""

    default_error_messages = {
        "item_invalid": _("Number %(nth)s of the list:"),
        "twice": _("Number %(nth)s of the list stands there already. Leave one of the two out."),
    }

    def prepare_value(self, value: object) -> object:
        """As its help text writes it, each value as the field of one shows it."""
        if isinstance(value, list):
            return ", ".join(str(self.base_field.widget.format_value(one)) for one in value)
        return value

    def clean(self, value: object) -> list[Any]:
        values = list(super().clean(value))
        for place, one in enumerate(values):
            if one in values[:place]:
                raise forms.ValidationError(self.error_messages["twice"], "twice", {"nth": place + 1})
        return values


class _Names(ModelChoiceIterator):  # type: ignore[type-arg]  # generic for mypy only
    """Key and name of each, in one statement and without an object for each: there are many."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        yield from self.queryset.values_list("pk", "name")


class DepartmentField(ModelChoiceField):
    """A department, by its name."""

    iterator = _Names
