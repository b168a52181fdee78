"""Calamities: the list, and the track of the seven steps, which the calamity committee keeps."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.access import SignedInRequest, allow
from accounts.enums import AccessAction, Role
from accounts.feedback import say
from accounts.models import User
from incidents import calamity_parts, milestones, pages
from incidents.calamity_forms import MomentForm
from incidents.enums import Step
from incidents.local_moments import LocalMomentField
from incidents.models import Incident, Milestone
from incidents.moments import InTheFuture, OutOfOrder
from incidents.track import next_of, track

FOLLOWERS = (Role.CCP, Role.DIRECTOR, Role.COORDINATOR, Role.ANALYST, Role.TEAM_LEADER)
OVERSEERS = (Role.CCP, Role.DIRECTOR, Role.COORDINATOR)
ESTABLISHED = "established"
HOUR = timedelta(hours=1)


@allow(*FOLLOWERS)
@require_GET
def listing(request: SignedInRequest) -> HttpResponse:
    """The calamities of this person, newest first, each with the step that is due next."""
    now = timezone.now()
    calamities = Incident.objects.tracked_by(request.user).select_related("department")
    page = pages.page(calamities.prefetch_related("milestones"), request.GET, size=20)
    rows = [(calamity, next_of(track(_shown(request.user, calamity), now=now))) for calamity in page.rows]
    return render(request, "incidents/calamities.html", {"page": page, "rows": rows, "now": now})


@allow(*FOLLOWERS)
@require_GET
def detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """The track of one calamity. That it was opened is in the access log."""
    now = timezone.now()
    with transaction.atomic():
        calamity = _calamity(request, reference)
        _record(request, calamity, AccessAction.VIEW, now)
    return _page(request, calamity, now, {})


@allow(Role.CCP)
@require_POST
def step(request: SignedInRequest, reference: str, step: str) -> HttpResponse:
    """Mark a step done, correct its moment, or (button "reopen") open it again."""
    now = timezone.now()
    calamity = _calamity(request, reference)
    milestone = get_object_or_404(Milestone.objects.select_related("incident"), incident=calamity, step=step)
    form = _step_form(request, milestone, now)
    if not form.is_valid():
        return _page(request, calamity, now, {step: form})
    moment = None if "reopen" in request.POST else form.cleaned_data["moment"]
    try:
        with transaction.atomic():
            milestones.set_done(
                milestone=milestone, done_at=moment, by=request.user, at=now, seen=form.cleaned_data["seen"]
            )
            _record(request, calamity, AccessAction.CHANGE, now)
    except milestones.DoneByItself:
        say(request, gettext("This step is done by itself: once support was offered to everybody."))
        return redirect("calamities:detail", reference)
    except (InTheFuture, OutOfOrder, milestones.Stale) as refused:
        return _refused(request, calamity, now, {step: form}, refused)
    label = Step(step).label
    said = gettext("%(step)s: open again.") if moment is None else gettext("%(step)s: done.")
    say(request, said % {"step": label})
    return redirect("calamities:detail", reference)


@allow(Role.CCP)
@require_POST
def establish(request: SignedInRequest, reference: str) -> HttpResponse:
    """Set, or correct, when it was established as a calamity: what starts then is computed anew."""
    now = timezone.now()
    calamity = _calamity(request, reference)
    form = _established_form(request, calamity, now)
    if not form.is_valid():
        return _page(request, calamity, now, {ESTABLISHED: form})
    try:
        with transaction.atomic():
            milestones.establish(
                incident=calamity,
                established_at=form.cleaned_data["moment"],
                seen=form.cleaned_data["seen"],
                by=request.user,
                at=now,
            )
            _record(request, calamity, AccessAction.CHANGE, now)
    except (InTheFuture, OutOfOrder, milestones.Stale) as refused:
        return _refused(request, calamity, now, {ESTABLISHED: form}, refused)
    say(request, gettext("The moment is set. What starts then has its new due moments."))
    return redirect("calamities:detail", reference)


def _page(
    request: SignedInRequest, calamity: Incident, now: datetime, forms: Mapping[str, MomentForm]
) -> HttpResponse:
    writes, oversees = request.user.has_role(Role.CCP), request.user.has_role(*OVERSEERS)
    steps = track(_shown(request.user, calamity), now=now)
    coming = next_of(steps)
    context: dict[str, object] = {"calamity": calamity, "steps": steps, "next": coming, "now": now}
    if writes:
        by_hand = [one for one in steps if not milestones.is_kept(one.milestone)]
        step_forms = [
            (one, forms.get(one.step) or _step_form(request, one.milestone, now)) for one in by_hand
        ]
        context["next_form"] = next((form for one, form in step_forms if one is coming), None)
        context["step_forms"] = [(one, form) for one, form in step_forms if one is not coming]
        context["established_form"] = forms.get(ESTABLISHED) or _established_form(request, calamity, now)
    if oversees:
        context["support"] = next((one.milestone for one in steps if one.step == Step.SUPPORT), None)
        context["hours"] = milestones.support_norm(calamity) // HOUR
        context["log"] = calamity.track_events.select_related("by").order_by("-at", "-id")
    context |= calamity_parts.parts(calamity, user=request.user)
    return render(request, "incidents/calamity.html", context)


def _refused(
    request: SignedInRequest,
    calamity: Incident,
    now: datetime,
    forms: Mapping[str, MomentForm],
    refused: Exception,
) -> HttpResponse:
    if isinstance(refused, milestones.Stale):
        say(
            request,
            gettext("Somebody else changed this just now. This is how it stands."),
            level=messages.WARNING,
        )
        return redirect("calamities:detail", calamity.reference)
    for form in forms.values():
        code = "future" if isinstance(refused, InTheFuture) else "order"
        form.add_error("moment", LocalMomentField.default_error_messages[code])
    return _page(request, calamity, now, forms)


def _calamity(request: SignedInRequest, reference: str) -> Incident:
    calamities = Incident.objects.tracked_by(request.user).select_related("department")
    return get_object_or_404(calamities, reference=reference)


def _shown(user: User, calamity: Incident) -> list[Milestone]:
    """An analyst follows the analysis only; everybody else who may open the page, every step."""
    every = list(calamity.milestones.all())
    leads = user.has_role(Role.TEAM_LEADER) and user.department_id == calamity.department_id
    if leads or user.has_role(*OVERSEERS):
        return every
    return [milestone for milestone in every if milestone.step == Step.ANALYSIS]


def _step_form(request: SignedInRequest, milestone: Milestone, now: datetime) -> MomentForm:
    data = request.POST if f"{milestone.step}-moment" in request.POST else None
    return MomentForm(
        data,
        prefix=milestone.step,
        label=gettext("Done at"),
        at=now,
        current=milestone.done_at,
    )


def _established_form(request: SignedInRequest, calamity: Incident, now: datetime) -> MomentForm:
    data = request.POST if f"{ESTABLISHED}-moment" in request.POST else None
    return MomentForm(
        data,
        prefix=ESTABLISHED,
        label=gettext("Established at"),
        at=now,
        current=calamity.established_at,
    )


def _record(request: SignedInRequest, calamity: Incident, action: AccessAction, now: datetime) -> None:
    role = next((role for role in FOLLOWERS if request.user.has_role(role)), None)
    if role is None:
        raise Http404
    audit.record(
        action=action,
        user=request.user,
        role=role,
        access_point="calamities:detail",
        object_kind="incident",
        object_ref=calamity.reference,
        basis=f"{role} of calamities",
        at=now,
    )
