"""One duty of the rota of directors, as the functional administrator or the committee keeps it."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from accounts.people.directory import told, told_apart
from accounts.people.person_field import PersonChoiceField
from incidents.clocks.moment_field import LocalMomentField
from incidents.models import Duty


class DutyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django itself is not generic
    """From when until when, who is on duty and who is the deputy: directors, for they open the calamity."""

    class Meta:
        model = Duty
        fields = ("starts_at", "ends_at", "director", "deputy")
        field_classes = {"director": PersonChoiceField, "deputy": PersonChoiceField}

    def __init__(self, *args: object, at: datetime, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.at = at
        self.fields["starts_at"] = LocalMomentField(label=_("From"), at=at, to_come=True)
        self.fields["ends_at"] = LocalMomentField(label=_("Until"), at=at, to_come=True)
        directors = User.objects.filter(is_active=True, groups__name=Role.DIRECTOR).order_by("sort_key", "id")
        first, second = (self.fields[name] for name in ("director", "deputy"))
        assert isinstance(first, PersonChoiceField)
        assert isinstance(second, PersonChoiceField)
        first.queryset = second.queryset = directors
        # Told apart once, for both.
        known = told_apart(directors.select_related("profession", "department__location"))
        people = [(one.pk, told(one)) for one in known]
        first.choices, second.choices = [("", _("Choose")), *people], [("", _("Nobody")), *people]
        self.has_directors = bool(people)

    def clean_ends_at(self) -> datetime:
        ends_at: datetime = self.cleaned_data["ends_at"]
        if ends_at <= self.at:
            raise forms.ValidationError(_("This duty would be over already."))
        return ends_at
