"""The moments after a calamity that everybody who was involved is told of, as the committee sets them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again
from accounts.pages.feedback import say
from incidents.calamities import later_moments
from incidents.calamities.forms.later_moments import LaterMomentForm
from incidents.calamities.milestones import Stale
from incidents.enums import LaterMomentKind
from incidents.models import Incident, LaterMoment

Forms = dict[str, LaterMomentForm]


def _asked(data: Mapping[str, str]) -> str:
    said = {
        "set": _("Set this moment and tell everybody"),
        "move": _("Change this moment and tell everybody"),
        "cancel": _("Cancel this moment and tell everybody"),
    }
    return said.get(data.get("do", ""), "")


@allow(Role.CCP)
@asks_again(does=_asked, shown={"moment": (gettext_lazy("When"), None)})
@require_http_methods(["GET", "POST"])
def later(request: SignedInRequest, reference: str) -> HttpResponse:
    """The moments of one calamity. POST does what the button named `do` says, about `later`."""
    now = timezone.now()
    tracked = Incident.objects.tracked_by(request.user).select_related("department")
    calamity = get_object_or_404(tracked, reference=reference)
    action = ACTIONS.get(request.POST.get("do", ""))
    forms: Forms = {}
    if action is None:
        return _page(request, calamity, now, forms)
    try:
        said = action(request, calamity, now, forms)
    except Stale:
        text = _("This has just been changed, by somebody else or in another tab. This is how it is now.")
        say(request, text, level=messages.WARNING)
        return redirect(later_moments.PAGE, reference)
    except later_moments.MomentThere:
        say(request, _("This moment is already listed here."), level=messages.WARNING)
        return redirect(later_moments.PAGE, reference)
    if said is None:
        return _page(request, calamity, now, forms)
    say(request, said)
    return redirect(later_moments.PAGE, reference)


def _set(request: SignedInRequest, calamity: Incident, now: datetime, forms: Forms) -> str | None:
    form = forms["set"] = LaterMomentForm(request.POST, at=now)
    if not form.is_valid():
        return None
    data = form.cleaned_data
    try:
        later_moments.set_moment(
            incident=calamity,
            kind=LaterMomentKind(data["kind"]),
            planned_for=data["moment"],
            way=data["way"],
            place=data["place"],
            by=request.user,
            at=now,
        )
    except later_moments.NotAhead:
        _too_far(form)
        return None
    if not calamity.involvements.exists():
        return _("Set. Nobody is named yet, so nobody is told; whoever is named later is.")
    return _("Set. Everybody who was involved and can still be reached is told.")


def _move(request: SignedInRequest, calamity: Incident, now: datetime, forms: Forms) -> str | None:
    moment = _moment(request, calamity)
    form = forms[str(moment.pk)] = LaterMomentForm(request.POST, at=now, moment=moment)
    if not form.is_valid():
        return None
    data = form.cleaned_data
    try:
        later_moments.move(
            moment=moment,
            planned_for=data["moment"],
            way=data["way"],
            place=data["place"],
            by=request.user,
            at=now,
            seen=data["seen"],
        )
    except later_moments.NotAhead:
        _too_far(form)
        return None
    if not calamity.involvements.exists():
        return _("Changed. Nobody is named yet, so nobody is told; whoever is named later is.")
    return _("Changed. Everybody who was involved and can still be reached is told.")


def _cancel(request: SignedInRequest, calamity: Incident, now: datetime, _forms: Forms) -> str | None:
    moment = _moment(request, calamity)
    try:
        seen = datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        raise Stale from None
    later_moments.cancel(moment=moment, by=request.user, at=now, seen=seen)
    if not calamity.involvements.exists():
        return _("Cancelled. Nobody is named, so nobody had to be told.")
    return _("Cancelled. Everybody who was involved and can still be reached is told.")


ACTIONS: dict[str, Callable[[SignedInRequest, Incident, datetime, Forms], str | None]] = {
    "set": _set,
    "move": _move,
    "cancel": _cancel,
}


def _page(request: SignedInRequest, calamity: Incident, now: datetime, forms: Forms) -> HttpResponse:
    audit.record(
        action=AccessAction.VIEW,
        user=request.user,
        role=Role.CCP,
        access_point=later_moments.PAGE,
        object_kind="incident",
        object_ref=calamity.reference,
        basis=f"{Role.CCP} of calamities",
        at=now,
    )
    rows = [
        {
            "counted": one,
            "moment": one.moment,
            "form": (forms.get(str(one.moment.pk)) or LaterMomentForm(None, at=now, moment=one.moment))
            if one.moment.planned_for > now
            else None,
        }
        for one in later_moments.of(calamity)
    ]
    context = {
        "calamity": calamity,
        "now": now,
        "rows": rows,
        "form": forms.get("set") or LaterMomentForm(None, at=now),
    }
    return render(request, "incidents/calamities/later_moments.html", context)


def _too_far(form: LaterMomentForm) -> None:
    form.add_error("moment", form.fields["moment"].error_messages["far"])


def _moment(request: SignedInRequest, calamity: Incident) -> LaterMoment:
    try:
        pk = UUID(request.POST.get("later", ""))
    except ValueError:
        pk = UUID(int=0)
    return get_object_or_404(calamity.later_moments.select_related("incident"), pk=pk)
