"""The sheet for the board and the inspectorate: when each step was done, against both clocks."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.pages.access import SignedInRequest, allow
from incidents.calamities import evidence as sheets
from incidents.models import Incident

#: Who prints it, and as which function it says it was made: the first that fits.
MAKERS = (Role.CCP, Role.DIRECTOR, Role.COORDINATOR)


@allow(*MAKERS)
@require_GET
def evidence(request: SignedInRequest, reference: str) -> HttpResponse:
    """The evidence of one calamity, for print. That it was made is in the access log."""
    now = timezone.now()
    tracked = Incident.objects.tracked_by(request.user).select_related("department")
    maker = next(role for role in MAKERS if request.user.has_role(role))
    with transaction.atomic():
        calamity = get_object_or_404(tracked, reference=reference)
        audit.record(
            action=AccessAction.EXPORT,
            user=request.user,
            role=maker,
            access_point="calamities:evidence",
            object_kind="incident",
            object_ref=calamity.reference,
            basis=f"{maker} of calamities",
            at=now,
        )
    context = {
        "calamity": calamity,
        "sheet": sheets.of(calamity, at=now),
        "maker": maker.label,
        "now": now,
    }
    return render(request, "incidents/calamities/evidence.html", context)
