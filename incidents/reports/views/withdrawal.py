"""Taking back one's own report."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.pages.access import SignedInRequest, allow_signed_in
from accounts.pages.asked_again import asks_again
from accounts.pages.feedback import say
from incidents.models import Incident
from incidents.reports import withdrawal


@allow_signed_in
@asks_again(does=gettext_lazy("Take back this report"))
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask once, then take it back; too late, say so."""
    incident = get_object_or_404(Incident, reporter=request.user, reference=reference)
    page = reverse("incidents:detail", args=[reference])
    if not withdrawal.may_ask(incident, user=request.user, at=timezone.now()):
        return _too_late(request, page)
    if request.method == "POST":
        try:
            withdrawal.withdraw(incident=incident, by=request.user, at=timezone.now())
        except withdrawal.Acted:
            return _too_late(request, page)
        say(request, _("Report %(reference)s is taken back. Nobody is called.") % {"reference": reference})
        return redirect("incidents:list")
    context = {
        "title": _("Take back report %(reference)s?") % {"reference": reference},
        "line": _("If that is still possible, who is named on it and what you wrote are erased at once."),
        "action": _("Take it back"),
        "danger": True,
        "form": forms.Form(),
        "cancel_url": page,
    }
    return render(request, "confirm.html", context)


def _too_late(request: SignedInRequest, page: str) -> HttpResponse:
    """In the same words whatever the reason."""
    text = _("This report stays as it is. Do you want to change something about it? Call the coordinator.")
    say(request, text, level=messages.WARNING)
    return redirect(page)
