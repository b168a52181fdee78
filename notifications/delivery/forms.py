"""The forms of how somebody is told, and of when people are mailed."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.people.person_field import PersonChoiceField
from hospital.form_fields import DayField
from notifications.enums import Group
from notifications.models import Absence, DeliveryPolicy
from notifications.reminders import announcing_absence

EVERYBODY = Q()
#: An absence that ends later is a slip of the pen.
LONGEST_AWAY = timedelta(days=366)


class MailForm(forms.Form):
    """Which groups come by mail."""

    work = forms.BooleanField(
        label=_("Work for me"),
        required=False,
        help_text=_("What is waiting for you: somebody to call, to assign, or to decide about."),
    )
    deadlines = forms.BooleanField(
        label=_("Deadlines"),
        required=False,
        help_text=_("What is due soon or overdue. Legal deadlines are always mailed."),
    )
    news = forms.BooleanField(
        label=_("News, in one mail a day"),
        required=False,
        help_text=_("What you need not act on: one mail in the morning of working days, with only numbers."),
    )

    def groups(self) -> list[Group]:
        return [group for group in Group if self.cleaned_data[group.value]]


class AbsenceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django itself is not generic
    """From when until when `user` is away, and who is told meanwhile."""

    class Meta:
        model = Absence
        fields = ("first_day", "last_day", "substitute")
        field_classes = {"first_day": DayField, "last_day": DayField}

    def __init__(self, data: Any = None, *, user: User, among: Q = EVERYBODY) -> None:
        """`among`: to whom of those who could stand in it is narrowed."""
        announced = Absence.objects.filter(user=user).first()
        super().__init__(data, instance=announced or Absence(user=user))
        self.fields["substitute"] = PersonChoiceField(
            announcing_absence.candidates(user).filter(among),
            label=gettext("Substitute"),
            help_text=gettext("Colleagues who have the same task as you."),
            empty_label=gettext("Choose a colleague"),
        )

    def clean_last_day(self) -> date:
        last_day: date = self.cleaned_data["last_day"]
        if last_day < timezone.localdate():
            raise forms.ValidationError(gettext("This day is in the past."))
        if last_day > timezone.localdate() + LONGEST_AWAY:
            raise forms.ValidationError(gettext("More than a year ahead. Is the year right?"))
        return last_day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"first_day", "last_day", "substitute"} <= data.keys() and data["first_day"] <= data["last_day"]:
            planned = Absence(user=self.instance.user, **data)
            theirs = announcing_absence.substitute_away(planned)
            if theirs and announcing_absence.somebody_is_there(
                planned.user, planned.first_day, planned.last_day
            ):
                text = gettext("%(name)s is away too, from %(first)s to %(last)s. Choose somebody else.")
                days = (date_format(day, "j F Y") for day in (theirs.first_day, theirs.last_day))
                named = {"name": theirs.user.name, **dict(zip(("first", "last"), days, strict=True))}
                self.add_error("substitute", text % named)
        return data


class DeliveryPolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django itself is not generic
    """When people are mailed."""

    class Meta:
        model = DeliveryPolicy
        fields = ("quiet_from", "quiet_until", "quiet_weekends", "digest_at")
        help_texts = {
            "quiet_until": _(
                "The same time twice means: mail at any hour. What cannot wait is mailed at once."
            ),
            "quiet_weekends": _("Legal deadlines are mailed at weekends too."),
            "digest_at": _("News goes into one mail a person, on working days."),
        }
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("quiet_from", "quiet_until", "digest_at")
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"quiet_from", "quiet_until", "digest_at"} <= data.keys():
            policy = DeliveryPolicy(quiet_from=data["quiet_from"], quiet_until=data["quiet_until"])
            if policy.quiet_hours.covers(data["digest_at"]):
                self.add_error("digest_at", gettext("Choose a time at which mail may arrive."))
        return data
