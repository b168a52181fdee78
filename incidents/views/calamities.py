"""Calamities: the list, and the track of the seven steps, which the calamity committee keeps."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import SignedInRequest, allow
from accounts.asked_again import only_posted
from accounts.enums import AccessAction, Role
from accounts.feedback import say
from incidents import milestones, pages
from incidents.deadlines import ExtensionError
from incidents.enums import Step
from incidents.models import Duty, Incident, Milestone
from incidents.moments import WrongMoment
from incidents.track import next_of, track
from incidents.views.calamity_page import (
    FOLLOWERS,
    calamity_of,
    overtaken,
    page,
    put_error,
    record,
    shown_steps,
    step_form,
)


@allow(*FOLLOWERS)
@require_GET
def listing(request: SignedInRequest) -> HttpResponse:
    """The calamities of this person, newest first, each with the step that is due next."""
    now = timezone.now()
    calamities = Incident.objects.tracked_by(request.user).select_related("department")
    found = pages.page(calamities.prefetch_related("milestones"), request.GET, size=20)
    rows = [
        (
            calamity,
            next_of(track(shown_steps(request.user, calamity), now=now, running=calamity.running_steps)),
        )
        for calamity in found.rows
    ]
    context: dict[str, object] = {"page": found, "rows": rows, "now": now}
    if request.user.has_role(Role.CCP, Role.DIRECTOR):
        context["duty"] = Duty.objects.at(now).select_related("director", "deputy").first()
        context["shows_duty"] = True
    return render(request, "incidents/calamities.html", context)


@allow(*FOLLOWERS)
@require_GET
def detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """The track of one calamity. That it was opened is in the access log."""
    now = timezone.now()
    with transaction.atomic():
        calamity = calamity_of(request, reference)
        record(request, calamity, AccessAction.VIEW, now)
    return page(request, calamity, now)


@allow(Role.CCP)
@only_posted(
    "calamities:detail",
    "reference",
    does=gettext_lazy("Note when this step was done"),
    shown={"moment": (gettext_lazy("Done at"), None)},
)
def step(request: SignedInRequest, reference: str, step: str) -> HttpResponse:
    """Mark a step done, correct its moment, or (button "reopen") open it again."""
    now = timezone.now()
    calamity = calamity_of(request, reference)
    milestone = get_object_or_404(Milestone.objects.select_related("incident"), incident=calamity, step=step)
    form = step_form(milestone, now, request.POST)
    if not form.is_valid():
        return page(request, calamity, now, {step: form})
    moment = None if "reopen" in request.POST else form.cleaned_data["moment"]
    try:
        with transaction.atomic():
            milestones.set_done(
                milestone=milestone,
                done_at=moment,
                by=request.user,
                at=now,
                seen=form.cleaned_data["seen"],
                sure=form.cleaned_data["sure"],
            )
            record(request, calamity, AccessAction.CHANGE, now)
    except (WrongMoment, ExtensionError) as refused:
        put_error(form, "moment", refused)
        return page(request, calamity, now, {step: form})
    except milestones.BeforeAnalysis:
        form.ask_whether_sure()
        return page(request, calamity, now, {step: form})
    except milestones.NotAligned:
        form.add_error("moment", gettext("Another department still has to confirm."))
        return page(request, calamity, now, {step: form})
    except (milestones.Stale, milestones.DoneByItself):
        return overtaken(request, calamity)
    said = gettext("%(step)s: open again.") if moment is None else gettext("%(step)s: done.")
    say(request, said % {"step": Step(step).label})
    return redirect("calamities:detail", reference)


@allow(Role.DIRECTOR)
@only_posted("calamities:detail", "reference", does=gettext_lazy("I have been told"))
def told(request: SignedInRequest, reference: str) -> HttpResponse:
    """A director confirms to have been told of the calamity: the first step is done, now."""
    now = timezone.now()
    calamity = calamity_of(request, reference)
    milestone = get_object_or_404(
        Milestone.objects.select_related("incident"), incident=calamity, step=Step.DIRECTOR
    )
    try:
        with transaction.atomic():
            milestones.set_done(milestone=milestone, done_at=now, by=request.user, at=now, seen=None)
            record(request, calamity, AccessAction.CHANGE, now)
    except milestones.Stale:
        return overtaken(request, calamity)
    say(request, gettext("Noted: you have been told."))
    return redirect("calamities:detail", reference)
