"""What is typed about nominations."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.people.person_field import PersonChoiceField
from hospital.form_fields import DayField
from hospital.models import Department
from training.models import PeerVote
from training.nominations import eligible

#: So long a vote lasts, if nothing else is chosen.
USUAL = timedelta(days=14)


class PeerVoteForm(forms.Form):
    """For which department, and until when."""

    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.none())
    closes_on = DayField(label=_("Up to and including"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["department"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Department.objects.filter(is_active=True, location__is_partner=False)


class BallotForm(forms.Form):
    """One colleague of the department."""

    choice = PersonChoiceField(label=_("With whom would you talk?"), queryset=User.objects.none())

    def __init__(self, *args: Any, vote: PeerVote, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["choice"]
        assert isinstance(field, PersonChoiceField)
        people = eligible.able().filter(department=vote.department_id).exclude(pk=by.pk)
        field.queryset = people.order_by("sort_key", "id")
