"""What every view of a calamity needs: the calamity, its page, its line in the access log, a kind word."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from accounts.pages.access import SignedInRequest
from accounts.pages.feedback import say
from incidents.calamities import classification, inspectorate, milestones, page_parts
from incidents.calamities.forms.steps import (
    AnswerForm,
    AskForm,
    ConfirmationForm,
    DepartmentForm,
    LetterForm,
    MomentForm,
)
from incidents.calamities.milestones import is_kept, support_norm
from incidents.calamities.steps_on_page import TrackStep, next_of, track
from incidents.clocks.deadlines import ExtensionError, ExtensionTooLateError
from incidents.clocks.moment_checks import WrongMoment, said
from incidents.enums import ReportState, Step, TermAnswer
from incidents.models import OVERSEERS, Alignment, Duty, Incident, Milestone
from notifications.reminders.stand_ins import mark_away

FOLLOWERS = (Role.CCP, Role.DIRECTOR, Role.COORDINATOR, Role.ANALYST, Role.TEAM_LEADER)

#: What the head of the department sees to, and notes (UMCG 2019): what is done at once.
OF_THE_HEAD = (Step.DIRECTOR, Step.ALIGNMENT)

Forms = Mapping[str, forms.Form]


def calamity_of(request: SignedInRequest, reference: str) -> Incident:
    """What this person may follow the steps of; 404 for another."""
    tracked = Incident.objects.tracked_by(request.user).select_related("department")
    return get_object_or_404(tracked, reference=reference)


def page(
    request: SignedInRequest, calamity: Incident, now: datetime, given: Forms | None = None
) -> HttpResponse:
    """The page; `given` are forms that came back with errors, by their prefix."""
    given = given or {}
    user = request.user
    writes, oversees = user.has_role(Role.CCP), user.has_role(*OVERSEERS)
    shown = calamity.milestones.visible_to(user)
    steps = track(shown, now=now, running=calamity.running_steps)
    coming = next_of(steps)
    context: dict[str, object] = {
        "calamity": calamity,
        "verdict": calamity.verdict,
        "doubt": next((one for one in steps if one.step == Step.ESTABLISH and one.is_running), None),
        "steps": [one for one in steps if one.step != Step.ESTABLISH],
        "next": coming,
        "also_late": [one for one in steps if one.state == "late" and one is not coming],
        "now": now,
        "decides": bool(classification.options(calamity, user=user)),
        "corrects": writes and bool(calamity.running_steps),
    }
    context |= _departments(user, calamity, now, given)
    if writes:
        context |= _of_the_committee(calamity, steps, coming, now, given)
    elif is_head(user, calamity):
        context |= _of_the_head(steps, coming, now, given)
    if oversees:
        context |= _of_overseers(user, calamity, steps)
    analysis = next((one.milestone for one in steps if one.step == Step.ANALYSIS), None)
    context |= page_parts.parts(calamity, user=user, analysis=analysis)
    return render(request, "incidents/calamities/calamity.html", context)


def is_head(user: User, calamity: Incident) -> bool:
    """Whether `user` leads the department where it happened."""
    leads = user.has_role(Role.TEAM_LEADER) and user.department_id is not None
    return leads and user.department_id == calamity.department_id


def step_form(milestone: Milestone, now: datetime, data: Mapping[str, str] | None = None) -> MomentForm:
    return MomentForm(
        data,
        prefix=milestone.step,
        label=gettext("Done at"),
        at=now,
        current=milestone.done_at,
        after=milestone.incident,
    )


def record(request: SignedInRequest, calamity: Incident, action: AccessAction, now: datetime) -> None:
    """Put in the access log that this person opened or changed it, in the first role that allows it."""
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


def overtaken(request: SignedInRequest, calamity: Incident) -> HttpResponse:
    """Somebody else was first: say so, and show how it stands."""
    text = gettext("This has just been changed, by somebody else or in another tab. This is how it is now.")
    say(request, text, level=messages.WARNING)
    return redirect("calamities:detail", calamity.reference)


def put_error(form: forms.Form, field: str, refused: WrongMoment | ExtensionError) -> None:
    """Say beside the field of a moment what is wrong with it, or which extension it would break."""
    if isinstance(refused, WrongMoment):
        form.add_error(field, said(refused))
        return
    form.add_error(field, extension_said(refused))


def extension_said(refused: ExtensionError) -> str:
    """Which recorded extension does not fit any more, and why."""
    extension = refused.extension
    words = {
        "asked": date_format(timezone.localtime(extension.asked), "j F Y"),
        "number": f" ({extension.reference})" if extension.reference else "",
        "end": date_format(timezone.localtime(refused.end), "j F Y"),
    }
    if isinstance(refused, ExtensionTooLateError):
        text = gettext(
            "The extension asked for on %(asked)s%(number)s would no longer hold: the term would have ended "
            "on %(end)s, before it was asked for. Take that extension back first."
        )
        return text % words
    text = gettext(
        "The extension asked for on %(asked)s%(number)s would no longer hold: it would end before the term "
        "itself, which ends on %(end)s. Take that extension back first."
    )
    return text % words


def _departments(user: User, calamity: Incident, now: datetime, given: Forms) -> dict[str, object]:
    """The other departments, and what this person may do about them."""
    leads = user.has_role(Role.TEAM_LEADER)
    own = is_head(user, calamity)
    writes = user.has_role(Role.CCP)
    sees = writes or own or user.has_role(*OVERSEERS)
    runs = Step.ALIGNMENT in calamity.running_steps
    rows = Alignment.objects.filter(incident=calamity, dropped_at__isnull=True)
    if not sees:
        rows = rows.filter(department=user.department_id) if leads else rows.none()
    rows = rows.select_related("department", "confirmed_by").order_by("named_at", "department__name")
    found = list(rows.only("named_at", "confirmed_at", "department__name", "confirmed_by__name"))
    return {
        "alignments": [
            (row, runs and row.confirmed_at is None and (writes or _heads(user, row))) for row in found
        ],
        "drops_departments": runs and (writes or own),
        "department_form": (given.get("department") or DepartmentForm(calamity=calamity))
        if runs and (writes or own)
        else None,
        "shows_departments": sees or bool(found),
    }


def _heads(user: User, row: Alignment) -> bool:
    return user.has_role(Role.TEAM_LEADER) and user.department_id == row.department_id


def _of_the_committee(
    calamity: Incident, steps: list[TrackStep], coming: TrackStep | None, now: datetime, given: Forms
) -> dict[str, object]:
    """The forms of who keeps the steps. What is counted and what does not run has none."""
    by_hand = [one for one in steps if one.is_running and one.step != Step.ESTABLISH]
    by_hand = [one for one in by_hand if not is_kept(one.milestone)]
    context = _step_forms(by_hand, coming, now, given)
    term = next((one for one in steps if one.step in inspectorate.EXTENDABLE and one.is_running), None)
    if term is not None and calamity.established_at:
        context |= _of_the_term(term, now, given)
    return context


def _of_the_head(
    steps: list[TrackStep], coming: TrackStep | None, now: datetime, given: Forms
) -> dict[str, object]:
    """What the head of the department has still to do, with the director who is on duty now."""
    own = [one for one in steps if one.is_running and one.step in OF_THE_HEAD and one.state != "done"]
    context = _step_forms(own, coming, now, given)
    if any(one.step == Step.DIRECTOR for one in own):
        duty = Duty.objects.at(now).select_related("director", "deputy").first()
        people = [person for person in (duty.director, duty.deputy) if person] if duty else []
        mark_away(people, at=now)
        context |= {"tells_director": True, "on_duty": people}
    return context


def _step_forms(
    by_hand: list[TrackStep], coming: TrackStep | None, now: datetime, given: Forms
) -> dict[str, object]:
    pairs = [(one, given.get(one.step) or step_form(one.milestone, now)) for one in by_hand]
    return {
        "next_form": next((form for one, form in pairs if one is coming), None),
        "step_forms": [(one, form) for one, form in pairs if one is not coming],
    }


def _of_the_term(term: TrackStep, now: datetime, given: Forms) -> dict[str, object]:
    """What the inspectorate said of the final report, and the forms to record more of it."""
    standing = inspectorate.standing(term.milestone)
    changes = list(standing.select_related("recorded_by").order_by("recorded_at"))
    waiting = next((one for one in changes if one.answer == TermAnswer.WAITING), None)
    state = milestones.report_state(changes)
    extends = state == ReportState.ASKED and term.milestone.done_at is None
    return {
        "term": term,
        "term_state": state,
        "term_changes": changes,
        "waiting_change": waiting,
        "confirm_form": given.get("confirm") or ConfirmationForm(at=now),
        "ask_form": given.get("ask") or AskForm(at=now) if extends and not waiting else None,
        "answer_form": (given.get("answer") or AnswerForm(at=now)) if waiting else None,
        "letter_form": None if state == ReportState.UNKNOWN else given.get("letter") or LetterForm(at=now),
    }


def _of_overseers(user: User, calamity: Incident, steps: list[TrackStep]) -> dict[str, object]:
    director = next((one for one in steps if one.step == Step.DIRECTOR and one.is_running), None)
    support = next((one for one in steps if one.counts_support), None)
    told = director is not None and director.state != "done"
    since = director.milestone.reminded_at if director else None
    duty = Duty.objects.at(since).select_related("director", "deputy").first() if since else None
    if since and duty:
        mark_away(filter(None, (duty.director, duty.deputy)), at=since)
    return {
        "support": support.milestone if support else None,
        "hours": support_norm(calamity, step=support.milestone) // timedelta(hours=1) if support else None,
        "duty": duty,
        "duty_since": since if told else None,
        "confirms_duty": told and user.has_role(Role.DIRECTOR),
    }
