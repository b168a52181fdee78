"""What a report is taken to be: by the calamity committee, or first by the coordinator."""

from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.enums import AccessAction, Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.feedback import say
from incidents.calamities import classification, ended_report
from incidents.calamities.forms.classification import ClassificationForm
from incidents.calamities.milestones import Stale
from incidents.calamities.views.calamity_page import overtaken, put_error, record
from incidents.clocks.deadlines import ExtensionError
from incidents.clocks.moment_checks import WrongMoment
from incidents.enums import Step
from incidents.models import Incident, Policy


@allow(Role.CCP, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def classify(request: SignedInRequest, reference: str) -> HttpResponse:
    """Decide whether it is a calamity, in doubt, something else for the inspectorate, or none of these."""
    now = timezone.now()
    incident = _incident(request, reference)
    if incident.has_ended:
        return ended_report.lead_on(request, incident)
    options = classification.options(incident, user=request.user)
    if not options:
        return _nothing_to_decide(request, incident)
    form = ClassificationForm(kept_forms.posted(request), incident=incident, options=options, at=now)
    if request.method == "POST" and form.is_valid():
        try:
            decided = _classify(request, incident, form, now)
        except Stale:
            stands = _incident(request, reference)
            return ended_report.lead_on(request, stands) if stands.has_ended else overtaken(request, stands)
        except classification.MomentKept as refused:
            form.refuse_moment(refused.kept)
        except WrongMoment as refused:
            put_error(form, "noticed_at" if refused.moment == "noticed_at" else "moment", refused)
        except ExtensionError as refused:
            put_error(form, "moment", refused)
        else:
            say(request, gettext("Recorded: %(verdict)s.") % {"verdict": decided.verdict.label})
            return redirect("calamities:detail", reference)
    weeks = Policy.current().establish_weeks
    context = {
        "incident": incident,
        "form": form,
        "weeks": weeks,
        "is_notified": incident.milestones.filter(step=Step.IGJ, done_at__isnull=False).exists(),
        "kept_form": "components/default_button.html",
    }
    return render(request, "incidents/calamities/classification.html", context)


def _classify(
    request: SignedInRequest, incident: Incident, form: ClassificationForm, now: datetime
) -> Incident:
    with transaction.atomic():
        decided = classification.classify(incident=incident, by=request.user, at=now, **form.as_decided())
        record(request, incident, AccessAction.CHANGE, now)
    return decided


def _nothing_to_decide(request: SignedInRequest, incident: Incident) -> HttpResponse:
    """Somebody else decided while the form was open; without a form there was never anything here."""
    seen = request.POST.get("seen")
    if seen is None or seen == classification.standing(incident):
        raise Http404
    return overtaken(request, incident)


def _incident(request: SignedInRequest, reference: str) -> Incident:
    """What this person follows, or sees as a coordinator."""
    found = Incident.objects.tracked_by(request.user)
    if request.user.has_role(Role.COORDINATOR):
        found = Incident.objects.in_role_of(request.user)
    return get_object_or_404(found.select_related("department"), reference=reference)
