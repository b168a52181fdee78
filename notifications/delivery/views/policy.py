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
from notifications.delivery.forms import DeliveryPolicyForm
from notifications.models import DeliveryPolicy

LOG = PolicyLog("delivery", DeliveryPolicy, Role.ADMIN, "reminder-policy", "administration")


@allow(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: SignedInRequest) -> HttpResponse:
    """Quiet hours, and when the mail of the day leaves."""
    form = DeliveryPolicyForm(kept_forms.posted(request), instance=DeliveryPolicy.current())
    if request.method == "POST" and form.is_valid():
        LOG.keep(policy=form.instance, fields=form.changed_data, by=request.user, at=timezone.now())
        say(request, _("Saved. Mail that waits already keeps its moment."))
        return redirect("reminder-policy")
    history = LOG.history(request.GET)
    return render(request, "notifications/delivery/policy.html", {"form": form, "history": history})
