"""Whether there are enough supporters."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow
from supporters.models import SupportPolicy
from training.coverage import counting


@allow(Role.COORDINATOR)
@require_GET
def coverage(request: SignedInRequest) -> HttpResponse:
    """Whether there are enough supporters of each profession."""
    context = {"groups": counting.coverage(timezone.now()), "policy": SupportPolicy.current()}
    return render(request, "training/coverage/coverage.html", context)
