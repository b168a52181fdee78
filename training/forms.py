from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from training.models import TrainingPolicy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: The headings of the page, and what stands under each.
PARTS: "tuple[tuple[StrPromise, tuple[str, ...]], ...]" = (
    (gettext_lazy("Who becomes a supporter"), ("entry", "heads_asked_months", "declined_months")),
    (
        gettext_lazy("Training days"),
        (
            *("day_starts", "day_ends", "participants_least", "participants_most"),
            *("trainers_least", "group_size"),
        ),
    ),
    (
        gettext_lazy("Intervision"),
        ("intervisions_a_year", "attends_a_year", "warn_days", "warn_again_days", "competence_years"),
    ),
)


class TrainingPolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """How supporters are found, trained and kept; the defaults are those of hospitals that went before."""

    class Meta:
        model = TrainingPolicy
        fields = tuple(name for _title, names in PARTS for name in names)
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("day_starts", "day_ends")
        }

    #: What is sensible: (least, most).
    LIMITS = {
        "heads_asked_months": (0, 24),
        "declined_months": (0, 60),
        "participants_least": (1, 60),
        "participants_most": (1, 60),
        "trainers_least": (1, 10),
        "group_size": (2, 12),
        "intervisions_a_year": (0, 12),
        "attends_a_year": (0, 12),
        "warn_days": (1, 365),
        "warn_again_days": (1, 365),
        "competence_years": (1, 10),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in self.LIMITS.items():
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label,
                help_text=self.fields[name].help_text,
                min_value=least,
                max_value=most,
            )

    def parts(self) -> "Iterator[tuple[StrPromise, list[forms.BoundField]]]":
        """The headings with their fields."""
        for title, names in PARTS:
            yield title, [self[name] for name in names]
