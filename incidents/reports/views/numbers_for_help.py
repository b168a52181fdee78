from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.pages.access import allow_public
from incidents.models import Policy
from incidents.reports.report_as_seen import promised


@allow_public
@require_GET
def find_help(request: HttpRequest) -> HttpResponse:
    """Where to find help now, what is normal after such an event, and what one can do for a colleague: for
    who has no account too.
    """
    now = timezone.now()
    context = {"numbers": Policy.current(), "promise": promised(now), "now": now}
    return render(request, "incidents/reports/help.html", context)
