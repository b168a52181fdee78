"""The head of department, who was asked who was there; and who forgot somebody on the own report."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow, allow_signed_in
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from incidents.calamities import ended_report
from incidents.models import Incident, Involvement
from incidents.reports.forms.people import AddPeopleForm
from incidents.reports.report_as_seen import OWN_REPORT
from incidents.reports.report_writer import AlreadyInvolved, ReportEnded
from supporters.intake import head_questions
from supporters.models import HeadQuestion


@allow_signed_in
@require_http_methods(["GET", "POST"])
def who_was_there(request: SignedInRequest, reference: str) -> HttpResponse:
    """People on a report of the own department, or on one's own, or (`nobody`) that nobody is missing."""
    now = timezone.now()
    reports = head_questions.may_be_named_on(request.user)
    incident = get_object_or_404(reports, reference=reference)
    until = head_questions.open_until(incident)
    form = AddPeopleForm(kept_forms.posted(request), user=request.user)
    part = bool(request.htmx and not request.htmx.boosted)
    if "nobody" in request.POST and not part:
        head_questions.nobody_missing(incident=incident, by=request.user, at=now)
        say(request, _("Thank you. Noted: nobody is missing."))
        return redirect(head_questions.PAGE, reference)
    if request.method == "GET" or part or form.people.asked_for_part:
        form.leave_unjudged()
    elif form.is_valid() and _named(request, incident, form):
        return redirect(head_questions.PAGE, reference)
    if part:
        return render(request, "incidents/reports/_people.html", {"form": form})
    named = head_questions.named_by(request.user, incident, at=now)
    _record(request, incident, named)
    question = head_questions.question_to(request.user, incident)
    context = {
        "form": form,
        "incident": incident,
        "asked": question is not None and question.answered_at is None,
        "is_own": incident.reporter_id == request.user.pk,
        "names_people": incident.involvements.exists(),
        "named": named,
        "until": until,
        "over": now > until,
        "now": now,
        "kept_form": "incidents/reports/_default_button.html",
    }
    return render(request, "supporters/intake/who_was_there.html", context)


@allow(Role.COORDINATOR)
@only_posted("support:intake", does=gettext_lazy("Ask the head of department no longer"))
def settle(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The coordinator knows who was there."""
    questions = HeadQuestion.objects.visible_to(request.user).select_related("incident")
    head_questions.settle(question=get_object_or_404(questions, pk=pk), by=request.user, at=timezone.now())
    say(request, _("Settled. The head of department is asked no longer."))
    response = redirect("support:intake")
    response["Location"] += "?show=heads"
    return response


def _named(request: SignedInRequest, incident: Incident, form: AddPeopleForm) -> bool:
    people = form.people.involved()
    try:
        head_questions.name(incident=incident, involved=people, by=request.user, at=timezone.now())
    except (ReportEnded, AlreadyInvolved):
        form.add_error(None, ended_report.ENDED)
        return False
    except head_questions.TermOver:
        return True
    say(request, _("Thank you. Whoever you named is offered support."))
    return True


def _record(request: SignedInRequest, incident: Incident, named: list[Involvement]) -> None:
    with transaction.atomic():
        audit.record_each(
            [row.pk for row in named],
            action=AccessAction.VIEW,
            user=request.user,
            role=None,
            access_point=head_questions.PAGE,
            object_kind="incident",
            object_ref=incident.reference,
            basis=OWN_REPORT,
            at=timezone.now(),
        )
