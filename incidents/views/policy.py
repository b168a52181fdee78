from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import SignedInRequest, allow
from accounts.enums import AccessAction, Role
from accounts.feedback import say
from incidents.models import Policy
from incidents.policy_form import PolicyForm


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def policy(request: SignedInRequest) -> HttpResponse:
    """The terms after a calamity, working hours, and the hospital's own numbers on the page with help."""
    form = PolicyForm(request.POST or None, instance=Policy.current())
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save(commit=False).save(update_fields=form.changed_data)
            audit.record(
                action=AccessAction.CHANGE,
                user=request.user,
                role=Role.ADMIN,
                access_point="calamity-policy",
                object_kind="policy",
                object_ref="calamities",
                basis="administration",
                at=timezone.now(),
            )
        say(request, gettext("Saved. Calamities that run keep the terms they were reported under."))
        return redirect("calamity-policy")
    return render(request, "incidents/policy.html", {"form": form})
