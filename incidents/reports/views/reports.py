"""The list of reports, one report, and adding people to it."""

import re
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts import by_key
from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow, allow_signed_in
from accounts.pages.feedback import say
from accounts.pages.sealed_search import answered, typed
from incidents.calamities import classification, ended_report
from incidents.enums import IncidentKind
from incidents.models import Incident, full_reference
from incidents.reports import withdrawal
from incidents.reports.forms.people import AddPeopleForm
from incidents.reports.report_as_seen import (
    record_view,
    sight_of,
    to_forgotten,
    told_of,
    unnamed_of,
    ways_on,
    what_happens,
)
from incidents.reports.report_writer import AlreadyInvolved, ReportEnded, add_involved


@allow_signed_in
@require_http_methods(["GET", "POST"])
def listing(request: SignedInRequest) -> HttpResponse:
    """The coordinator's list of all reports, everybody else's of their own; newest first. `q` (posted) is a
    reference to go to.
    """
    incidents = Incident.objects.visible_to(request.user)
    everything = request.user.has_role(Role.COORDINATOR)
    if not everything:
        incidents = incidents.filter(reporter=request.user)
    if request.method == "POST":
        reference = full_reference(request.POST.get("q", ""), year=timezone.localtime().year)
        found = reference and incidents.filter(reference=reference).exists()
        return redirect("incidents:detail", reference) if found else answered(request)
    kind, year = request.GET.get("kind", ""), request.GET.get("year", "")
    page = by_key.page(_filtered(incidents, kind, year).select_related("department"), request.GET)
    context = {
        "page": page,
        "everything": everything,
        "kinds": _kind_filters(request, kind),
        "years": _year_filters(request, year),
        "q": typed(request),
        "filtered": bool(kind or year),
        "now": timezone.now(),
    }
    return render(request, "incidents/reports/list.html", context)


@allow_signed_in
@require_GET
def detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """One report, as far as this person may see it; what somebody opened in a role is in the access log."""
    now = timezone.now()
    visible = Incident.objects.visible_to(request.user).select_related(
        "department", "reporter", "joined_into"
    )
    with transaction.atomic():
        incident = get_object_or_404(visible, reference=reference)
        sight = sight_of(incident, user=request.user, at=now)
        if incident.joined_into and sight.role is not None:
            return redirect("incidents:detail", incident.joined_into.reference)
        record_view(incident, sight, user=request.user, at=now)
    is_own = incident.reporter_id == request.user.pk
    context = {
        "incident": incident,
        "sight": sight,
        "ways_on": ways_on,
        "what_happens": what_happens(incident, now=now) if is_own else (),
        "is_own": is_own,
        "unnamed": unnamed_of(incident, request.user) if is_own else None,
        "told": told_of(incident, request.user),
        "forgotten": to_forgotten(incident, request.user),
        "tracked": incident.tracked_since is not None and sight.role is not None,
        "decides": sight.role is not None and bool(classification.options(incident, user=request.user)),
        "withdraws": withdrawal.may_ask(incident, user=request.user, at=now),
        "joined": incident.joined.select_related("reporter") if sight.role == Role.COORDINATOR else (),
    }
    return render(request, "incidents/reports/detail.html", context)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def add_people(request: SignedInRequest, reference: str) -> HttpResponse:
    """More people on the list of a report, by the coordinator."""
    incident = get_object_or_404(Incident.objects.in_role_of(request.user), reference=reference)
    if incident.has_ended and request.method == "GET":
        return ended_report.lead_on(request, incident)
    form = AddPeopleForm(kept_forms.posted(request), user=request.user)
    part = bool(request.htmx and not request.htmx.boosted)
    if request.method == "GET" or part or form.people.asked_for_part:
        form.leave_unjudged()
    elif form.is_valid() and _add(request, incident, form, timezone.now()):
        return redirect("incidents:detail", reference)
    if part:
        return render(request, "incidents/reports/_people.html", {"form": form})
    context = {"form": form, "incident": incident, "kept_form": "incidents/reports/_default_button.html"}
    return render(request, "incidents/reports/add_people.html", context)


def _add(request: SignedInRequest, incident: Incident, form: AddPeopleForm, now: datetime) -> bool:
    people = form.people.involved()
    try:
        added = add_involved(incident=incident, involved=people, by=request.user, at=now)
    except ReportEnded:
        form.add_error(None, ended_report.ENDED)
        return False
    except AlreadyInvolved as refused:
        form.add_error(None, gettext("%(name)s is already on the list.") % {"name": refused.name})
        return False
    said = ngettext("%(count)d person is added.", "%(count)d people are added.", len(added))
    say(request, said % {"count": len(added)})
    return True


def _filtered(incidents: QuerySet[Incident], kind: str, year: str) -> QuerySet[Incident]:
    if kind in IncidentKind.values:
        incidents = incidents.filter(kind=kind)
    if re.fullmatch(r"20\d\d", year):
        zone = timezone.get_default_timezone()
        starts, ends = (datetime(int(year) + more, 1, 1, tzinfo=zone) for more in (0, 1))
        incidents = incidents.filter(reported_at__gte=starts, reported_at__lt=ends)
    return incidents


def _kind_filters(request: SignedInRequest, chosen: str) -> list[dict[str, object]]:
    every = [("", gettext("All kinds")), *IncidentKind.choices]
    return [_filter(request, "kind", value, str(label), chosen) for value, label in every]


def _year_filters(request: SignedInRequest, chosen: str) -> list[dict[str, object]]:
    this = timezone.localtime().year
    every = [("", gettext("All years")), *((str(year), str(year)) for year in range(this, this - 4, -1))]
    return [_filter(request, "year", value, label, chosen) for value, label in every]


def _filter(request: SignedInRequest, name: str, value: str, label: str, chosen: str) -> dict[str, object]:
    """One choice of a filter, as a link that keeps the other filters and starts at the newest."""
    query = request.GET.copy()
    for key in ("before", "after", "q", name):
        query.pop(key, None)
    if value:
        query[name] = value
    return {"label": label, "url": f"?{query.urlencode()}", "current": value == chosen, "count": None}
