"""Forms of the pool and of the policy of support."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Field
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hospital.form_fields import DayField, ListField
from hospital.models import COVER_DAYS, WorkingHours
from hospital.moment_words import hours_in_words
from incidents.enums import EventType
from supporters.models import Supporter, SupportPolicy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


#: An absence that begins or ends further away than this is a slip of the pen.
A_YEAR = timedelta(days=366)


class AbsenceMixin:
    """What is odd about the days of an absence is asked back, once they are changed."""

    def clean_absence(self: Any, data: dict[str, Any]) -> None:
        starts, ends = data.get("absent_from"), data.get("absent_until")
        if ends and not starts and not self.has_error("absent_from"):
            self.add_error("absent_from", _("Say from which day."))
        elif ends and starts and ends < starts:
            self.add_error("absent_until", _("The absence must end after it starts."))
        for name, day in (("absent_from", starts), ("absent_until", ends)):
            if not day or name not in self.changed_data or self.has_error(name):
                continue
            if odd := _odd(day, ends=name == "absent_until"):
                self.add_error(name, odd)


def _odd(day: date, *, ends: bool) -> str:
    """What is asked about a day on which an absence begins, or `ends`; empty where it may well be."""
    today = timezone.localdate()
    if day > today + A_YEAR:
        return _("More than a year ahead. Is the year right?")
    if day < today - A_YEAR:
        return _("More than a year ago. Is the year right?")
    return _("This day is in the past. Is the year right?") if ends and day < today else ""


class SupporterForm(AbsenceMixin, forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """Absence and capacity of one supporter."""

    class Meta:
        model = Supporter
        fields = ("absent_from", "absent_until", "capacity")
        field_classes = dict.fromkeys(("absent_from", "absent_until"), DayField)
        labels = {
            "absent_from": gettext_lazy("Away from"),
            "absent_until": gettext_lazy("Away up to and including"),
        }

    def clean_capacity(self) -> int:
        capacity: int = self.cleaned_data["capacity"]
        if capacity > 20:
            raise forms.ValidationError(_("More than 20 open contacts is too much for anybody."))
        if capacity < self.instance.load:
            text = _("There are %(load)d open contacts now: not less than that.")
            raise forms.ValidationError(text % {"load": self.instance.load})
        return capacity

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.clean_absence(data)
        return data


class CoverForm(forms.Form):
    """In which hours calls are made: while the offices work, or those of each day."""

    as_office = forms.BooleanField(required=False)

    def __init__(self, *args: Any, hours: WorkingHours, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hours = hours
        office = hours_in_words(hours.office.cover)
        self.fields["as_office"].label = _("While the offices work: %(hours)s") % {"hours": office}
        self.fields["as_office"].help_text = _("Take this off to choose the hours of each day.")
        self.initial.setdefault("as_office", hours.cover_is_office)
        shown = hours.office.cover if hours.cover_is_office else hours.cover
        for name, kept in zip(COVER_DAYS, (*shown.week, shown.holidays), strict=True):
            for part, label in enumerate((_("%(day)s, from"), _("%(day)s, until"))):
                self.fields[f"{name}_{part}"] = forms.TimeField(
                    label=label % {"day": _day(name)},
                    required=False,
                    initial=kept and kept[part],
                    widget=forms.TimeInput(attrs={"type": "time", "class": "form-control"}, format="%H:%M"),
                )

    @property
    def days(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Of each day its name and the two fields."""
        return [(_day(name), [self[f"{name}_{part}"] for part in range(2)]) for name in COVER_DAYS]

    def clean(self) -> dict[str, Any]:
        """Of the days only when they count."""
        data = super().clean() or self.cleaned_data
        if data["as_office"]:
            for name in [name for name in self.errors if name != "as_office"]:
                del self.errors[name]
            return data
        for name in COVER_DAYS:
            starts, ends = (data.get(f"{name}_{part}") for part in range(2))
            if (starts is None) != (ends is None):
                missing = f"{name}_{int(starts is not None)}"
                if missing not in self.errors:
                    self.add_error(missing, _("Fill in both, or leave both empty."))
            elif starts and ends and starts >= ends:
                self.add_error(f"{name}_1", _("The hours of a day must end after they start."))
        if not self.errors and not any(data[f"{name}_0"] for name in COVER_DAYS[:7]):
            self.add_error(None, _("Calls must be made on at least one day of the week."))
        return data

    def chosen(self) -> WorkingHours:
        """The hours as chosen, unsaved."""
        self.hours.cover_is_office = self.cleaned_data["as_office"]
        if not self.hours.cover_is_office:
            for name in COVER_DAYS:
                hours = [self.cleaned_data[f"{name}_{part}"] for part in range(2)]
                setattr(self.hours, name, hours if hours[0] is not None else None)
        return self.hours


def _day(name: str) -> str:
    field = WorkingHours._meta.get_field(name)  # noqa: SLF001  # public, for all its underscore
    assert isinstance(field, Field)
    return capfirst(str(field.verbose_name))


#: The headings of the page with the agreements, and what stands under each.
PARTS: "tuple[tuple[StrPromise, tuple[str, ...]], ...]" = (
    (
        gettext_lazy("The first call"),
        (
            *("announce", "first_contact_hours", "first_contact_counted_in"),
            *("accept_working_hours", "same_profession", "employee_chooses"),
        ),
    ),
    (gettext_lazy("Talks and calls after it"), ("follow_up_days", "max_conversations")),
    (
        gettext_lazy("When somebody is not reached"),
        ("attempts", "attempt_days", "attempt_parts", "second_offer_days"),
    ),
    (
        gettext_lazy("Supporters"),
        ("capacity", "cool_down_days", "current_months", "norm", "norm_in_shifts"),
    ),
    (
        gettext_lazy("Who was there"),
        ("intake_days", "unharmed_days", "always_offered", "head_answers_days", "forgotten_days"),
    ),
    (gettext_lazy("Erasing names"), ("retention_days", "ask_again_days")),
)


class SupportPolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """How this hospital gives support. The defaults are those of the hospitals that went before."""

    follow_up_days = ListField(
        forms.IntegerField(min_value=1, max_value=90),
        label=gettext_lazy("Follow-up after (days)"),
        max_length=4,
        help_text=gettext_lazy("At most four numbers with commas between, the earliest first: 3, 14."),
    )

    always_offered = forms.MultipleChoiceField(
        label=gettext_lazy("After these the head of department is asked who was there"),
        choices=EventType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = SupportPolicy
        fields = tuple(name for _title, names in PARTS for name in names)

    #: What is sensible: (least, most).
    LIMITS = {
        "attempts": (1, 10),
        "attempt_days": (1, 5),
        "attempt_parts": (1, 3),
        "second_offer_days": (0, 90),
        "first_contact_hours": (2, 168),
        "accept_working_hours": (1, 40),
        "max_conversations": (1, 10),
        "capacity": (1, 20),
        "cool_down_days": (0, 90),
        "current_months": (1, 60),
        "norm": (1, 500),
        "norm_in_shifts": (1, 500),
        "retention_days": (0, 365),
        "ask_again_days": (0, 3650),
        "intake_days": (1, 10),
        "head_answers_days": (1, 10),
        "forgotten_days": (0, 90),
        "unharmed_days": (1, 90),
    }

    #: What a change reaches that runs already, said beside the field; of another it counts for what starts
    #: after it.
    REACHES: dict[str, "StrPromise"] = {
        **dict.fromkeys(
            ("attempts", "attempt_days", "attempt_parts"),
            gettext_lazy("Counts at once: in contacts that run with the next attempt."),
        ),
        **dict.fromkeys(
            ("first_contact_hours", "first_contact_counted_in"),
            gettext_lazy("Who was promised a call keeps that term; the next attempt has the new one."),
        ),
        "follow_up_days": gettext_lazy("In contacts that run from the next talk on."),
        "max_conversations": gettext_lazy("Counts at once, also in contacts that run."),
        "capacity": gettext_lazy("For who joins the pool; others keep their own number."),
        "cool_down_days": gettext_lazy("From the next contact that a supporter closes."),
        "current_months": gettext_lazy("For who joins the pool; others keep their own day."),
        **dict.fromkeys(
            ("norm", "norm_in_shifts", "same_profession", "employee_chooses"),
            gettext_lazy("Counts at once."),
        ),
        "second_offer_days": gettext_lazy("For what is closed as not reached from now on."),
        **dict.fromkeys(
            ("retention_days", "ask_again_days"),
            gettext_lazy("Counts at once, also for what is closed already: a shorter term erases tonight."),
        ),
        "forgotten_days": gettext_lazy("Counts at once, also for reports that came in before."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in self.LIMITS.items():
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label,
                help_text=self.fields[name].help_text,
                min_value=least,
                max_value=most,
                required=not self.instance._meta.get_field(name).blank,  # noqa: SLF001  # public
            )
        self.fields["unharmed_days"].help_text = _("Leave it empty, and these wait for you as well.")
        self.fields["first_contact_counted_in"].help_text = _(
            "Each day on which we call counts as 24 hours: so 24 hours later is the next such day, at the "
            "same time."
        )
        self.fields["accept_working_hours"].help_text = _(
            "Sooner where the colleague was promised a call before that."
        )
        for name, reaches in self.REACHES.items():
            field = self.fields[name]
            field.help_text = f"{field.help_text} {reaches}".strip()

    @property
    def reaches(self) -> bool:
        """Whether a change reaches what runs already."""
        return not self.REACHES.keys().isdisjoint(self.changed_data)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        days = _("Trying on %(number)s days takes at least %(number)s attempts.")
        parts = _("Trying in %(number)s parts of the day takes at least %(number)s attempts.")
        self._at_least(data, "attempts", "attempt_days", days)
        self._at_least(data, "attempts", "attempt_parts", parts)
        offered, kept = data.get("second_offer_days"), data.get("retention_days")
        if offered is not None and kept is not None and offered > kept:
            self._offers_too_late()
        self._at_least(
            data, "ask_again_days", "retention_days", _("Not shorter than the names of others are kept.")
        )
        in_shifts = _("At least %(number)s: shifts need no fewer than day work.")
        self._at_least(data, "norm_in_shifts", "norm", in_shifts)
        return data

    def _at_least(self, data: dict[str, Any], name: str, other: str, text: str) -> None:
        if {name, other} <= data.keys() and data[name] < data[other]:
            self.add_error(name, text % {"number": data[other]})

    def _offers_too_late(self) -> None:
        """Said beside the field that was changed."""
        if "retention_days" in self.changed_data and "second_offer_days" not in self.changed_data:
            self.add_error("retention_days", _("The second offer comes later than that, and needs the name."))
        else:
            self.add_error(
                "second_offer_days", _("The names are erased sooner: nobody could be offered it any more.")
            )

    def clean_follow_up_days(self) -> list[int]:
        days: list[int] = self.cleaned_data["follow_up_days"]
        if days != sorted(days):
            raise forms.ValidationError(_("The earliest first."))
        return days

    def parts(self) -> "Iterator[tuple[StrPromise, list[forms.BoundField]]]":
        """The headings with their fields."""
        for title, names in PARTS:
            yield title, [self[name] for name in names]
