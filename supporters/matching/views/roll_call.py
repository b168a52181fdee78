"""Everybody involved in one event: the state of each, and proposing supporters for all at once."""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from incidents.calamities.milestones import support_norm
from incidents.enums import IncidentKind
from incidents.models import Incident
from supporters.contacts.case_access import log_roll_call
from supporters.matching import assignment
from supporters.matching.need import READ_OF_OFFER
from supporters.matching.views import together
from supporters.matching.views.case import moved_on
from supporters.models import Offer
from supporters.offers import told_later, worklist
from supporters.offers.roll_call import RollCallLine, lines_of

#: What is read of the event: the page is opened daily.
EVENTS = Incident.objects.select_related("department", "joined_into").only(
    *("reference", "kind", "event_type", "occurred_at", "reported_at", "withdrawn_at"),
    *("department__name", "joined_into__reference", "tracked_since"),
)


@allow(Role.COORDINATOR)
@require_GET
def roll_call(request: SignedInRequest, reference: str) -> HttpResponse:
    """Who was involved, and how it is with the support of each. `together` proposes a supporter for everybody
    who waits for one.
    """
    now = timezone.now()
    incident = _incident(request, reference)
    if incident.joined_into:
        return redirect("support:roll-call", incident.joined_into.reference)
    if incident.withdrawn_at:
        return redirect("incidents:detail", reference)
    lines = lines_of(incident, now)
    named = [each.involvement_id for each in lines if not each.is_erased]
    log_roll_call(incident=incident, involved=named, by=request.user, at=now)
    waiting = [each for each in lines if each.waits]
    offers = _offers(waiting) if "together" in request.GET else []
    proposals = together.choices(assignment.propose_together(offers=offers, at=now)) if offers else []
    context = {
        "now": now,
        "incident": incident,
        "event": worklist.event_words(incident.kind, incident.event_type),
        "happened_at": incident.occurred_at or incident.reported_at,
        "lines": lines,
        "tallies": told_later.tallies(incident, at=now),
        "waiting": waiting,
        "in_time": sum(each.in_time for each in lines),
        "joins": not incident.has_ended and incident.kind not in IncidentKind.personal(),
        "hours": support_norm(incident) // timedelta(hours=1),
        "proposals": proposals,
        "anybody": any(each.cards for each in proposals),
    }
    return render(request, "supporters/matching/roll_call.html", context)


@allow(Role.COORDINATOR)
@only_posted("support:roll-call", "reference", does=gettext_lazy("Ask the supporters you chose"))
def assign_together(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask the chosen supporters: one line (`only`), or all. What somebody else did meanwhile stays."""
    sent_for = _incident(request, reference)
    incident = sent_for.joined_into or sent_for
    offers = Offer.objects.filter(incident=incident).select_related("involvement")
    chosen = together.chosen(request, offers)
    together.ask(request, chosen)
    if not chosen and sent_for.has_ended:
        moved_on(request)
    elif not chosen:
        say(request, _("Nobody was chosen."), level=messages.WARNING)
    return redirect("support:roll-call", incident.reference)


def _incident(request: SignedInRequest, reference: str) -> Incident:
    return get_object_or_404(EVENTS.in_role_of(request.user), reference=reference)


def _offers(lines: Sequence[RollCallLine]) -> list[Offer]:
    """The offers of `lines`, as many as are matched together at a time, in their order."""
    keys = [each.offer_id for each in lines[: assignment.TOGETHER]]
    found = Offer.objects.select_related(*READ_OF_OFFER).in_bulk(keys)
    return [found[key] for key in keys]
