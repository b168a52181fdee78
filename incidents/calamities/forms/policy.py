"""The terms after a calamity and the ladder of reminders, as the functional administrator keeps them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.people.telephone_field import TypedTelephoneField
from hospital.form_fields import ListField
from incidents.calamities.milestones import AFTER_ANALYSIS
from incidents.enums import Moment, Step
from incidents.models import Policy
from incidents.models.policy import LAW

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: The hospital's own numbers.
NUMBERS = ("company_doctor", "social_work", "chaplain")

#: The headings of the page, and what stands under each.
PARTS: "tuple[tuple[StrPromise, tuple[str, ...]], ...]" = (
    (
        _("The hospital’s own terms"),
        (
            "director_hours",
            "igj_days",
            "support_days",
            "analysis_days",
            "feedback_days",
            "final_report_days",
        ),
    ),
    (
        _("Legal deadlines"),
        ("igj_working_days", "establish_weeks", "final_report_weeks"),
    ),
    (_("Our own clocks run from the moment that"), tuple(f"{step}_starts" for step in Step.track())),
    (_("A new calamity"), ("duty_deputy_minutes", "duty_all_minutes")),
    (_("Reminders of each step"), ("remind_hours", "late_committee_hours", "late_director_hours")),
    (_("Own numbers on the page with help"), NUMBERS),
)

#: Who stands higher on the ladder, after whom.
LADDER = (("late_director_hours", "late_committee_hours"), ("duty_all_minutes", "duty_deputy_minutes"))

#: What is sensible: (least, most), in the unit of the field.
LIMITS = {
    "director_hours": (0, 24),
    "igj_days": (0, 14),
    "support_days": (1, 14),
    "analysis_days": (1, 180),
    "feedback_days": (1, 180),
    "final_report_days": (1, 180),
    **LAW,
    "duty_deputy_minutes": (5, 1440),
    "duty_all_minutes": (5, 2880),
    "late_committee_hours": (0, 168),
    "late_director_hours": (1, 336),
}


class CalamityPolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django itself is not generic
    """New terms hold for calamities reported from now on: running ones keep what was frozen on them."""

    remind_hours = ListField(
        forms.IntegerField(min_value=1, max_value=1000),
        label=_("Remind before the term ends (hours)"),
        max_length=4,
        help_text=_(
            "At most four numbers with commas between, like 72, 4. What lies before the start of a term is "
            "left out."
        ),
    )

    class Meta:
        model = Policy
        fields = tuple(name for _title, names in PARTS for name in names)
        field_classes = dict.fromkeys(NUMBERS, TypedTelephoneField)
        widgets = dict.fromkeys(NUMBERS, TypedTelephoneField.widget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in LIMITS.items():
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label, min_value=least, max_value=most
            )

    def clean_remind_hours(self) -> list[int]:
        hours: list[int] = self.cleaned_data["remind_hours"]
        return sorted(hours, reverse=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        order = list(Moment)
        starts = data.get("analysis_starts")
        for step in AFTER_ANALYSIS:
            begins = data.get(f"{step}_starts")
            if starts and begins and order.index(begins) < order.index(starts):
                text = gettext("This would let it fall due before the analysis, which starts later.")
                self.add_error(f"{step}_starts", text)
            days, most = data.get(f"{step}_days"), data.get("analysis_days")
            if days is not None and most is not None and days < most:
                text = gettext("This is before the analysis is due, after %(days)d days.") % {"days": most}
                self.add_error(f"{step}_days", text)
        for later, sooner in LADDER:
            first, second = data.get(sooner), data.get(later)
            if first is not None and second is not None and second < first:
                text = gettext("Who stands higher on the ladder is told later, not sooner.")
                self.add_error(later, text)
        return data

    def parts(self) -> "Iterator[tuple[StrPromise, list[forms.BoundField]]]":
        """The headings with their fields."""
        for title, names in PARTS:
            yield title, [self[name] for name in names]
