from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import SignedInRequest, allow
from accounts.enums import Role
from incidents.models import Incident
from supporters.models import Offer


@allow(Role.COORDINATOR)
def roll_call(request: SignedInRequest, reference: str) -> HttpResponse:
    """Everybody involved in one event, each with the state of support."""
    incident = get_object_or_404(Incident.objects.visible_to(request.user), reference=reference)
    offers = Offer.objects.filter(incident=incident).select_related("involvement__profession")
    return render(request, "supporters/roll_call.html", {"incident": incident, "offers": offers})
