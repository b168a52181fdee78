"""Correcting when a calamity happened, was noticed or was established, by the calamity committee."""

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.enums import AccessAction, Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.feedback import say
from incidents.calamities import moment_writer
from incidents.calamities.forms.moments import MomentsForm
from incidents.calamities.milestones import Stale
from incidents.calamities.views.calamity_page import calamity_of, overtaken, put_error, record
from incidents.clocks.deadlines import ExtensionError
from incidents.clocks.moment_checks import WrongMoment


@allow(Role.CCP)
@require_http_methods(["GET", "POST"])
def correct(request: SignedInRequest, reference: str) -> HttpResponse:
    """The three moments, what they should be and why; 404 for what is no calamity."""
    now = timezone.now()
    calamity = calamity_of(request, reference)
    if not calamity.running_steps:
        raise Http404
    form = MomentsForm(kept_forms.posted(request), calamity=calamity, at=now)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                moment_writer.correct(incident=calamity, by=request.user, at=now, **form.as_corrected())
                record(request, calamity, AccessAction.CHANGE, now)
        except Stale:
            return overtaken(request, calamity)
        except WrongMoment as refused:
            put_error(form, refused.moment, refused)
        except moment_writer.DoneBefore as refused:
            form.ask_whether_sure(refused.steps)
        except ExtensionError as refused:
            put_error(form, "established_at", refused)
        else:
            say(request, gettext("Corrected. The terms and their reminders follow."))
            return redirect("calamities:detail", reference)
    return render(
        request,
        "incidents/calamities/moments.html",
        {"calamity": calamity, "form": form, "kept_form": "components/default_button.html"},
    )
