"""What the calamity committee (CCP) fills in on the page of a calamity."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, RegexValidator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hospital.form_fields import DayField, DepartmentField
from hospital.models import Department
from incidents.calamities import milestones
from incidents.clocks.moment_field import LocalMomentField, order_first
from incidents.models import Incident

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class MomentForm(forms.Form):
    """One moment, in local time; `seen` is what it was when the page was made. What was done lies `after` the
    moments of an event.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    sure = forms.BooleanField(required=False, label=_("Yes, it was done before the analysis"))
    #: Whether `sure` is asked.
    asks = False

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        prefix: str,
        label: str,
        at: datetime,
        current: datetime | None,
        after: Incident | None = None,
    ) -> None:
        self.at, self.after = at, after
        initial = {"moment": current or at, "seen": current.isoformat() if current else ""}
        super().__init__(data, prefix=prefix, initial=initial)
        self.fields["moment"] = LocalMomentField(label=label, at=at)

    def clean_seen(self) -> datetime | None:
        seen: str = self.cleaned_data["seen"]
        try:
            return datetime.fromisoformat(seen) if seen else None
        except ValueError:
            raise forms.ValidationError(_("Open this page again.")) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.after is not None:
            order_first(self, ["moment"], self._check)
        return data

    def _check(self, given: Mapping[str, datetime]) -> None:
        assert self.after is not None
        milestones.check(given["moment"], incident=self.after, at=self.at)

    def ask_whether_sure(self) -> None:
        """Ask whether a step was done that rests on an analysis which is not."""
        self.asks = True
        text = gettext("The analysis is not done, or was done later. Is this right? Then say so under it.")
        self.add_error("moment", text)


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
        self.fields["department"] = DepartmentField(
            others.exclude(pk__in=named),
            label=_("Another department that is involved"),
            empty_label=_("Choose"),
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


def _until(label: "StrOrPromise", *, at: datetime, required: bool = True) -> DayField:
    """The day on which a term ends: within a year, since a slip of the year would silence its clock."""
    text = _("This lies more than a year ahead. Is the year right?")
    latest = MaxValueValidator(timezone.localdate(at) + timedelta(days=366), text)
    return DayField(label=label, required=required, validators=[latest])


class ConfirmationForm(forms.Form):
    """What the inspectorate's confirmation of the notification says: until when it asks for a report; no day
    where it asks for none.
    """

    def __init__(self, data: Mapping[str, str] | None = None, *, at: datetime, is_asked: bool = True) -> None:
        super().__init__(data, prefix="confirm", initial={"dated": timezone.localdate(at)})
        self.fields["dated"] = DayField(label=_("Confirmation of"))
        label = _("The report is asked up to and including")
        self.fields["until"] = _until(label, at=at, required=is_asked)
        self.fields["reference"] = _reference()
        self.is_asked = is_asked

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.is_asked:
            data["until"] = None
        elif data.get("dated") and data.get("until") and data["until"] < data["dated"]:
            self.add_error("until", gettext("This is before the day of the confirmation."))
        return data


class AskForm(forms.Form):
    """When an extension was asked for."""

    def __init__(self, data: Mapping[str, str] | None = None, *, at: datetime) -> None:
        super().__init__(data, prefix="ask", initial={"asked_at": at})
        self.fields["asked_at"] = LocalMomentField(label=_("Asked at"), at=at)
        self.fields["reference"] = _reference()


class AnswerForm(forms.Form):
    """Until when an extension was granted; no day where it was refused."""

    def __init__(self, data: Mapping[str, str] | None = None, *, at: datetime, refused: bool = False) -> None:
        super().__init__(data, prefix="answer")
        self.fields["until"] = _until(_("Granted up to and including"), at=at, required=not refused)
        self.fields["reference"] = _reference()


class LetterForm(forms.Form):
    """The day that the inspectorate’s letter names."""

    def __init__(self, data: Mapping[str, str] | None = None, *, at: datetime) -> None:
        super().__init__(data, prefix="letter", initial={"dated": timezone.localdate(at)})
        self.fields["dated"] = DayField(label=_("Letter of"))
        self.fields["until"] = _until(_("The report is due on"), at=at)
        self.fields["reference"] = _reference()

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if (dated := self.cleaned_data.get("dated")) and until < dated:
            raise forms.ValidationError(_("This is before the day of the letter."))
        return until
