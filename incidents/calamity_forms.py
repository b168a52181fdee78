"""What the calamity committee (CCP) fills in on the page of a calamity."""

from collections.abc import Mapping
from datetime import date, datetime

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from incidents.local_moments import LocalMomentField
from incidents.models import Incident


class MomentForm(forms.Form):
    """One moment, in local time; `seen` is what it was when the page was made."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        prefix: str,
        label: str,
        at: datetime,
        current: datetime | None,
    ) -> None:
        initial = {"moment": current or at, "seen": current.isoformat() if current else ""}
        super().__init__(data, prefix=prefix, initial=initial)
        self.fields["moment"] = LocalMomentField(label=label, at=at)

    def clean_seen(self) -> datetime | None:
        seen: str = self.cleaned_data["seen"]
        try:
            return datetime.fromisoformat(seen) if seen else None
        except ValueError:
            raise forms.ValidationError(_("Open this page again.")) from None


class DepartmentForm(forms.Form):
    """Another department that the calamity concerns."""

    def __init__(self, data: Mapping[str, str] | None = None, *, calamity: Incident) -> None:
        super().__init__(data, prefix="align")
        others = Department.objects.filter(
            is_active=True, location__is_active=True, location__is_partner=False
        )
        named = calamity.alignments.filter(dropped_at__isnull=True).values("department")
        if calamity.department_id is not None:
            others = others.exclude(pk=calamity.department_id)
        self.fields["department"] = forms.ModelChoiceField(
            others.exclude(pk__in=named),
            label=_("Another department that is involved"),
            empty_label=_("Choose"),
        )


#: The first and the last day that is taken for more than a slip of the pen.
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
_BETWEEN = ((MinValueValidator, FIRST), (MaxValueValidator, LAST))


def _day(**kwargs: object) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(
            attrs={"type": "date", "min": FIRST.isoformat(), "max": LAST.isoformat()}, format="%Y-%m-%d"
        ),
        validators=[validate(day, _("Is the year right?")) for validate, day in _BETWEEN],
        **kwargs,  # type: ignore[arg-type]  # passed on as they came
    )


def _reference() -> forms.CharField:
    """A number of the inspectorate's file, no sentence."""
    return forms.CharField(
        label=_("Number of the inspectorate"),
        max_length=40,
        required=False,
        validators=[RegexValidator(r"^[\w./-]+$", _("Letters, figures, dots, dashes and slashes only."))],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AskForm(forms.Form):
    """When an extension was asked for."""

    def __init__(self, data: Mapping[str, str] | None = None, *, at: datetime) -> None:
        super().__init__(data, prefix="ask", initial={"asked_at": at})
        self.fields["asked_at"] = LocalMomentField(label=_("Asked at"), at=at)
        self.fields["reference"] = _reference()


class AnswerForm(forms.Form):
    """Until when an extension was granted; no day where it was refused."""

    def __init__(self, data: Mapping[str, str] | None = None, *, refused: bool = False) -> None:
        super().__init__(data, prefix="answer")
        self.fields["until"] = _day(label=_("Granted up to and including"), required=not refused)
        self.fields["reference"] = _reference()


class LetterForm(forms.Form):
    """The day that the inspectorate's letter names."""

    def __init__(self, data: Mapping[str, str] | None = None, *, at: datetime) -> None:
        super().__init__(data, prefix="letter", initial={"dated": timezone.localdate(at)})
        self.fields["dated"] = _day(label=_("Letter of"))
        self.fields["until"] = _day(label=_("The report is due on"))
        self.fields["reference"] = _reference()

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if (dated := self.cleaned_data.get("dated")) and until < dated:
            raise forms.ValidationError(_("This is before the day of the letter."))
        return until
