from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.pages.access import SignedInRequest, allow_at_once
from incidents.models import Policy
from incidents.reports.report_as_seen import promised


@allow_at_once
@require_GET
def find_help(request: SignedInRequest) -> HttpResponse:
    """Where to find help now, what is normal after such an event, and what one can do for a colleague."""
    now = timezone.now()
    context = {"numbers": Policy.current(), "promise": promised(now), "now": now}
    return render(request, "incidents/reports/help.html", context)
