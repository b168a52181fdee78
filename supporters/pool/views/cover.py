"""In which hours calls are made, as the coordinator keeps it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.feedback import say
from accounts.policy_log import PolicyLog
from hospital.models import COVER_DAYS, WorkingHours
from supporters.models import SupportPolicy
from supporters.pool.forms import CoverForm

LOG = PolicyLog("cover", WorkingHours, Role.COORDINATOR, "pool:cover", "coordinator of the pool")


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: SignedInRequest) -> HttpResponse:
    """When we call, and what that makes of a report of this moment."""
    now, hours = timezone.now(), WorkingHours.current()
    call_by = SupportPolicy.current().call_by(now, cover=hours.cover)
    form = CoverForm(kept_forms.posted(request), hours=hours)
    if request.method == "POST" and form.is_valid():
        LOG.keep(policy=form.chosen(), fields=["cover_is_office", *COVER_DAYS], by=request.user, at=now)
        say(request, _("Saved. It counts for everything that starts from now on."))
        return redirect("pool:cover")
    context = {"form": form, "call_by": call_by, "now": now, "history": LOG.history(request.GET)}
    return render(request, "supporters/pool/cover.html", context)
