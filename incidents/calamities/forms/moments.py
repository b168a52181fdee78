"""What the committee fills in to correct the moments of a calamity."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.calamities.moment_writer import FIELDS
from incidents.clocks.moment_checks import judge
from incidents.clocks.moment_field import LocalMomentField, order_first
from incidents.enums import CorrectionReason, Step
from incidents.models import Incident

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_LABELS: "dict[str, StrPromise]" = {
    "occurred_at": _("When did it happen?"),
    "noticed_at": _("When was it noticed?"),
    "established_at": _("When was it established?"),
}


class MomentsForm(forms.Form):
    """The moments that are known, or can be given, and why one of them was wrong. No free text."""

    def __init__(self, data: Mapping[str, str] | None, *, calamity: Incident, at: datetime) -> None:
        self.at = at
        self.reported_at = calamity.reported_at
        self.seen: dict[str, datetime | None] = {name: getattr(calamity, name) for name in FIELDS}
        given = {f"seen_{name}": moment.isoformat() for name, moment in self.seen.items() if moment}
        super().__init__(data, initial={**self.seen, **given})
        for name in FIELDS:
            if name == "established_at" and self.seen[name] is None:
                continue
            known = self.seen[name] is not None
            self.fields[name] = LocalMomentField(label=_LABELS[name], at=at, required=known)
            self.fields[f"seen_{name}"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.fields["reason"] = forms.ChoiceField(
            label=_("Why is it corrected?"),
            choices=[(one.value, one.label) for one in CorrectionReason.given()],
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose why.")},
        )

    def ask_whether_sure(self, steps: Sequence[Step]) -> None:
        """Ask whether `steps` were done before it was established."""
        self.fields["sure"] = forms.BooleanField(
            required=False, label=_("Yes, this was done before it was established")
        )
        text = gettext(
            "Done before this moment: %(steps)s. Is this right? Then say so under it, else correct it."
        )
        self.add_error("established_at", text % {"steps": ", ".join(str(step.label) for step in steps)})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        moments = [name for name in FIELDS if name in self.fields]
        if not self.errors and not any(self._is_other(name) for name in moments):
            self.add_error(None, gettext("Nothing differs from what is here."))
        known = {**self.seen, "reported_at": self.reported_at}
        order_first(self, moments, lambda given: judge(known, changed=given, at=self.at))
        return data

    def as_corrected(self) -> dict[str, Any]:
        """As incidents.calamities.moment_writer.correct takes it: what was changed, and what stood there."""
        changed = [name for name in FIELDS if name in self.fields and self._is_other(name)]
        return {
            "moments": {name: self.cleaned_data[name] for name in changed},
            "seen": {name: self._shown(name) for name in changed},
            "reason": CorrectionReason(self.cleaned_data["reason"]),
            "sure": bool(self.data.get("sure")),
        }

    def _is_other(self, name: str) -> bool:
        """Whether this moment was changed; what is typed has no seconds."""
        moment, shown = self.cleaned_data[name], self._shown(name)
        return moment is not None and (shown is None or moment != shown.replace(second=0, microsecond=0))

    def _shown(self, name: str) -> datetime | None:
        """The moment as the page showed it, or that it is another by now."""
        shown: str = self.cleaned_data[f"seen_{name}"]
        try:
            return datetime.fromisoformat(shown) if shown else None
        except ValueError:
            return None
