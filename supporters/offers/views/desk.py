"""Handing the desk over to a deputy, and taking it back."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.models import User
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from hospital.moment_words import full_date
from incidents.models import events_of
from notifications.delivery.forms import AbsenceForm
from notifications.models import Absence
from notifications.reminders import announcing_absence
from supporters.offers import desk
from supporters.offers import worklist as lists


class HandOverForm(AbsenceForm):
    """From when until when, and to which other coordinator; from today, unless somebody says otherwise."""

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, user=user, among=desk.deputies(user))
        self.fields["substitute"].label, self.fields["substitute"].help_text = _("Deputy"), ""
        today = timezone.localdate()
        if not self.instance.last_day or self.instance.last_day < today:
            self.initial.update(first_day=today, last_day=None)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def hand_over(request: SignedInRequest) -> HttpResponse:
    """Everything to a deputy, and where things stand."""
    form = HandOverForm(kept_forms.posted(request), user=request.user)
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        absence = announcing_absence.announce(user=request.user, at=now, **form.cleaned_data)
        say(request, _told(absence))
        return redirect("support:desk")
    own = Absence.objects.filter(user=request.user, last_day__gte=timezone.localdate(now)).first()
    counts, absences = lists.counts_and_absences(now=now, besides=events_of(request.user), user=request.user)
    context = {
        "form": form,
        "own": own,
        "shared": announcing_absence.shared_days(own) if own else None,
        "withheld": desk.withheld(own) if own else None,
        "absences": absences,
        "counts": [each for each in counts if each.count is not None],
    }
    return render(request, "supporters/offers/desk.html", context)


def _told(absence: Absence) -> str:
    """What is so after the desk was handed over."""
    shared = announcing_absence.shared_days(absence)
    name = {"name": absence.substitute}
    if shared is None:
        return _("%(name)s is told, and has everything while you are away.") % name
    if shared.are_all:
        return _("%(name)s is told, but is away too on all these days: nobody stands in for you.") % name
    days = {"first": full_date(shared.first_day), "last": full_date(shared.last_day)}
    return _(
        "%(name)s is told, and has everything but from %(first)s to %(last)s: then nobody stands in for you."
    ) % (name | days)


@allow(Role.COORDINATOR)
@only_posted("support:desk", does=gettext_lazy("Take back what you handed over"))
def take_back(request: SignedInRequest) -> HttpResponse:
    """Everything comes to the coordinator again; sooner than was said, too."""
    now = timezone.now()
    if absence := announcing_absence.come_back(user=request.user, at=now):
        if absence.first_day > timezone.localdate(now):
            say(request, _("Cancelled: nothing is handed over. Your substitute is told."))
        else:
            say(request, _("From now on everything comes to you again. Your substitute is told."))
    return redirect("support:desk")
