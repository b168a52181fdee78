"""The terms after a calamity, as the functional administrator keeps them."""

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

from incidents.models import Policy


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django itself is not generic
    """New terms hold for calamities reported from now on: running ones keep what was frozen on them."""

    decreed_holidays = SimpleArrayField(
        forms.DateField(input_formats=["%d-%m-%Y", "%Y-%m-%d"]),
        label=_("Extra days off by decree"),
        required=False,
        help_text=_(
            "Days that a yearly decree puts on a par with holidays, like 31-12-2026, with commas between."
        ),
    )

    class Meta:
        model = Policy
        fields = (
            *("igj_days", "support_days", "analysis_days", "feedback_days", "final_report_days"),
            *("igj_working_days", "establish_weeks", "final_report_weeks", "work_starts", "work_ends"),
            *("decreed_holidays", "company_doctor", "social_work", "chaplain"),
        )
        widgets = {
            **{
                name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
                for name in ("work_starts", "work_ends")
            },
            **{
                name: forms.TextInput(attrs={"type": "tel"})
                for name in ("company_doctor", "social_work", "chaplain")
            },
        }
