from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allow
from accounts.enums import Role
from supporters.models import Supporter


@allow(Role.COORDINATOR)
def pool(request: SignedInRequest) -> HttpResponse:
    """The supporters of this hospital."""
    supporters = Supporter.objects.visible_to(request.user).select_related("user")[:50]
    return render(request, "supporters/pool.html", {"supporters": supporters})
