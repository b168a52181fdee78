from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import SignedInRequest, allow
from accounts.enums import Role
from supporters.models import Offer


@allow(Role.COORDINATOR)
def match(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Who may be asked to support one involved employee, best first."""
    offers = Offer.objects.visible_to(request.user).select_related("involvement", "incident")
    return render(request, "supporters/match.html", {"offer": get_object_or_404(offers, involvement_id=pk)})
