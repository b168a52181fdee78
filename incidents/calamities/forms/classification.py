"""What the committee, or first the coordinator, fills in about what a report is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.calamities import classification
from incidents.clocks.moment_checks import WrongMoment, judge
from incidents.clocks.moment_field import LocalMomentField, order_first
from incidents.enums import Ground, Verdict
from incidents.models import Incident

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

WORDS: "dict[Verdict, StrPromise]" = {
    Verdict.REPORTED: _("It is a calamity; the committee establishes it"),
    Verdict.DOUBT: _("It is in doubt whether it is a calamity"),
    Verdict.CALAMITY: _("It is established as a calamity"),
    Verdict.VIOLENCE: _("It is violence in the care relationship"),
    Verdict.DISMISSAL: _("It is a dismissal for dysfunctioning"),
    Verdict.NONE: _("It is none of these"),
}


def kept_said(kept: datetime) -> str:
    """That what was established before is taken up again with the moment it was established at."""
    moment = date_format(timezone.localtime(kept), "j F Y H:i")
    text = gettext(
        "This was established before, on %(moment)s: taken up again it keeps that moment and its terms. "
        "Another moment is a correction, which you can make afterwards."
    )
    return text % {"moment": moment}


class ClassificationForm(forms.Form):
    """One of `options`, with the moment or the ground that belongs to it. No free text."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None, *, incident: Incident, options: Sequence[Verdict], at: datetime
    ) -> None:
        self.incident, self.at = incident, at
        kept = classification.kept_moments(incident)
        first = next((kept[one] for one in options if one in kept), at)
        initial = {"seen": classification.standing(incident), "moment": first}
        super().__init__(data, initial=initial)
        self.fields["verdict"] = forms.ChoiceField(
            label=_("What is it?"),
            choices=[(one.value, WORDS[one]) for one in options],
            widget=forms.RadioSelect,
        )
        if set(options) & classification.ESTABLISHED:
            self.fields["moment"] = LocalMomentField(
                label=_("Established at"),
                at=at,
                required=False,
                help_text=kept_said(first) if kept else "",
            )
        if incident.noticed_at is None and set(options) & classification.CALAMITY:
            self.fields["noticed_at"] = LocalMomentField(
                label=_("When was it noticed?"),
                at=at,
                required=False,
                initial=incident.occurred_at or incident.reported_at,
                help_text=_("The clocks of a calamity run from this moment."),
            )
        if Verdict.NONE in options:
            self.fields["ground"] = forms.ChoiceField(
                label=_("Why is it none of these?"),
                choices=Ground.choices,
                widget=forms.RadioSelect,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        verdict = data.get("verdict")
        if verdict in classification.ESTABLISHED and not data.get("moment") and "moment" not in self.errors:
            self.add_error("moment", gettext("Say when this was established."))
        if verdict == Verdict.NONE and not data.get("ground"):
            self.add_error("ground", gettext("Choose why."))
        used = {
            "moment": verdict in classification.ESTABLISHED,
            "noticed_at": verdict in classification.CALAMITY and "noticed_at" in self.fields,
        }
        order_first(self, [name for name, is_used in used.items() if is_used], self._judge)
        return data

    def _judge(self, given: Mapping[str, datetime]) -> None:
        known = {name: getattr(self.incident, name) for name in ("occurred_at", "noticed_at", "reported_at")}
        changed = {"established_at" if name == "moment" else name: moment for name, moment in given.items()}
        try:
            judge(known, changed=changed, at=self.at)
        except WrongMoment as wrong:
            wrong.moment = "moment" if wrong.moment == "established_at" else wrong.moment
            raise

    def refuse_moment(self, kept: datetime) -> None:
        """Say beside the moment that it stays `kept`: in the error alone, where the help says it too."""
        self.add_error("moment", kept_said(kept))
        self["moment"].help_text = ""

    def as_decided(self) -> dict[str, Any]:
        """As calamities.classification.classify takes it: of the fields only what belongs to the choice."""
        chosen, verdict = self.cleaned_data, Verdict(self.cleaned_data["verdict"])
        return {
            "verdict": verdict,
            "seen": chosen["seen"],
            "moment": chosen.get("moment") if verdict in classification.ESTABLISHED else None,
            "noticed_at": chosen.get("noticed_at") if verdict in classification.CALAMITY else None,
            "ground": Ground(chosen["ground"]) if verdict == Verdict.NONE else None,
        }
