"""The forms around questionnaires: loading one, asking it, answering it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from accounts.files.forms import TableField
from evaluations.enums import SurveyKind
from evaluations.models import Survey
from evaluations.questionnaires import Definition


class QuestionnaireFileForm(forms.Form):
    """A questionnaire to load."""

    file = TableField(
        label=_("File with a questionnaire"),
        help_text=_("CSV or XLSX. You see it as it will be asked before it is taken into use."),
    )


class SurveyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """When a questionnaire is asked, and what that is called here."""

    class Meta:
        model = Survey
        fields = ("name", "starts_on", "ends_on", "everybody")
        widgets = {  # as Django wants it
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "name": _("Such as “Surgery, before we start”. Nobody who answers sees it."),
            "ends_on": _("The answers are opened in the night after it, if there are ten or more."),
            "everybody": _(
                "Only then the board reads what it measures: one department does not speak for all."
            ),
        }

    def __init__(self, *args: Any, kind: SurveyKind, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        if kind != SurveyKind.STAFF:
            del self.fields["everybody"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day comes before the first."))
        elif last and last < self.today:
            self.add_error("ends_on", _("This day is over."))
        return cleaned


class SurveyAnswersForm(forms.Form):
    """Every question of a questionnaire; each may be left open, but for one."""

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place, question in enumerate(definition.questions):
            choices = [(answer.value, str(answer.texts)) for answer in definition.scales[question.scale]]
            self.fields[f"q{place}"] = forms.ChoiceField(
                label=str(question.texts), choices=choices, widget=forms.RadioSelect, required=False
            )

    def clean(self) -> None:
        if not self.errors and not self.answers:
            raise forms.ValidationError(_("Answer at least one question; the others may stay open."))

    def leave_unjudged(self) -> None:
        """Show what was filled in so far without a word about what is missing."""
        self._errors = ErrorDict()

    @property
    def answers(self) -> dict[int, str]:
        """The answers that were given, by the place of the question."""
        given = {place: self.cleaned_data.get(f"q{place}") for place in range(len(self.fields))}
        return {place: value for place, value in given.items() if value}

    def questions(self) -> Iterator[tuple[BoundField, str]]:
        """Each question, and how its answers are shown: those of many words under each other."""
        for name in self.fields:
            field = self[name]
            labels = dict(self.fields[name].choices).values()  # type: ignore[attr-defined]  # all have choices
            is_marks = all(str(label).isdigit() for label in labels)
            yield field, "marks" if is_marks else "long"
