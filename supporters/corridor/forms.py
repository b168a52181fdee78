"""What can be said of a talk in passing: four choices, no person and no word."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hospital.clock import local_day
from hospital.enums import ProfessionGroup
from hospital.form_fields import DayField
from incidents.enums import EventType
from supporters.corridor.talks import OLDEST
from supporters.enums import TalkLength

#: So many days ago; empty is another day, which has a field of its own.
DAYS = (("0", _("Today")), ("1", _("Yesterday")), ("", _("Another day")))


class CorridorTalkForm(forms.Form):
    """Filled in as most talks are, so that sending is enough."""

    days_ago = forms.TypedChoiceField(
        label=_("When?"),
        choices=DAYS,
        coerce=int,
        empty_value=None,
        required=False,
        initial="0",
        widget=forms.RadioSelect,
    )
    on = DayField(label=_("Day"), required=False)
    profession_group = forms.ChoiceField(label=_("With whom?"))
    event_type = forms.ChoiceField(
        label=_("What was it about?"), choices=EventType.choices, initial=EventType.OTHER
    )
    length = forms.ChoiceField(
        label=_("How long?"),
        choices=TalkLength.choices,
        initial=TalkLength.MINUTES,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, user: User, at: datetime) -> None:
        super().__init__(data)
        self.today = local_day(at)
        oldest = self.today - timedelta(days=OLDEST)
        self.fields["on"].widget.attrs |= {"min": oldest.isoformat(), "max": self.today.isoformat()}
        own = user.profession.group if user.profession else ""
        group = self.fields["profession_group"]
        assert isinstance(group, forms.ChoiceField)
        group.choices = [*([] if own else [("", _("Choose"))]), *ProfessionGroup.choices]
        group.initial = own

    def clean_on(self) -> date | None:
        day: date | None = self.cleaned_data["on"]
        if self.cleaned_data.get("days_ago") is not None:
            return None
        if day is None:
            raise forms.ValidationError(gettext("Choose a day first."))
        if not 0 <= (self.today - day).days <= OLDEST:
            text = gettext("Choose a day that has come, and of the last %(days)d days.")
            raise forms.ValidationError(text % {"days": OLDEST})
        return day

    def talk(self) -> dict[str, Any]:
        """As supporters.corridor.talks.note takes it."""
        chosen = self.cleaned_data
        return {
            "day": chosen["on"] or self.today - timedelta(days=chosen["days_ago"]),
            "profession_group": ProfessionGroup(chosen["profession_group"]),
            "event_type": EventType(chosen["event_type"]),
            "length": TalkLength(chosen["length"]),
        }
