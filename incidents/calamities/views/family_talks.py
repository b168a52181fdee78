"""The open talks with patient or next of kin: planned, held, and whether a coach helps."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again, name_of
from accounts.pages.feedback import say
from accounts.people import colleagues
from hospital import names
from incidents.calamities.family_talks import arrangements, talks
from incidents.calamities.forms.family_talks import PlanForm
from incidents.calamities.forms.steps import MomentForm
from incidents.calamities.milestones import Stale
from incidents.clocks.moment_checks import WrongMoment, said
from incidents.enums import TrackEventKind
from incidents.models import DisclosureCoach, DisclosureTalk, Incident, TrainedCoach

Forms = dict[str, MomentForm]


def _asked(data: Mapping[str, str]) -> str:
    said = {
        "plan": _("Plan this talk"),
        "move": _("Move this talk"),
        "call-off": _("Take this talk off the list"),
        "hold": _("Note when this talk was held"),
        "ask-coach": _("Ask for a disclosure coach"),
        "coach": _("Make this colleague the disclosure coach"),
    }
    return said.get(data.get("do", ""), "")


@allow(Role.CCP, Role.TEAM_LEADER)
@asks_again(
    does=_asked,
    shown={"moment": (gettext_lazy("When"), None), "coach": (gettext_lazy("Colleague"), name_of)},
)
@require_http_methods(["GET", "POST"])
def disclosure(request: SignedInRequest, reference: str) -> HttpResponse:
    """The talks of one calamity and its coach. POST does what the button named `do` says, about `talk`."""
    now = timezone.now()
    calamity = _calamity(request, reference)
    action = ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        return _page(request, calamity, now, {}, found=_found(request))
    forms: Forms = {}
    try:
        said = action(request, calamity, now, forms)
    except Stale:
        text = _("This has just been changed, by somebody else or in another tab. This is how it is now.")
        say(request, text, level=messages.WARNING)
        return redirect("calamities:disclosure", reference)
    except talks.AlreadyThere:
        say(request, _("This talk is already listed here."), level=messages.WARNING)
        return redirect("calamities:disclosure", reference)
    if said is None:
        return _page(request, calamity, now, forms)
    say(request, said)
    return redirect("calamities:disclosure", reference)


def _plan(request: SignedInRequest, calamity: Incident, now: datetime, forms: Forms) -> str | None:
    form = forms["plan"] = PlanForm(request.POST, prefix="plan", label=_("When"), at=now, current=None)
    if not form.is_valid():
        return None
    try:
        talks.plan(incident=calamity, planned_for=form.cleaned_data["moment"], by=request.user, at=now)
    except talks.NotPlanned:
        _too_far(form)
        return None
    return _("The talk is planned.")


def _move(request: SignedInRequest, calamity: Incident, now: datetime, forms: Forms) -> str | None:
    talk = _talk(request, calamity)
    form = forms[f"move-{talk.pk}"] = _move_form(talk, request, now)
    if not form.is_valid():
        return None
    planned_for, seen = form.cleaned_data["moment"], form.cleaned_data["seen"]
    try:
        talks.move(talk=talk, planned_for=planned_for, by=request.user, at=now, seen=seen)
    except talks.NotPlanned:
        _too_far(form)
        return None
    return _("The talk is moved.")


def _call_off(request: SignedInRequest, calamity: Incident, now: datetime, forms: Forms) -> str | None:
    talks.call_off(talk=_talk(request, calamity), by=request.user, at=now)
    return _("The talk has been cancelled.")


def _hold(request: SignedInRequest, calamity: Incident, now: datetime, forms: Forms) -> str | None:
    talk = _talk(request, calamity) if "talk" in request.POST else None
    form = _held_form(calamity, talk, request, now)
    forms[str(form.prefix)] = form
    if not form.is_valid():
        return None
    try:
        talks.hold(
            incident=calamity,
            talk=talk,
            held_at=form.cleaned_data["moment"],
            by=request.user,
            at=now,
            seen=form.cleaned_data["seen"],
        )
    except WrongMoment as refused:
        form.add_error("moment", said(refused))
        return None
    return _("Saved: the talk was held.")


def _ask(request: SignedInRequest, calamity: Incident, now: datetime, forms: Forms) -> str | None:
    talks.ask_for_coach(incident=calamity, by=request.user, at=now)
    return _("%(committee)s is asked for a disclosure coach.") % {"committee": capfirst(names.the_committee)}


def _coach(request: SignedInRequest, calamity: Incident, now: datetime, forms: Forms) -> str | None:
    found = colleagues.with_ids([_uuid(request, "coach")])
    if not found:
        raise Http404
    talks.find_coach(incident=calamity, coach=found[0], by=request.user, at=now)
    return _("%(name)s is the disclosure coach.") % {"name": found[0].name}


ACTIONS: dict[str, Callable[[SignedInRequest, Incident, datetime, Forms], str | None]] = {
    "plan": _plan,
    "move": _move,
    "call-off": _call_off,
    "hold": _hold,
    "ask-coach": _ask,
    "coach": _coach,
}


def _page(
    request: SignedInRequest, calamity: Incident, now: datetime, forms: Forms, *, found: Any = None
) -> HttpResponse:
    rows = calamity.talks.filter(cancelled_at=None).order_by("planned_for", "held_at", "id")
    _record(request, calamity, now)
    kinds = TrackEventKind.of_disclosure()
    context = {
        "calamity": calamity,
        "now": now,
        "talks": [
            {
                "talk": talk,
                "passed": talk.planned_for is not None and talk.planned_for <= now,
                "held_form": forms.get(f"held-{talk.pk}") or _held_form(calamity, talk, None, now),
                "move_form": forms.get(f"move-{talk.pk}") or _move_form(talk, None, now),
            }
            for talk in rows
        ],
        "plan_form": forms.get("plan")
        or PlanForm(None, prefix="plan", label=_("When"), at=now, current=None),
        "held_form": forms.get("held-new") or _held_form(calamity, None, None, now),
        "coach": DisclosureCoach.objects.filter(incident=calamity)
        .select_related("coach__department", "asked_by", "found_by")
        .first(),
        "trained": TrainedCoach.objects.filter(user__is_active=True)
        .select_related("user__profession", "user__department")
        .order_by("user__sort_key", "pk"),
        "keeps_coaches": request.user.has_role(Role.CCP),
        "arrangements": arrangements.of(calamity),
        "query": request.POST.get("q", ""),
        "found": found,
        "log": calamity.track_events.filter(kind__in=kinds).select_related("by").order_by("-at", "-id"),
    }
    return render(request, "incidents/calamities/family_talks.html", context)


def _found(request: SignedInRequest) -> Any:
    """The colleagues that were searched for; None where nobody was. By POST, so that no log keeps a name."""
    return colleagues.search(request.POST["q"], near=request.user) if "q" in request.POST else None


def _held_form(
    calamity: Incident, talk: DisclosureTalk | None, request: SignedInRequest | None, now: datetime
) -> MomentForm:
    prefix, current = ("held-new", None) if talk is None else (f"held-{talk.pk}", talk.held_at)
    data = request.POST if request else None
    form = MomentForm(data, prefix=prefix, label=_("Held at"), at=now, current=current, after=calamity)
    if talk is not None and talk.held_at is None and talk.planned_for and talk.planned_for <= now:
        form.initial["moment"] = talk.planned_for
    return form


def _move_form(talk: DisclosureTalk, request: SignedInRequest | None, now: datetime) -> PlanForm:
    data = request.POST if request else None
    prefix = f"move-{talk.pk}"
    return PlanForm(data, prefix=prefix, label=_("Planned for"), at=now, current=talk.planned_for)


def _too_far(form: MomentForm) -> None:
    form.add_error("moment", form.fields["moment"].error_messages["far"])


def _calamity(request: SignedInRequest, reference: str) -> Incident:
    calamities = Incident.objects.tracked_by(request.user).select_related("department")
    calamity = get_object_or_404(calamities, reference=reference)
    if not talks.may_keep(calamity, request.user):
        raise Http404
    return calamity


def _talk(request: SignedInRequest, calamity: Incident) -> DisclosureTalk:
    rows = calamity.talks.select_related("incident")
    return get_object_or_404(rows, pk=_uuid(request, "talk"))


def _uuid(request: SignedInRequest, field: str) -> UUID:
    try:
        return UUID(request.POST.get(field, ""))
    except ValueError:
        return UUID(int=0)


def _record(request: SignedInRequest, calamity: Incident, now: datetime) -> None:
    role = Role.CCP if request.user.has_role(Role.CCP) else Role.TEAM_LEADER
    audit.record(
        action=AccessAction.VIEW,
        user=request.user,
        role=role,
        access_point="calamities:disclosure",
        object_kind="incident",
        object_ref=calamity.reference,
        basis=f"{role} of calamities",
        at=now,
    )
