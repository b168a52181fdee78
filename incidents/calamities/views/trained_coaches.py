"""The list of trained disclosure coaches, kept by the committee."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again, name_of
from accounts.pages.feedback import say
from accounts.people import colleagues
from incidents.calamities.family_talks import trained_coaches
from incidents.calamities.milestones import Stale
from incidents.models import TrainedCoach

PAGE = "calamity-coaches"


def _asked(data: Mapping[str, str]) -> str:
    return gettext("Change the list of disclosure coaches") if {"coach", "off"} & data.keys() else ""


@allow(Role.CCP)
@asks_again(
    does=_asked,
    shown={"coach": (gettext_lazy("Colleague"), name_of), "off": (gettext_lazy("Colleague"), name_of)},
)
@require_http_methods(["GET", "POST"])
def coaches(request: SignedInRequest) -> HttpResponse:
    """Who is trained. POST puts `coach` on the list, takes `off`, or looks for `q`."""
    now = timezone.now()
    try:
        if "coach" in request.POST:
            found = colleagues.with_ids([_uuid(request.POST["coach"])])
            if not found:
                raise Http404
            trained_coaches.add(user=found[0], by=request.user, at=now)
            say(request, gettext("%(name)s is on the list.") % {"name": found[0].name})
            return redirect(PAGE)
        if "off" in request.POST:
            name = trained_coaches.take_off(user=_uuid(request.POST["off"]), by=request.user, at=now)
            say(request, gettext("%(name)s is off the list.") % {"name": name})
            return redirect(PAGE)
    except Stale:
        text = gettext(
            "This has just been changed, by somebody else or in another tab. This is how it is now."
        )
        say(request, text, level=messages.WARNING)
        return redirect(PAGE)
    rows = TrainedCoach.objects.select_related("user__profession", "user__department")
    context = {
        "coaches": rows.order_by("user__sort_key", "pk"),
        "query": request.POST.get("q", ""),
        "found": colleagues.search(request.POST["q"], near=request.user) if "q" in request.POST else None,
        "history": trained_coaches.LOG.history(request.GET),
    }
    return render(request, "incidents/calamities/trained_coaches.html", context)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
