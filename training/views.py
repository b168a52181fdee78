"""The settings of the programme around the contact."""

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
from training.forms import TrainingPolicyForm
from training.models import TrainingPolicy

LOG = PolicyLog("training", TrainingPolicy, Role.COORDINATOR, "training:policy", "coordinator of the pool")


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def policy(request: SignedInRequest) -> HttpResponse:
    """How supporters are found, trained and kept."""
    form = TrainingPolicyForm(kept_forms.posted(request), instance=TrainingPolicy.current())
    if request.method == "POST" and form.is_valid():
        LOG.keep(policy=form.instance, fields=form.changed_data, by=request.user, at=timezone.now())
        say(request, _("Saved. It counts for everything that starts from now on."))
        return redirect("training:policy")
    return render(request, "training/policy.html", {"form": form, "history": LOG.history(request.GET)})
