"""Calamities: the list, and the track of the seven steps, which the calamity committee keeps."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts import by_key
from accounts.enums import AccessAction, Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from accounts.pages.sealed_search import answered, typed
from hospital.clock import local_day
from incidents.calamities import listing as calamity_list
from incidents.calamities import milestones
from incidents.calamities.steps_on_page import TrackStep, next_of, track
from incidents.calamities.views.calamity_page import (
    FOLLOWERS,
    OF_THE_HEAD,
    calamity_of,
    is_head,
    overtaken,
    page,
    put_error,
    record,
    step_form,
)
from incidents.clocks.deadlines import ExtensionError
from incidents.clocks.moment_checks import WrongMoment
from incidents.enums import Step
from incidents.models import Duty, Incident, Milestone, full_reference
from notifications.reminders.stand_ins import mark_away

#: Of a calamity in the list.
SHOWN = ("reference", "reported_at", "kind", "in_doubt", "igj_form", "established_at", "department__name")


@dataclass(frozen=True)
class CalamityRow:
    """A calamity in the list: the step that is due next, or the one that is late longest, with its others."""

    calamity: Incident
    step: TrackStep | None
    also_late: int

    @property
    def is_late(self) -> bool:
        return self.step is not None and self.step.state == "late"


@allow(*FOLLOWERS)
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: SignedInRequest) -> HttpResponse:
    """The calamities of this person: the late ones, then the others, newest first. `q` (posted) is a
    reference or a department.
    """
    now, user = timezone.now(), request.user
    calamities: QuerySet[Incident] = Incident.objects.tracked_by(user)
    if request.method == "POST":
        reference = full_reference(request.POST.get("q", ""), year=local_day(now).year)
        is_one = reference and calamities.filter(reference=reference).exists()
        return redirect("calamities:detail", reference) if is_one else answered(request)
    words, state = typed(request), request.GET.get("state", "")
    if words:
        calamities = calamity_list.matching(calamities, words)
    late = calamity_list.late_first(calamities, user=user, at=now)
    rest = calamity_list.in_state(calamities, state, user=user, late=late)
    on_top: list[Incident] = []
    if not state:
        rest = rest.exclude(pk__in=late)
        if not {"before", "after"} & set(request.GET):
            first = late[: calamity_list.MOST_LATE]
            found = _shown(Incident.objects.all()).in_bulk(first)
            on_top = [found[pk] for pk in first]
    page = by_key.page(_shown(rest), request.GET, size=20)
    seen = Prefetch("milestones", Milestone.objects.visible_to(user), to_attr="seen_steps")
    prefetch_related_objects([*on_top, *page.rows], seen)
    context: dict[str, object] = {
        "late": [_row(one, now) for one in on_top],
        "rows": [_row(one, now) for one in page.rows],
        "page": page,
        "states": _states(request, state, len(late)),
        "q": words,
        "filtered": bool(words or state),
        "now": now,
    }
    if user.has_role(Role.CCP, Role.DIRECTOR):
        duty = Duty.objects.at(now).select_related("director", "deputy").first()
        mark_away(filter(None, (duty.director, duty.deputy) if duty else ()), at=now)
        context["duty"] = duty
        context["shows_duty"] = True
    return render(request, "incidents/calamities/calamities.html", context)


def _shown(calamities: QuerySet[Incident]) -> QuerySet[Incident]:
    return calamities.select_related("department").only(*SHOWN)


def _row(calamity: Incident, now: datetime) -> CalamityRow:
    steps: list[Milestone] = calamity.seen_steps  # type: ignore[attr-defined]  # set by the prefetch
    found = track(steps, now=now, running=calamity.running_steps)
    late = [one for one in found if one.state == "late"]
    return CalamityRow(calamity, next_of(late or found), max(0, len(late) - 1))


def _states(request: SignedInRequest, chosen: str, late: int) -> list[dict[str, object]]:
    """The states as links, which keep what was typed and start at the newest."""
    links = []
    for state, label in calamity_list.STATES.items():
        query = request.GET.copy()
        for name in ("before", "after", "state"):
            query.pop(name, None)
        if state:
            query["state"] = state
        count = late if state == calamity_list.LATE else None
        links.append(
            {"label": label, "url": f"?{query.urlencode()}", "current": state == chosen, "count": count}
        )
    return links


@allow(*FOLLOWERS)
@require_GET
def detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """The track of one calamity. That it was opened is in the access log."""
    now = timezone.now()
    with transaction.atomic():
        calamity = calamity_of(request, reference)
        record(request, calamity, AccessAction.VIEW, now)
    return page(request, calamity, now)


@allow(Role.CCP, Role.TEAM_LEADER)
@only_posted(
    "calamities:detail",
    "reference",
    does=gettext_lazy("Note when this step was done"),
    shown={"moment": (gettext_lazy("Done at"), None)},
)
def step(request: SignedInRequest, reference: str, step: str) -> HttpResponse:
    """Mark a step done, correct its moment, or (button "reopen") open it again; the head of the department
    marks done what is theirs (`OF_THE_HEAD`), and changes nothing.
    """
    now = timezone.now()
    calamity = calamity_of(request, reference)
    milestone = get_object_or_404(Milestone.objects.select_related("incident"), incident=calamity, step=step)
    keeps = request.user.has_role(Role.CCP)
    if not keeps and (step not in OF_THE_HEAD or not is_head(request.user, calamity)):
        raise Http404
    form = step_form(milestone, now, request.POST)
    if not form.is_valid():
        return page(request, calamity, now, {step: form})
    moment = None if keeps and "reopen" in request.POST else form.cleaned_data["moment"]
    try:
        with transaction.atomic():
            milestones.set_done(
                milestone=milestone,
                done_at=moment,
                by=request.user,
                at=now,
                seen=form.cleaned_data["seen"] if keeps else None,
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
