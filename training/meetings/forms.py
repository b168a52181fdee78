"""Forms of training days and intervisions."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hospital.clock import SkippedHourError, local_day, local_moment, may_be_planned, on_the_wall
from hospital.form_fields import DayField
from training.enums import CORE, Competence, MeetingKind, Theme
from training.models import Material, Meeting, Trainer, TrainingPolicy

#: An intervision takes half a day.
HALF_A_DAY = timedelta(hours=4)


class DateForm(forms.Form):
    """A day with its hours, in local time, and where."""

    day = DayField(label=gettext_lazy("Day"))
    starts = forms.TimeField(
        label=gettext_lazy("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=gettext_lazy("Until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=100)

    def __init__(self, data: Any = None, *, at: datetime, **kwargs: Any) -> None:
        self.at = at
        super().__init__(data, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        day, starts, ends = (data.get(name) for name in ("day", "starts", "ends"))
        if day and starts and ends:
            self._read_moments(data, day, starts, ends)
        return data

    def _read_moments(self, data: dict[str, Any], day: date, starts: time, ends: time) -> None:
        if starts >= ends:
            self.add_error("ends", _("The day must end after it begins."))
            return
        try:
            data["starts_at"] = local_moment(datetime.combine(day, starts))
            data["ends_at"] = local_moment(datetime.combine(day, ends))
        except SkippedHourError:
            self.add_error("starts", _("The clock goes forward in this night: that hour does not exist."))
            return
        if not may_be_planned(data["starts_at"], at=self.at):
            self.add_error("day", _("Choose a day that is still to come, within a year."))

    def moments(self) -> dict[str, Any]:
        """As training.meetings.planning takes them."""
        return {name: self.cleaned_data[name] for name in ("starts_at", "ends_at", "place")}


class CallOffForm(DateForm):
    """The new date, asked for at once; or that there is none yet."""

    no_date = forms.BooleanField(
        label=gettext_lazy("There is no new date yet"),
        required=False,
        help_text=gettext_lazy("Then everybody only hears that it is called off."),
    )

    def __init__(self, data: Any = None, *, meeting: Meeting, at: datetime) -> None:
        starts, ends = on_the_wall(meeting.starts_at), on_the_wall(meeting.ends_at)
        initial = {"starts": starts.time(), "ends": ends.time(), "place": meeting.place}
        super().__init__(data, at=at, initial=initial)
        if self.is_bound and self.data.get("no_date"):
            for field in ("day", "starts", "ends", "place"):
                self.fields[field].required = False

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("no_date"):
            self.errors.clear()
            return self.cleaned_data
        return super().clean()

    def new(self) -> dict[str, Any] | None:
        """The new date, or None."""
        return None if self.cleaned_data["no_date"] else self.moments()


class DetailsForm(forms.Form):
    """What can be changed of a meeting once it is planned."""

    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"), choices=[("", gettext_lazy("Free")), *Theme.choices], required=False
    )
    seats = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=60)
    competences = forms.MultipleChoiceField(
        label=gettext_lazy("Competences that it gives"),
        choices=Competence.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    points = forms.IntegerField(
        label=gettext_lazy("Accreditation points"), min_value=0, max_value=40, initial=0
    )
    accreditation = forms.CharField(label=gettext_lazy("Accreditation number"), max_length=40, required=False)

    def details(self) -> dict[str, Any]:
        """As the fields of a meeting."""
        names = ("theme", "seats", "competences", "points", "accreditation")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class PlanMeetingForm(DetailsForm, DateForm):
    """A new meeting of one kind, with the hours and seats of the policy."""

    field_order = ("day", "starts", "ends", "place", "theme", "seats")

    def __init__(self, data: Any = None, *, kind: MeetingKind, at: datetime) -> None:
        policy = TrainingPolicy.current()
        initial: dict[str, Any] = {"starts": policy.day_starts, "seats": policy.participants_most}
        if kind == MeetingKind.TRAINING:
            initial |= {"ends": policy.day_ends, "competences": Meeting().competences}
        else:
            starts = datetime.combine(date.min, policy.day_starts)
            initial["ends"] = (starts + HALF_A_DAY).time()
        self.kind = kind
        super().__init__(data, at=at, initial=initial)
        _settle(self, kind)

    def meeting(self) -> Meeting:
        """What is planned, not saved."""
        return Meeting(kind=self.kind, **self.moments(), **self.details())


class ChangeMeetingForm(DetailsForm):
    """What is changed of a meeting that is planned."""

    place = forms.CharField(label=gettext_lazy("Place"), max_length=100)
    field_order = ("place", "theme", "seats")

    def __init__(self, data: Any = None, *, meeting: Meeting) -> None:
        names = ("place", "theme", "seats", "competences", "points", "accreditation")
        super().__init__(data, initial={name: getattr(meeting, name) for name in names})
        _settle(self, MeetingKind(meeting.kind))

    def wanted(self) -> dict[str, Any]:
        """As training.meetings.planning takes it."""
        return {"place": self.cleaned_data["place"], **self.details()}


def _settle(form: DetailsForm, kind: MeetingKind) -> None:
    """A training day has no theme; competences are said in the language of who reads."""
    if kind == MeetingKind.TRAINING:
        del form.fields["theme"]
    _say_competences(form)


def _say_competences(form: forms.Form) -> None:
    """With their codes."""
    competences = form.fields["competences"]
    assert isinstance(competences, forms.MultipleChoiceField)
    competences.choices = [(one.value, f"{one.value} {one.label}") for one in Competence]


class TrainerForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """Who leads a meeting."""

    class Meta:
        model = Trainer
        fields = ("name", "acts")


class MaterialForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """What participants read, where it lies."""

    url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=300,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"inputmode": "url"}),
        validators=[RegexValidator(r"^https://", gettext_lazy("The address begins with https://."))],
    )

    class Meta:
        model = Material
        fields = ("title", "url")


class NumberForm(forms.Form):
    """The number in the register of professions, for the accreditation."""

    number = forms.CharField(
        label=gettext_lazy("BIG number"),
        required=False,
        max_length=11,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        validators=[RegexValidator(r"^[0-9]{11}$", gettext_lazy("A BIG number has eleven figures."))],
        help_text=gettext_lazy("For the accreditation of this day alone. It is erased after a year."),
    )


class TakenOverForm(forms.Form):
    """When somebody was trained elsewhere, and in what."""

    trained_on = DayField(label=gettext_lazy("Trained on"))
    competences = forms.MultipleChoiceField(
        label=gettext_lazy("Competences"),
        choices=Competence.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[str(one) for one in CORE],
        required=False,
    )

    def __init__(self, data: Any = None, *, at: datetime) -> None:
        self.at = at
        super().__init__(data)
        _say_competences(self)

    def clean_trained_on(self) -> date:
        day: date = self.cleaned_data["trained_on"]
        if day > local_day(self.at):
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def refuse(self, text: str) -> None:
        """Say what stands in the way, also where nothing of this form was sent."""
        self.is_bound = True
        if not self.data:
            self._errors = ErrorDict()
            self.cleaned_data = {}
        self.add_error(None, text)
