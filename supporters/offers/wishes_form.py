"""The form of what an employee wishes of a supporter."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hospital.form_fields import DepartmentField
from hospital.models import Department, Profession
from supporters.models import Offer, Wishes


class WishesForm(forms.Form):
    """Somebody of another department, unless they say so; all of it may be left open."""

    same_department = forms.BooleanField(
        label=gettext_lazy("Somebody from my own department is fine too"), required=False
    )
    physician = forms.BooleanField(label=gettext_lazy("A physician"), required=False)

    def __init__(self, data: Any = None, *, offer: Offer, **kwargs: Any) -> None:
        person, wishes = offer.involvement, getattr(offer, "wishes", None) or Wishes()
        initial = {
            "same_department": not person.wish_other_department,
            "physician": person.wish_physician,
            "profession": wishes.profession_id,
            "from_department": wishes.from_department_id,
            "not_department": wishes.not_department_id,
        }
        super().__init__(data, initial=initial, **kwargs)
        self.fields["profession"] = forms.ModelChoiceField(
            Profession.objects.filter(is_active=True).order_by("name"),
            label=_("Profession"),
            empty_label=_("No wish"),
            required=False,
        )
        departments = Department.objects.filter(is_active=True, location__is_active=True).order_by("name")
        fields = {
            name: DepartmentField(departments, label=label, empty_label=_("No wish"), required=False)
            for name, label in (("from_department", _("From department")), ("not_department", _("Not from")))
        }
        # Read once for both.
        choices = [("", _("No wish")), *departments.values_list("pk", "name")]
        for name, field in fields.items():
            field.choices = choices
            self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("from_department") and data["from_department"] == data.get("not_department"):
            self.add_error("not_department", _("From a department and not from it: choose one of the two."))
        return data

    def wished(self) -> dict[str, Any]:
        """As own_support.change_wishes takes it."""
        data = dict(self.cleaned_data)
        return {"other_department": not data.pop("same_department"), **data}
