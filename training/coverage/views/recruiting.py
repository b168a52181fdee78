"""Where to recruit next."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow
from training.coverage import recruiting, simulating

#: So many places are shown: where most is lacking.
SHOWN = 40


@allow(Role.COORDINATOR)
@require_GET
def recruit(request: SignedInRequest) -> HttpResponse:
    """The places where a new supporter brings most."""
    lacks = recruiting.lacks(timezone.now())
    context = {
        "lacks": lacks[:SHOWN],
        "more": max(0, len(lacks) - SHOWN),
        "simulated": simulating.result() is not None,
    }
    return render(request, "training/coverage/recruit.html", context)
