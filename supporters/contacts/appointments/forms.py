"""A moment, by what means, and where: choices, and never a word."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hospital.clock import PLANNED_WITHIN, local_day, may_be_planned
from hospital.moment_words import full_date
from incidents.clocks.moment_field import LocalMomentField
from supporters.enums import ConversationMode
from supporters.models import Appointment, MeetingPlace

#: The telephone first: so are most talks.
MODES = [
    (mode.value, mode.label)
    for mode in (ConversationMode.TELEPHONE, ConversationMode.IN_PERSON, ConversationMode.VIDEO)
]


class AppointmentForm(forms.Form):
    """A talk that was agreed on. `seen` is the last line of the log that the page showed; `anyway` the moment
    of which it was said that nobody calls then.
    """

    moment = forms.Field()
    mode = forms.ChoiceField(label=_("How?"), choices=MODES, widget=forms.RadioSelect)
    place = forms.ModelChoiceField(
        label=_("Where?"),
        queryset=MeetingPlace.objects.filter(in_use=True).order_by("name"),
        empty_label=_("Choose a place"),
        required=False,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
    anyway = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, at: datetime, seen: int, standing: Appointment | None = None
    ) -> None:
        initial: dict[str, Any] = {"seen": seen}
        if standing:
            initial |= {"moment": standing.at, "mode": standing.mode, "place": standing.place}
        self.has_places = MeetingPlace.objects.filter(in_use=True).exists()
        offered = [each for each in MODES if self.has_places or each[0] != ConversationMode.IN_PERSON]
        if initial.get("mode") not in dict(offered):
            initial["mode"] = ConversationMode.TELEPHONE
        super().__init__(data, initial=initial)
        self.at = at
        mode = self.fields["mode"]
        assert isinstance(mode, forms.ChoiceField)
        mode.choices = offered
        self.fields["moment"] = LocalMomentField(label=_("When?"), at=at, to_come=True)

    def clean_moment(self) -> datetime:
        moment: datetime = self.cleaned_data["moment"]
        if not may_be_planned(moment, at=self.at):
            last = full_date(local_day(self.at) + PLANNED_WITHIN)
            text = gettext("Choose a moment to come, up to and including %(last)s.") % {"last": last}
            raise forms.ValidationError(text)
        return moment

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("mode") != ConversationMode.IN_PERSON:
            data["place"] = None
        elif not data.get("place") and "place" not in self.errors:
            self.add_error("place", _("Choose where you meet."))
        return data

    def place_is_taken(self, free: Sequence[MeetingPlace]) -> None:
        """Say so beside the field, with the places that are `free` at the moment that was chosen."""
        if free:
            said = _("Somebody meets there about then. Free at that moment: %(places)s.")
            self.add_error("place", said % {"places": ", ".join(place.name for place in free)})
        else:
            self.add_error(
                "place",
                _("Somebody meets there about then, and no other place is free. Choose another moment."),
            )

    def is_as(self, standing: Appointment) -> bool:
        """Whether it is what stands already."""
        chosen = self.cleaned_data
        wanted = chosen["moment"], chosen["mode"], chosen["place"]
        return wanted == (standing.at, standing.mode, standing.place)

    def step(self) -> dict[str, Any]:
        """As supporters.contacts.flow.record takes it."""
        chosen = self.cleaned_data
        return {
            "planned_for": chosen["moment"],
            "mode": chosen["mode"],
            "place": chosen["place"],
            "seen": chosen["seen"],
        }


class PlaceForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for mypy only
    """A place more."""

    class Meta:
        model = MeetingPlace
        fields = ("name", "one_at_a_time")
        labels = {"name": _("Name of the place"), "one_at_a_time": _("One talk at a time")}
        help_texts = {
            "name": _("For example a room with its number, or a walk outside."),
            "one_at_a_time": _("A second talk within the hour is refused. On a walk outside several fit."),
        }
