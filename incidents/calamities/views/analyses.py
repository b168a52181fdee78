"""The analyst's page: the own analyses with their terms, and how far each is."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit, by_key
from accounts.enums import AccessAction, Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again
from accounts.pages.feedback import say
from hospital.moment_words import lateness, time_to_go
from incidents.calamities import milestones
from incidents.calamities.analysis import progress as analyses
from incidents.calamities.forms.steps import MomentForm
from incidents.calamities.steps_on_page import track
from incidents.calamities.views.calamity_page import put_error
from incidents.clocks.deadlines import ExtensionError
from incidents.clocks.moment_checks import WrongMoment
from incidents.enums import AnalysisState, Step
from incidents.models import Analysis, Incident, Milestone, TeamMember
from incidents.models.analysis import IS_DONE, RUNS


@allow(Role.ANALYST)
@require_GET
def listing(request: SignedInRequest) -> HttpResponse:
    """One's own analyses: those that run, what is due first on top; `done` shows the ones that are done."""
    now = timezone.now()
    done = "done" in request.GET
    followed = Incident.objects.tracked_by(request.user)
    members = TeamMember.objects.current().filter(analyst=request.user, incident__in=followed)
    members = members.filter(IS_DONE if done else RUNS)
    step = Prefetch(
        "incident__milestones", Milestone.objects.filter(step=Step.ANALYSIS), to_attr="analysis_steps"
    )
    related = members.select_related("incident__department", "incident__analysis").prefetch_related(step)
    page = by_key.page(related, request.GET, size=20, by="assigned_at")
    rows = [_row(member, now) for member in page.rows]
    if not done:
        rows.sort(key=lambda row: (row["due"] is None, row["due"]))
    context = {"page": page, "rows": rows, "done": done, "now": now, **_filters(done)}
    return render(request, "incidents/calamities/analyses.html", context)


def _asked(data: Mapping[str, str]) -> str:
    return _("Not yet after all: take this step back") if "takes_back" in data else _("Note this step")


@allow(Role.ANALYST)
@asks_again(
    does=_asked,
    shown={
        "state": (gettext_lazy("Step"), {str(one): one.label for one in AnalysisState}),
        "moment": (gettext_lazy("When"), None),
    },
)
@require_http_methods(["GET", "POST"])
def analysis(request: SignedInRequest, reference: str) -> HttpResponse:
    """How far one analysis is. POST marks a state reached, corrects it, or ("takes_back") takes it back."""
    now = timezone.now()
    calamity = _own(request, reference)
    state = request.POST.get("state", "")
    if state not in AnalysisState.marked():
        return _page(request, calamity, now, None)
    form = _form(calamity, AnalysisState(state), None, request.POST, now)
    if not form.is_valid():
        return _page(request, calamity, now, form)
    moment = None if "takes_back" in request.POST else form.cleaned_data["moment"]
    try:
        with transaction.atomic():
            analyses.mark(
                incident=calamity,
                state=AnalysisState(state),
                moment=moment,
                by=request.user,
                at=now,
                seen=form.cleaned_data["seen"],
            )
            _record(request, calamity, AccessAction.CHANGE, now)
    except (WrongMoment, ExtensionError) as refused:
        put_error(form, "moment", refused)
        return _page(request, calamity, now, form)
    except (milestones.Stale, analyses.NotNow):
        text = _("This has just been changed, by somebody else or in another tab. This is how it is now.")
        say(request, text, level=messages.WARNING)
    else:
        say(request, _("Saved."))
    return redirect("calamities:analysis", reference)


def _page(
    request: SignedInRequest, calamity: Incident, now: datetime, wrong: MomentForm | None
) -> HttpResponse:
    step = calamity.milestones.filter(step=Step.ANALYSIS).first()
    marks = analyses.marks(Analysis.objects.filter(incident=calamity).first(), step)
    forms = [
        (
            mark,
            wrong
            if wrong and wrong.prefix == mark.state
            else _form(calamity, mark.state, mark.at, None, now),
        )
        for mark in marks
    ]
    _record(request, calamity, AccessAction.VIEW, now)
    context = {
        "calamity": calamity,
        "member": calamity.team.current().get(analyst=request.user),
        "step": track([step], now=now)[0] if step else None,
        "marks": forms,
        "next": next(((mark, form) for mark, form in forms if mark.is_next), None),
        "now": now,
    }
    return render(request, "incidents/calamities/analysis.html", context)


def _form(
    calamity: Incident, state: AnalysisState, current: datetime | None, data: QueryDict | None, now: datetime
) -> MomentForm:
    return MomentForm(data, prefix=state, label=_("When"), at=now, current=current, after=calamity)


def _filters(done: bool) -> dict[str, object]:
    url = reverse("calamities:analyses")
    filters = [
        {"label": _("Running"), "url": url, "current": not done},
        {"label": _("Done"), "url": f"{url}?done=1", "current": done},
    ]
    return {"label": _("Which analyses"), "filters": filters}


def _row(member: TeamMember, now: datetime) -> dict[str, object]:
    incident = member.incident
    steps = track(incident.analysis_steps, now=now)  # type: ignore[attr-defined]  # prefetched by `listing`
    step = steps[0] if steps else None
    state = analyses.state_of(getattr(incident, "analysis", None), step.milestone) if step else None
    return {
        "calamity": incident,
        "since": member.assigned_at,
        "step": step,
        "state": state,
        "due": step.first_due if step else None,
        "left": _left(step.first_due, now) if step and step.first_due else "",
    }


def _left(due: datetime, now: datetime) -> str:
    return lateness(now - due) if due < now else time_to_go(due - now)


def _own(request: SignedInRequest, reference: str) -> Incident:
    """The calamity, for who is on its team; the committee's or the director's role is not enough."""
    mine = TeamMember.objects.current().filter(analyst=request.user)
    calamities = Incident.objects.tracked_by(request.user).filter(pk__in=mine.values("incident"))
    return get_object_or_404(calamities.select_related("department"), reference=reference)


def _record(request: SignedInRequest, calamity: Incident, action: AccessAction, now: datetime) -> None:
    audit.record(
        action=action,
        user=request.user,
        role=Role.ANALYST,
        access_point="calamities:analysis",
        object_kind="incident",
        object_ref=calamity.reference,
        basis=f"{Role.ANALYST} of calamities",
        at=now,
    )
