from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.feedback import say
from accounts.policy_log import PolicyLog
from incidents.calamities.forms.policy import CalamityPolicyForm
from incidents.models import Policy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: Fields that are the hospital's now, and stand in the history of this policy.
FORMER: "dict[str, StrPromise]" = {
    "work_starts": _("Working day starts"),
    "work_ends": _("Working day ends"),
    "decreed_holidays": _("Extra days off by decree"),
}
LOG = PolicyLog(
    "calamities",
    Policy,
    Role.ADMIN,
    "calamity-policy",
    "administration",
    words=lambda name: str(FORMER.get(name, name)),
)


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def policy(request: SignedInRequest) -> HttpResponse:
    """The terms after a calamity, and the hospital’s own numbers on the page with help."""
    form = CalamityPolicyForm(kept_forms.posted(request), instance=Policy.current())
    if request.method == "POST" and form.is_valid():
        LOG.keep(policy=form.instance, fields=form.changed_data, by=request.user, at=timezone.now())
        say(request, gettext("Saved. Calamities that run keep the terms they were reported under."))
        return redirect("calamity-policy")
    return render(
        request, "incidents/calamities/policy.html", {"form": form, "history": LOG.history(request.GET)}
    )
