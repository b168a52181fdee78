"""The reporter, who was asked, says who was involved."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow_signed_in
from accounts.pages.feedback import say
from incidents.calamities import ended_report
from incidents.reports.forms.people import AddPeopleForm
from incidents.reports.report_writer import AlreadyInvolved, ReportEnded, add_involved
from supporters.enums import IntakeState
from supporters.intake import head_questions, unnamed_reports
from supporters.intake.unnamed_reports import Settled
from supporters.models import UnnamedReport

PAGE = "support:name-people"


@allow_signed_in
@require_http_methods(["GET", "POST"])
def name_people(request: SignedInRequest, reference: str) -> HttpResponse:
    """People on the own report, once the coordinator asked; or (`nobody`) that nobody was affected."""
    own = UnnamedReport.objects.filter(incident__reporter=request.user, asked_at__isnull=False)
    row = get_object_or_404(own.select_related("incident"), incident__reference=reference)
    if row.state != IntakeState.OPEN:
        return _settled(request, reference)
    form = AddPeopleForm(kept_forms.posted(request), user=request.user)
    part = bool(request.htmx and not request.htmx.boosted)
    if "nobody" in request.POST and not part:
        return _nobody(request, row, reference)
    if request.method == "GET" or part or form.people.asked_for_part:
        form.leave_unjudged()
    elif form.is_valid() and _added(request, row, form):
        return redirect("incidents:detail", reference)
    if part:
        return render(request, "incidents/reports/_people.html", {"form": form})
    context = {
        "form": form,
        "incident": row.incident,
        "asked": True,
        "kept_form": "incidents/reports/_default_button.html",
    }
    return render(request, "incidents/reports/add_people.html", context)


def _added(request: SignedInRequest, row: UnnamedReport, form: AddPeopleForm) -> bool:
    people = form.people.involved()
    now = timezone.now()
    try:
        with transaction.atomic():
            added = add_involved(incident=row.incident, involved=people, by=request.user, at=now, page=PAGE)
            head_questions.reporter_named(row.incident, now)
    except ReportEnded:
        form.add_error(None, ended_report.ENDED)
        return False
    except AlreadyInvolved as refused:
        form.add_error(None, _("%(name)s is already on the list.") % {"name": refused.name})
        return False
    said = ngettext(
        "Thank you. %(count)d person is added.", "Thank you. %(count)d people are added.", len(added)
    )
    say(request, said % {"count": len(added)})
    return True


def _nobody(request: SignedInRequest, row: UnnamedReport, reference: str) -> HttpResponse:
    try:
        unnamed_reports.answer_nobody(report=row, at=timezone.now())
    except Settled:
        return _settled(request, reference)
    say(request, _("Thank you. The coordinator reads that nobody was affected."))
    return redirect("incidents:detail", reference)


def _settled(request: SignedInRequest, reference: str) -> HttpResponse:
    say(request, _("Thank you, the coordinator does not need it any more."))
    return redirect("incidents:detail", reference)
