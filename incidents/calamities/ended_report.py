"""For a page that was open while its report was taken back, or joined with another."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.pages.access import SignedInRequest
from accounts.pages.feedback import say
from incidents.models import Incident

ENDED = _("This report was taken back or joined with another.")


def lead_on(request: SignedInRequest, incident: Incident) -> HttpResponse:
    """Say so, and show where it is now."""
    say(request, str(ENDED), level=messages.WARNING)
    return redirect("incidents:detail", incident.reference)
