"""The moment that everybody who was involved is told of, in local time."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.calamities.forms.family_talks import PlanForm
from incidents.enums import LaterMomentKind, LaterMomentWay
from incidents.models import LaterMoment


class LaterMomentForm(PlanForm):
    """What it is (only of a new one), when, and, where people meet, how and where. `seen` is when what stood
    on the page was last changed.
    """

    kind = forms.ChoiceField(label=_("What"), choices=[("", _("Choose")), *LaterMomentKind.choices])
    way = forms.ChoiceField(
        label=_("How"), choices=[("", _("Choose")), *LaterMomentWay.choices], required=False
    )
    place = forms.CharField(
        label=_("Where"),
        max_length=60,
        required=False,
        help_text=_("In a few words, without names: Room 2 at the entrance."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    field_order = ("kind", "moment", "way", "place")

    def __init__(self, data: QueryDict | None, *, at: datetime, moment: LaterMoment | None = None) -> None:
        self.kept = moment
        prefix = f"move-{moment.pk}" if moment else "set"
        super().__init__(
            data, prefix=prefix, label=gettext("When"), at=at, current=moment.planned_for if moment else None
        )
        if moment is not None:
            del self.fields["kind"]
            self.initial["way"], self.initial["place"] = moment.way, moment.place
            self.initial["seen"] = moment.changed_at.isoformat()
            if not self._meets(moment.kind):
                del self.fields["way"], self.fields["place"]
        self.order_fields(self.field_order)

    @property
    def shown(self) -> list[forms.BoundField]:
        return [self[name] for name in self.field_order if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """How and where are for what people come to: dropped for the rest."""
        data = super().clean() or self.cleaned_data
        kind = self.kept.kind if self.kept else data.get("kind", "")
        if not self._meets(kind):
            data["way"] = data["place"] = ""
        elif not data.get("way"):
            self.add_error("way", gettext("Choose how."))
        data["way"] = LaterMomentWay(data["way"]) if data.get("way") else None
        return data

    @staticmethod
    def _meets(kind: str) -> bool:
        return kind in LaterMomentKind.met()
