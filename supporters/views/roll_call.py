"""Everybody involved in one event: the state of each, and proposing supporters for all at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import SignedInRequest, allow
from accounts.enums import Role
from accounts.feedback import say
from incidents.models import Incident
from supporters import assignment
from supporters.assignment import AlreadyAssigned, NotEligible, Proposal
from supporters.case_log import log_roll_call
from supporters.enums import Waiting
from supporters.models import Contact, Offer, Supporter
from supporters.offers import OfferClosed
from supporters.views.case import not_eligible, taken
from supporters.views.match import Card, card
from supporters.worklist import Line, event_words, line_of


@dataclass(frozen=True, slots=True)
class Choices:
    """One line of the proposal for all: the suggested supporter first, then who else could."""

    offer: Offer
    cards: list[Card]


@allow(Role.COORDINATOR)
@require_GET
def roll_call(request: SignedInRequest, reference: str) -> HttpResponse:
    """Who was involved, and how it is with the support of each. `together` proposes a supporter for everybody
    who waits for one.
    """
    now = timezone.now()
    incident = _incident(request, reference)
    lines = [_line(offer, now) for offer in _offers(incident)]
    log_roll_call(
        incident=incident, people=[each.offer.involvement for each in lines], by=request.user, at=now
    )
    waiting = [each.offer for each in lines if each.offer.waiting_for == Waiting.ASSIGNMENT]
    together = waiting[: assignment.TOGETHER] if "together" in request.GET else []
    context = {
        "now": now,
        "incident": incident,
        "event": event_words(incident.kind, incident.event_type),
        "happened_at": incident.occurred_at or incident.reported_at,
        "lines": lines,
        "waiting": waiting,
        "in_time": sum(_in_time(each.offer) for each in lines),
        "proposals": _choices(assignment.propose_together(offers=together, at=now)) if together else [],
    }
    return render(request, "supporters/roll_call.html", context)


@allow(Role.COORDINATOR)
@require_POST
def assign_together(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask the chosen supporters: one line (`only`), or all. What somebody else did meanwhile stays."""
    incident = _incident(request, reference)
    chosen = _chosen(request, incident)
    now = timezone.now()
    asked = 0
    for offer, supporter in chosen:
        try:
            assignment.assign(offer=offer, supporter=supporter, by=request.user, at=now)
        except AlreadyAssigned as error:
            _tell(request, offer, taken(error, supporter.user))
        except NotEligible as error:
            _tell(request, offer, not_eligible(error, supporter.user))
        except OfferClosed:
            _tell(request, offer, _("This offer has ended."))
        else:
            asked += 1
    if asked:
        say(request, _asked(asked))
    elif not chosen:
        say(request, _("Nobody was chosen."), level=messages.WARNING)
    return redirect("support:roll-call", incident.reference)


def _incident(request: SignedInRequest, reference: str) -> Incident:
    incidents = Incident.objects.visible_to(request.user).select_related("department")
    return get_object_or_404(incidents, reference=reference)


def _offers(incident: Incident) -> QuerySet[Offer]:
    running = Contact.objects.open().select_related("supporter__user")
    return (
        Offer.objects.filter(incident=incident)
        .select_related(*assignment.NEED)
        .prefetch_related(Prefetch("contacts", running, to_attr="running"))
        .order_by("involvement__name", "id")
    )


def _line(offer: Offer, now: datetime) -> Line:
    running: list[Contact] = offer.running  # type: ignore[attr-defined]  # prefetched by _offers
    return line_of(offer, running[0].supporter.user.name if running else "", now)


def _in_time(offer: Offer) -> bool:
    return offer.offered_at is not None and offer.offered_at <= offer.first_contact_due_at


def _choices(proposals: Iterable[Proposal]) -> list[Choices]:
    return [
        Choices(
            each.offer,
            [card(choice) for choice in ((each.choice,) if each.choice else ()) + each.alternatives],
        )
        for each in proposals
    ]


def _chosen(request: SignedInRequest, incident: Incident) -> list[tuple[Offer, Supporter]]:
    """The lines that were sent, each with its supporter; lines without one are left out."""
    offers = Offer.objects.filter(incident=incident).select_related("involvement")
    only = request.POST.get("only", "")
    sent: list[tuple[Offer, UUID]] = []
    for offer in offers:
        if only and only != str(offer.pk):
            continue
        try:
            sent.append((offer, UUID(request.POST.get(f"supporter-{offer.pk}", ""))))
        except ValueError:
            continue
    people = Supporter.objects.select_related("user").in_bulk([pk for _offer, pk in sent])
    return [(offer, people[pk]) for offer, pk in sent if pk in people]


def _asked(count: int) -> str:
    return ngettext("%(count)d supporter has been asked.", "%(count)d supporters have been asked.", count) % {
        "count": count
    }


def _tell(request: SignedInRequest, offer: Offer, text: str) -> None:
    say(request, f"{offer.involvement.name}: {text}", level=messages.WARNING)
