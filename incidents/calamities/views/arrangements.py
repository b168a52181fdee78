"""One line of what is arranged around a calamity: who looks after it, or on which day it is."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again, name_of
from accounts.pages.feedback import say
from accounts.people import colleagues
from hospital.form_fields import DayField
from incidents.calamities.family_talks import arrangements, talks
from incidents.calamities.milestones import Stale
from incidents.enums import LookedAfter
from incidents.models import CareArrangement, Incident


class ArrangedDayForm(forms.Form):
    """The day since when somebody looks after it, or on which it is."""

    on = DayField(label=gettext_lazy("Day"))


def _asked(data: Mapping[str, str]) -> str:
    return _("Note what is arranged") if "do" in data else ""


@allow(Role.CCP, Role.TEAM_LEADER)
@asks_again(
    does=_asked, shown={"on": (gettext_lazy("Day"), None), "employee": (gettext_lazy("Colleague"), name_of)}
)
@require_http_methods(["GET", "POST"])
def arrange(request: SignedInRequest, reference: str, what: str) -> HttpResponse:
    """POST notes the `employee`, that nobody has to (`do` = "not-needed"), the day alone ("day"), or takes
    the line off ("off"); `q` looks for a colleague.
    """
    now = timezone.now()
    calamity = _calamity(request, reference)
    if what not in LookedAfter.values:
        raise Http404
    line = LookedAfter(what)
    row = calamity.arrangements.filter(what=line).select_related("employee").first()
    form = ArrangedDayForm(
        kept_forms.posted(request), initial={"on": row.on if row else timezone.localdate(now)}
    )
    if request.method == "GET" or "q" in request.POST:
        form.is_bound = False
    try:
        if request.POST.get("do") == "off":
            arrangements.take_off(
                incident=calamity, what=line, by=request.user, at=now, seen=_seen(request) or now
            )
            say(request, _("Taken off."))
            return redirect("calamities:disclosure", reference)
        if "do" in request.POST and form.is_valid() and _arranged(request, calamity, line, form, now):
            say(request, _("Noted."))
            return redirect("calamities:disclosure", reference)
    except Stale:
        text = _("This has just been changed, by somebody else or in another tab. This is how it is now.")
        say(request, text, level=messages.WARNING)
        return redirect("calamities:disclosure", reference)
    return _page(request, calamity, line, row, form)


def _arranged(
    request: SignedInRequest, calamity: Incident, line: LookedAfter, form: ArrangedDayForm, now: datetime
) -> bool:
    employee = None
    if request.POST["do"] == "employee" and line not in LookedAfter.days():
        found = colleagues.with_ids([_uuid(request.POST.get("employee", ""))])
        if not found:
            raise Http404
        employee = found[0]
    elif line in LookedAfter.people():
        return False
    arrangements.arrange(
        incident=calamity,
        what=line,
        employee=employee,
        on=form.cleaned_data["on"],
        by=request.user,
        at=now,
        seen=_seen(request),
    )
    return True


def _page(
    request: SignedInRequest,
    calamity: Incident,
    line: LookedAfter,
    row: CareArrangement | None,
    form: ArrangedDayForm,
) -> HttpResponse:
    query = request.POST.get("q")
    context = {
        "calamity": calamity,
        "line": line,
        "row": row,
        "seen": row.changed_at.isoformat() if row else "",
        "form": form,
        "by_day": line in LookedAfter.days(),
        "may_be_nobody": line in LookedAfter.five(),
        "query": query or "",
        "found": None if query is None else colleagues.search(query, near=request.user),
    }
    return render(request, "incidents/calamities/arrange.html", context)


def _calamity(request: SignedInRequest, reference: str) -> Incident:
    calamities = Incident.objects.tracked_by(request.user).select_related("department")
    calamity = get_object_or_404(calamities, reference=reference)
    if not talks.may_keep(calamity, request.user):
        raise Http404
    return calamity


def _seen(request: SignedInRequest) -> datetime | None:
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
