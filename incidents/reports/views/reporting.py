"""Reporting: the kind, the form for it, and what happens now."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow_signed_in
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from accounts.people import colleagues
from incidents.enums import IncidentKind
from incidents.models import Incident
from incidents.reports import withdrawal
from incidents.reports.forms.report import ReportForm
from incidents.reports.report_as_seen import (
    already_there,
    promised,
    to_forgotten,
    told_of,
    unnamed_of,
    ways_instead,
    ways_of_own,
    what_happens,
)


@dataclass(frozen=True)
class KindChoice:
    """One of the five cards."""

    kind: IncidentKind
    icon: str
    line: Promise
    warm: bool = False

    @property
    def url(self) -> str:
        return reverse("incidents:report", args=[self.kind.value])


CHOICES = (
    KindChoice(IncidentKind.VIM, "clipboard-list", _("Something in care did not go as it should.")),
    KindChoice(
        IncidentKind.CALAMITY,
        "urgent",
        _("A patient died or was seriously harmed, and nobody expected or intended it."),
    ),
    KindChoice(
        IncidentKind.EVENT,
        "bolt",
        _("A resuscitation, aggression, a complaint, the death of a patient or of a colleague."),
    ),
    KindChoice(
        IncidentKind.SELF,
        "heart-handshake",
        _("Something happened that you can’t let go of. A colleague will call you."),
        warm=True,
    ),
    KindChoice(
        IncidentKind.COLLEAGUE,
        "eye-heart",
        _("You notice that something weighs on somebody. Your name is not mentioned to them."),
        warm=True,
    ),
)


@allow_signed_in
@require_GET
def new(request: SignedInRequest) -> HttpResponse:
    """What do you want to report? Five cards; a link that names the kind goes on to its form."""
    if request.GET.get("kind") in IncidentKind.values:
        return redirect("incidents:report", request.GET["kind"])
    context = {"choices": CHOICES, "sees_all": request.user.has_role(Role.COORDINATOR)}
    return render(request, "incidents/reports/new.html", context)


@allow_signed_in
@require_http_methods(["GET", "POST"])
def report(request: SignedInRequest, kind: str) -> HttpResponse:
    """The form of one kind. The buttons of its people section send it too, and get the section back."""
    if kind not in IncidentKind.values:
        raise Http404
    form = ReportForm(
        kept_forms.posted(request),
        kind=IncidentKind(kind),
        user=request.user,
        key=kept_forms.ticket_of(request).key,
        at=timezone.now(),
    )
    part = bool(request.htmx and not request.htmx.boosted)
    wants_part = form.people is not None and (part or form.people.asked_for_part)
    if request.method == "POST" and not wants_part and form.is_valid():
        incident = form.save()
        if incident is not None:
            if incident.reported_at != form.at:
                say(request, gettext("You had sent this already. It is one report."))
            return redirect("incidents:received", incident.reference)
        if form.sent_before:
            kept_forms.renew(request)
    if request.method == "GET" or wants_part:
        form.leave_unjudged()
    if part:
        return render(request, "incidents/reports/_people.html", {"form": form})
    enter = "incidents/reports/_default_button.html" if form.people else "components/default_button.html"
    context = {"form": form, "promise": promised(form.at), "now": form.at, "kept_form": enter}
    if form.kind == IncidentKind.SELF:
        context |= {"ways": ways_instead, "already": already_there(request.user)}
    return render(request, "incidents/reports/report.html", context)


@allow_signed_in
@only_posted("incidents:new", does=_("Search for a colleague"))
def found(request: SignedInRequest) -> HttpResponse:
    """The options of the people picker for `q`: name, profession and department, ten at most.

    Posted, although it changes nothing: a name that is typed stands in no address, and so in no log.
    """
    q = request.POST.get("q", "")
    people = colleagues.search(q, near=request.user)
    return render(request, "components/people_options.html", {"people": people, "q": q})


@allow_signed_in
@require_GET
def received(request: SignedInRequest, reference: str) -> HttpResponse:
    """What happens now, for whoever reported it."""
    incident = get_object_or_404(Incident, reporter=request.user, reference=reference)
    if incident.has_ended:
        return redirect("incidents:detail", reference)
    now = timezone.now()
    context = {
        "incident": incident,
        "what_happens": what_happens(incident, now=now),
        "ways": ways_of_own if incident.kind == IncidentKind.SELF else (),
        "unnamed": unnamed_of(incident, request.user),
        "withdraws": withdrawal.may_ask(incident, user=request.user, at=now),
        "told": told_of(incident, request.user),
        "forgotten": to_forgotten(incident, request.user),
    }
    return render(request, "incidents/reports/received.html", context)
