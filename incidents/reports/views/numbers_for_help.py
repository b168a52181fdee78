from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.pages.access import SignedInRequest, allow_at_once
from incidents.models import Policy


@allow_at_once
@require_GET
def find_help(request: SignedInRequest) -> HttpResponse:
    """Where to find help now, what is normal after such an event, and what one can do for a colleague."""
    return render(request, "incidents/reports/help.html", {"numbers": Policy.current()})
