"""What the calamity committee (CCP) fills in on the page of a calamity."""

from datetime import datetime

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from incidents.local_moments import LocalMomentField


class MomentForm(forms.Form):
    """One moment, in local time; `seen` is what it was when the page was made."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None, *, prefix: str, label: str, at: datetime, current: datetime | None
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
