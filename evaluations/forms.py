"""The questions of an evaluation, in the order in which they are asked."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.utils import ErrorDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from evaluations.enums import Question
from evaluations.models import EvaluationPolicy
from evaluations.periods import proposed

FEELING = ((0, _("Not at all")), (1, _("Slightly")), (2, _("Moderately")), (3, _("Very much")))
STATEMENT = (
    (1, _("Fully disagree")),
    (2, _("Disagree")),
    (3, _("Neutral")),
    (4, _("Agree")),
    (5, _("Fully agree")),
)
MARK = tuple((mark, str(mark)) for mark in range(11))
RECOMMEND = (("yes", _("Yes")), ("no", _("No")))


class EvaluationForm(forms.Form):
    """Every question may be left open, but for the ticket and at least one answer.

    A feeling is asked twice, before and now, and counts only as a pair.
    """

    ticket = forms.CharField(
        label=_("Your code"),
        max_length=40,
        help_text=_("It stands in the mail with the invitation, four times four characters."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in Question.feelings():
            # The page writes the feeling once above both; the summary of errors names it with each.
            for moment, label in (
                ("before", _("{question}, before the support")),
                ("after", _("{question}, now")),
            ):
                named = format_lazy(label, question=question.label)
                self.fields[f"{question}_{moment}"] = _choice(named, FEELING)
        for question in Question.statements():
            self.fields[question] = _choice(question.label, STATEMENT)
        self.fields[Question.MARK] = _choice(Question.MARK.label, MARK)
        self.fields[Question.RECOMMEND] = _choice(Question.RECOMMEND.label, RECOMMEND)

    def clean(self) -> None:
        for question in Question.feelings():
            before, after = self._pair(question)
            if bool(before) != bool(after):
                open_one = f"{question}_after" if before else f"{question}_before"
                self.add_error(open_one, _("Choose here too, or leave both open."))
        if not set(self.errors) - {"ticket"} and not self.answers:
            raise forms.ValidationError(_("Answer at least one question; the others may stay open."))

    def leave_unjudged(self) -> None:
        """Show what was filled in so far without a word about what is missing."""
        self._errors = ErrorDict()

    @property
    def answers(self) -> dict[str, str]:
        """The answers that were given, by question, as `sealing.seal` takes them."""
        pairs = {question: self._pair(question) for question in Question.feelings()}
        given = {
            question: f"{before}-{after}" for question, (before, after) in pairs.items() if before and after
        }
        single = (*Question.statements(), Question.MARK, Question.RECOMMEND)
        return given | {q: self.cleaned_data[q] for q in single if self.cleaned_data.get(q)}

    def feelings(self) -> Iterator[tuple[str, BoundField, BoundField]]:
        """Label, before and after of each feeling."""
        for question in Question.feelings():
            yield str(question.label), self[f"{question}_before"], self[f"{question}_after"]

    def statements(self) -> list[BoundField]:
        return [self[question] for question in Question.statements()]

    def _pair(self, question: Question) -> tuple[str, str]:
        return (
            self.cleaned_data.get(f"{question}_before", ""),
            self.cleaned_data.get(f"{question}_after", ""),
        )


class EvaluationPolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """How this hospital evaluates."""

    class Meta:
        model = EvaluationPolicy
        fields = (
            "invite_after",
            "valid_days",
            "reminders",
            "reminder_days",
            "release_at_least",
            "period",
        )

    def __init__(self, *args: Any, offers: int, **kwargs: Any) -> None:
        """`offers` of support were made in the past year."""
        super().__init__(*args, **kwargs)
        for name, lowest, highest, help_text in (
            ("invite_after", 0, 60, _("Once a day, by mail. Whose name was erased by then is not invited.")),
            ("valid_days", 7, 90, ""),
            (
                "reminders",
                0,
                2,
                _("To who has not answered, while they are ten or more; else to everybody."),
            ),
            ("reminder_days", 1, 30, ""),
            (
                "release_at_least",
                EvaluationPolicy.LEAST,
                50,
                _("Ten is the least. Fewer wait for the end of the next period."),
            ),
        ):
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label, min_value=lowest, max_value=highest, help_text=help_text
            )
        self.fields["period"].help_text = _period_help(offers)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and cleaned["reminders"] * cleaned["reminder_days"] >= cleaned["valid_days"]:
            self.add_error("reminder_days", _("The last reminder would come when the link is over."))
        return cleaned


def _period_help(offers: int) -> str:
    words = ngettext(
        "%(offers)d offer of support in the past year: %(length)s fits best. The longer, the surer the "
        "figures. A change counts from the next such period that begins after everything published.",
        "%(offers)d offers of support in the past year: %(length)s fits best. The longer, the surer the "
        "figures. A change counts from the next such period that begins after everything published.",
        offers,
    )
    return words % {"offers": offers, "length": proposed(offers).label}


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, required=False)
