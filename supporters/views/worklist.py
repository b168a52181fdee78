from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allow
from accounts.enums import Role
from supporters.models import Offer


@allow(Role.COORDINATOR)
def worklist(request: SignedInRequest) -> HttpResponse:
    """Who waits for what, most urgent first."""
    offers = (
        Offer.objects.visible_to(request.user)
        .open()
        .select_related("incident", "involvement__profession", "involvement__department")
        .order_by("due_at", "id")[:30]
    )
    return render(request, "supporters/worklist.html", {"offers": offers})
