"""The coordinator's choice of what the worklist shows, and the choices she keeps."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.models import User
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from hospital.form_fields import DepartmentField
from hospital.models import Department
from supporters.models import Contact, Offer, SavedFilter, Supporter
from supporters.offers import filtering
from supporters.offers.filtering import EVENTS, MOST_SAVED, WAITING, WorklistFilter
from supporters.offers.worklist import FILTER_LABELS

LONGEST_NAME = 40


class WorklistFilterForm(forms.Form):
    """What to show; with a name it is kept. To choose from is what stands on the worklist now."""

    waiting = forms.ChoiceField(label=gettext_lazy("Waiting for"), required=False)
    supporter = forms.ChoiceField(label=gettext_lazy("Supporter"), required=False)
    department = DepartmentField(
        Department.objects.none(),
        label=gettext_lazy("Department"),
        empty_label=gettext_lazy("Everywhere"),
        required=False,
    )
    event = forms.ChoiceField(label=gettext_lazy("What happened"), required=False)
    name = forms.CharField(
        label=gettext_lazy("Keep this choice as"),
        # Said when it is too long; a `maxlength` would stop the typing without a word.
        validators=[MaxLengthValidator(LONGEST_NAME)],
        required=False,
        help_text=gettext_lazy(
            "It then stands above your worklist, in at most 40 characters. Leave it empty to look once."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = [(str(one), FILTER_LABELS[one]) for one in WAITING]
        asked = Contact.objects.visible_to(user).open().values("supporter")
        supporters = Supporter.objects.filter(pk__in=asked).order_by("user__sort_key", "pk")
        people = [(str(pk), name) for pk, name in supporters.values_list("pk", "user__name")]
        _choose(self.fields["waiting"], [("", _("Everything")), *waiting])
        _choose(self.fields["supporter"], [("", _("Everybody")), *people])
        _choose(self.fields["event"], [("", _("Everything")), *EVENTS.items()])
        named = Offer.objects.visible_to(user).open().values("involvement__department")
        department = self.fields["department"]
        assert isinstance(department, DepartmentField)
        department.queryset = Department.objects.filter(pk__in=named).order_by("name", "pk")

    @property
    def shown(self) -> WorklistFilter:
        data = self.cleaned_data
        return WorklistFilter.of(
            {**data, "department": str(data["department"].pk) if data["department"] else ""}
        )


def _choose(field: forms.Field, choices: list[tuple[str, Any]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def choose(request: SignedInRequest) -> HttpResponse:
    """Choose what the worklist shows, and keep it under a name."""
    chosen = WorklistFilter.of(request.GET.dict())
    form = WorklistFilterForm(kept_forms.posted(request), initial=chosen.query, user=request.user)
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        return redirect(form.shown.address)
    kept = SavedFilter.objects.visible_to(request.user).order_by("name", "pk")
    saved = [(one.pk, one.name, filtering.shown_by(one).address) for one in kept]
    return render(request, "supporters/offers/filter.html", {"form": form, "saved": saved})


@allow(Role.COORDINATOR)
@only_posted("support:filter", does=gettext_lazy("Throw away this choice"))
def forget(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Throw away a choice that was kept."""
    get_object_or_404(SavedFilter.objects.visible_to(request.user), pk=pk).delete()
    say(request, _("Thrown away."))
    return redirect("support:filter")


def _kept(request: SignedInRequest, form: WorklistFilterForm) -> bool:
    name = form.cleaned_data["name"]
    if not name:
        return True
    try:
        filtering.save(form.shown, name=name, by=request.user)
    except filtering.NameTaken:
        form.add_error("name", _("You have a choice of this name."))
        return False
    except filtering.TooManySaved:
        text = _("You keep %(count)d choices already. Throw one away first.")
        form.add_error("name", text % {"count": MOST_SAVED})
        return False
    return True
