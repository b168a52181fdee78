"""The form in which somebody says who the people of a staff file are, where their number alone does not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.staff.same_person import AS_PROPOSED, NEW
from accounts.staff.words import WHY

SHOWN = 50


class SameForm(forms.Form):
    """Who each person of `questions` is (as plan.preview has them)."""

    def __init__(self, data: QueryDict | None = None, *, questions: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(data, prefix="same")
        self.questions = questions[:SHOWN]
        self.left = len(questions) - len(self.questions)
        for number, question in enumerate(self.questions):
            self.fields[f"who_{number}"] = forms.ChoiceField(
                label=gettext("Who is %(name)s (%(number)s)?") % question,
                help_text=str(WHY[question["why"]]),
                required=not question["proposal"] or not self.left,
                choices=[
                    ("", gettext("Choose")),
                    *((candidate[0], _called(candidate)) for candidate in question["candidates"]),
                    (NEW, gettext("Somebody new")),
                ],
                initial=question["proposal"] if question["why"] == "mail" else "",
            )
        if self.left:
            self.fields["all"] = forms.BooleanField(
                label=_("All others too: the first who is proposed"), required=False
            )

    @property
    def lines(self) -> list[BoundField]:
        return [self[f"who_{number}"] for number in range(len(self.questions))]

    def clean(self) -> dict[str, object]:
        data = super().clean() or self.cleaned_data
        chosen = Counter(value for name, value in data.items() if name.startswith("who_"))
        for name, value in list(data.items()):
            if name.startswith("who_") and value not in {"", NEW} and chosen[value] > 1:
                self.add_error(name, gettext("Two people cannot both be this one."))
        return data

    @property
    def answers(self) -> dict[str, str]:
        """What was chosen, by employee number; the form must be valid."""
        found = {
            question["number"]: self.cleaned_data[f"who_{number}"]
            for number, question in enumerate(self.questions)
            if self.cleaned_data[f"who_{number}"]
        }
        return {**found, AS_PROPOSED: "yes"} if self.cleaned_data.get("all") else found


def _called(candidate: Sequence[str]) -> str:
    """A candidate as the list shows it: name, number, department, profession."""
    return " · ".join(part for part in candidate[1:] if part)
