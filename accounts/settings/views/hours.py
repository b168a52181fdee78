"""The hospital's working hours and days off, as the functional administrator keeps them."""

from collections.abc import Iterable, Iterator
from datetime import date, time

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.feedback import say
from accounts.policy_log import PolicyLog
from hospital.clock import is_working_day, local_day
from hospital.form_fields import DayField, ListField
from hospital.models import WorkingHours

LOG = PolicyLog("hours", WorkingHours, Role.ADMIN, "settings:hours", "administration")


class WorkingHoursForm(forms.ModelForm):  # type: ignore[type-arg]  # Django itself is not generic
    decreed_days = ListField(
        DayField(
            widget=forms.DateInput(format="%d-%m-%Y"),
            input_formats=["%d-%m-%Y", "%Y-%m-%d"],
            error_messages={"invalid": _("This is not a day such as 31-12-2026.")},
        ),
        label=_("Extra days off by decree"),
        required=False,
        help_text=_(
            "Days that a yearly decree puts on a par with holidays, like 31-12-2026, with commas between."
        ),
    )

    class Meta:
        model = WorkingHours
        fields = ("starts", "ends", "decreed_days")
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M") for name in ("starts", "ends")
        }

    def clean_decreed_days(self) -> list[object]:
        return sorted(self.cleaned_data["decreed_days"])

    def clean_ends(self) -> time:
        ends: time = self.cleaned_data["ends"]
        if (starts := self.cleaned_data.get("starts")) and ends <= starts:
            raise forms.ValidationError(gettext("The working day must end after it starts."))
        return ends


@allow(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: SignedInRequest) -> HttpResponse:
    """From when to when offices work, and which extra days they do not."""
    now = timezone.now()
    current = WorkingHours.current()
    known = current.office.decreed
    form = WorkingHoursForm(kept_forms.posted(request), instance=current)
    if request.method == "POST" and form.is_valid():
        LOG.keep(policy=form.instance, fields=form.changed_data, by=request.user, at=now)
        say(request, gettext("Saved. What is due already keeps its moment."))
        for text in _without_effect(form.instance.office.decreed - known, today=local_day(now)):
            say(request, text, level=messages.INFO)
        return redirect("settings:hours")
    return render(
        request, "accounts/settings/hours.html", {"form": form, "history": LOG.history(request.GET)}
    )


def _without_effect(added: Iterable[date], *, today: date) -> Iterator[str]:
    """What is said of the days that were `added` in vain: taken as they were typed, for they do no harm."""
    days = sorted(added)
    off = [day for day in days if not is_working_day(day)]
    past = [day for day in days if day < today and day not in off]
    for text, which in (
        (gettext("No working day anyway, so this changes nothing: %(days)s."), off),
        (gettext("Past already: %(days)s."), past),
    ):
        if which:
            yield text % {"days": ", ".join(date_format(day, "j F Y") for day in which)}
