"""The page of the help outside the hospital."""

from collections.abc import Mapping
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again
from accounts.pages.feedback import say
from accounts.people.telephone_field import TypedTelephoneField
from supporters.models import OutsideHelp
from supporters.pool import outside_help as kept


class OutsideHelpForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """What it is called, and how somebody reaches it."""

    class Meta:
        model = OutsideHelp
        field_classes = {"telephone": TypedTelephoneField}
        widgets = {"telephone": TypedTelephoneField.widget}
        fields = ("name", "telephone", "email")


def _asked(data: Mapping[str, str]) -> str:
    return _("Take away this help") if "remove" in data else ""


@allow(Role.COORDINATOR)
@asks_again(does=_asked)
@require_http_methods(["GET", "POST"])
def outside_help(request: SignedInRequest) -> HttpResponse:
    """What there is; POST adds one, or takes one away (`remove`)."""
    now = timezone.now()
    if "remove" in request.POST:
        if kept.take_away(_id(request.POST["remove"]), by=request.user, at=now):
            say(request, _("Taken away. Who was referred to it still reads how to reach it."))
        return redirect("pool:outside-help")
    form = OutsideHelpForm(kept_forms.posted(request))
    if request.method == "POST" and form.is_valid() and _added(request, form):
        return redirect("pool:outside-help")
    context = {"form": form, "helps": kept.offered(), "history": kept.LOG.history(request.GET)}
    return render(request, "supporters/pool/outside_help.html", context)


def _added(request: SignedInRequest, form: OutsideHelpForm) -> bool:
    try:
        kept.add(form.save(commit=False), by=request.user, at=timezone.now())
    except kept.HelpThere:
        form.add_error("name", _("This is on the list already."))
        return False
    say(request, _("Saved."))
    return True


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
