"""The moments of a talk with patient or next of kin, in local time."""

from datetime import datetime

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from incidents.calamities.forms.steps import MomentForm
from incidents.clocks.moment_field import LocalMomentField, as_typed


class PlannedMomentField(LocalMomentField):
    """A local date and time that is still to come, as an aware moment in UTC."""

    default_error_messages = {
        "past": _("This moment has passed already."),
        "far": _("This is more than a year ahead."),
    }

    def __init__(self, *, at: datetime, label: str) -> None:
        super().__init__(at=at, to_come=True, label=label)
        self.widget.attrs["min"] = as_typed(at)

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value is not None and value <= self.at:
            raise forms.ValidationError(self.error_messages["past"], code="past")


class PlanForm(MomentForm):
    """When a talk is planned; `seen` is what it was when the page was made."""

    def __init__(
        self, data: QueryDict | None, *, prefix: str, label: str, at: datetime, current: datetime | None
    ) -> None:
        super().__init__(data, prefix=prefix, label=label, at=at, current=current)
        self.fields["moment"] = PlannedMomentField(label=label, at=at)
        if current is None:
            self.initial["moment"] = None
