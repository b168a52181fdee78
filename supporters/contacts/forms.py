"""What can be sent about a contact: choices, dates and numbers, never a word."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.people.telephone_field import TypedTelephoneField
from hospital.clock import Cover, local_day
from hospital.form_fields import DayField
from hospital.moment_words import hours_in_words
from supporters.contacts.wished_parts import in_parts, met
from supporters.enums import (
    ConversationMode,
    EventKind,
    HandBackReason,
    Outcome,
    PartOfDay,
    SupporterStatus,
)
from supporters.models import ReachMe, Supporter
from supporters.pool.forms import AbsenceMixin


class DayForm(forms.Form):
    """A day to come: a number of days ahead (a button), or a date."""

    days = forms.IntegerField(required=False, min_value=1, max_value=365)
    on = DayField(required=False)

    def planned_for(self, now: datetime, *, cover: Cover) -> datetime | None:
        """When calls end on the chosen day, or on the one so many days ahead, or, where nobody calls then, on
        the first day after it that has any; None when none was chosen.
        """
        days: int | None = self.cleaned_data["days"]
        day: date | None = self.cleaned_data["on"]
        if day is None and days is not None:
            day = local_day(now) + timedelta(days=days)
        return cover.close_of(day) if day else None

    def without_cover(self, planned_for: datetime | None) -> date | None:
        """The day that was picked, where another one was planned because nobody calls then."""
        day: date | None = self.cleaned_data["on"]
        return day if day and planned_for and day != local_day(planned_for) else None


class StepForm(forms.Form):
    """One step: `seen` is the id of the last line of the log that the page showed."""

    kind = forms.ChoiceField(choices=EventKind.choices)
    seen = forms.IntegerField()
    mode = forms.ChoiceField(choices=ConversationMode.choices, required=False)
    reason = forms.ChoiceField(choices=HandBackReason.choices, required=False)
    outcome = forms.ChoiceField(choices=Outcome.choices, required=False)

    def step(self) -> dict[str, Any]:
        """As supporters.contacts.flow.record takes it."""
        chosen = self.cleaned_data
        return {
            "kind": EventKind(chosen["kind"]),
            "seen": chosen["seen"],
            "mode": chosen["mode"],
            "reason": chosen["reason"],
            "outcome": chosen["outcome"],
        }


class ReachMeForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for mypy only
    """How somebody would like to be reached: numbers and choices."""

    parts_of_day = forms.MultipleChoiceField(
        label=_("When?"), choices=PartOfDay.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ReachMe
        field_classes = {"telephone": TypedTelephoneField}
        widgets = {"telephone": TypedTelephoneField.widget}
        fields = ("telephone", "email", "parts_of_day", "language", "not_on_ward", "no_voicemail")
        labels = {"telephone": _("Call me on this number"), "email": _("Or mail me at this address")}

    def __init__(self, *args: Any, cover: Cover, **kwargs: Any) -> None:
        """In which parts of the day nobody calls by `cover` is not offered; what was chosen before stays."""
        super().__init__(*args, **kwargs)
        language = self.fields.get("language")
        if isinstance(language, forms.ChoiceField):
            language.choices = [("", _("No preference")), *Language.choices]
        parts, possible = self.fields["parts_of_day"], met(cover)
        assert isinstance(parts, forms.MultipleChoiceField)
        missed = [part for part in self.instance.parts_of_day if part not in possible]
        # The page may have been made while other hours were set.
        sent = parts.widget.value_from_datadict(self.data, self.files, self.add_prefix("parts_of_day"))
        shown = {*possible, *missed, *(sent or ())}
        parts.choices = [choice for choice in PartOfDay.choices if choice[0] in shown]
        if missed:
            words = {"hours": hours_in_words(cover), "when": in_parts(missed)}
            text = gettext(
                "We call %(hours)s: not %(when)s. "
                "Choose another time too, or agree on one when you are called."
            )
            parts.help_text = text % words
        elif len(possible) < len(PartOfDay):
            parts.help_text = gettext("We call %(hours)s.") % {"hours": hours_in_words(cover)}


class UnseenReachMeForm(ReachMeForm):
    """The same for who is not shown what was noted before: an empty field keeps it, unless it is to be
    forgotten.
    """

    forget = forms.BooleanField(label=_("Forget what I noted before"), required=False)

    @property
    def says_nothing(self) -> bool:
        return not any(self.cleaned_data.values())

    def wanted(self) -> dict[str, Any]:
        """As own_support.reach_me takes it: all fields, or those that were filled in."""
        data = dict(self.cleaned_data)
        forget = data.pop("forget")
        return {name: value for name, value in data.items() if forget or value}


class NamelessForm(ReachMeForm):
    """How to reach somebody who does not say who they are: one way at least."""

    class Meta:
        model = ReachMe
        field_classes = {"telephone": TypedTelephoneField}
        widgets = {"telephone": TypedTelephoneField.widget}
        fields = ("telephone", "email", "parts_of_day")
        labels = {"telephone": _("Telephone"), "email": _("E-mail")}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not data.get("telephone") and not data.get("email"):
            self.add_error("telephone", _("Give a telephone number or an e-mail address."))
        return data


class AvailabilityForm(AbsenceMixin, forms.ModelForm):  # type: ignore[type-arg]  # generic for mypy only
    """Whether, when and for how many at a time a supporter can be asked."""

    paused = forms.BooleanField(
        label=_("Don’t ask me for now"),
        required=False,
        help_text=_("Until you take this off again. What you have accepted goes on."),
    )

    class Meta:
        model = Supporter
        fields = ("absent_from", "absent_until", "capacity")
        labels = {"absent_from": _("Away from"), "absent_until": _("up to and including")}
        field_classes = {"absent_from": DayField, "absent_until": DayField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["paused", "absent_from", "absent_until", "capacity"])
        self.fields["paused"].initial = self.instance.status == SupporterStatus.PAUSED
        capacity = self.fields["capacity"]
        capacity.help_text = _("How many colleagues you support at the same time, at most.")
        capacity.widget = forms.NumberInput(attrs={"min": max(1, self.instance.load), "max": 9})

    def clean_capacity(self) -> int:
        capacity: int = self.cleaned_data["capacity"]
        if not max(1, self.instance.load) <= capacity <= 9:
            raise forms.ValidationError(self.bounds(self.instance.load))
        return capacity

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.clean_absence(data)
        return data

    @staticmethod
    def bounds(load: int) -> str:
        """What to say of a capacity that cannot be, for who has `load` open contacts."""
        return _("Between %(load)s, what you have now, and 9.") % {"load": max(1, load)}
