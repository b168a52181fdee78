"""Forms of the pool and of the policy of support."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hospital.form_fields import DayField, ListField
from supporters.models import Supporter, SupportPolicy


class TrainedForm(forms.Form):
    """When a new supporter did the training; empty while it is still to come."""

    trained_on = DayField(
        label=gettext_lazy("Trained on"),
        required=False,
        help_text=gettext_lazy("Leave empty if the training is still to come."),
    )


class SupporterForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """Training, absence and capacity of one supporter."""

    class Meta:
        model = Supporter
        fields = ("trained_on", "current_until", "absent_from", "absent_until", "capacity")
        field_classes = dict.fromkeys(
            ("trained_on", "current_until", "absent_from", "absent_until"), DayField
        )
        labels = {
            "absent_from": gettext_lazy("Away from"),
            "absent_until": gettext_lazy("Away up to and including"),
        }

    def clean_capacity(self) -> int:
        capacity: int = self.cleaned_data["capacity"]
        if capacity > 20:
            raise forms.ValidationError(_("More than 20 open contacts is too much for anybody."))
        if capacity < self.instance.load:
            text = _("There are %(load)d open contacts now: not less than that.")
            raise forms.ValidationError(text % {"load": self.instance.load})
        return capacity

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("current_until") and not data.get("trained_on"):
            self.add_error("trained_on", _("Say when the training was."))
        elif data.get("current_until") and data["current_until"] < data["trained_on"]:
            self.add_error("current_until", _("The training is valid until a day after it was given."))
        if data.get("absent_until") and not data.get("absent_from"):
            self.add_error("absent_from", _("Say from which day."))
        return data


class SupportPolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """How this hospital gives support. The defaults are those of the hospitals that went before."""

    follow_up_days = ListField(
        forms.IntegerField(min_value=1, max_value=90),
        label=gettext_lazy("Follow-up after (days)"),
        max_length=4,
        help_text=gettext_lazy("At most four numbers with commas between, the earliest first: 3, 14."),
    )

    class Meta:
        model = SupportPolicy
        fields = (
            "first_contact_hours",
            "accept_working_hours",
            "follow_up_days",
            "max_conversations",
            "capacity",
            "cool_down_days",
            "current_months",
            "same_profession",
            "announce",
            "attempts",
            "attempt_days",
            "attempt_parts",
            "second_offer_days",
            "retention_days",
            "intake_days",
            "unharmed_days",
        )

    #: What is sensible: (least, most).
    LIMITS = {
        "attempts": (1, 10),
        "attempt_days": (1, 5),
        "attempt_parts": (1, 3),
        "second_offer_days": (0, 90),
        "first_contact_hours": (2, 168),
        "accept_working_hours": (1, 40),
        "max_conversations": (1, 10),
        "capacity": (1, 20),
        "cool_down_days": (0, 90),
        "current_months": (1, 60),
        "retention_days": (0, 365),
        "intake_days": (1, 10),
        "unharmed_days": (1, 90),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in self.LIMITS.items():
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label,
                min_value=least,
                max_value=most,
                required=not self.instance._meta.get_field(name).blank,  # noqa: SLF001  # public
            )
        self.fields["unharmed_days"].help_text = _("Leave it empty, and these wait for you as well.")
        self.fields["accept_working_hours"].help_text = _(
            "Sooner where the colleague was promised a call before that."
        )

    def clean_follow_up_days(self) -> list[int]:
        days: list[int] = self.cleaned_data["follow_up_days"]
        if days != sorted(days):
            raise forms.ValidationError(_("The earliest first."))
        return days
