"""Offers of support: opened for every involved employee in the transaction of the report."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count, F, Q
from django.urls import reverse

from accounts.enums import Role
from incidents.enums import IncidentKind
from incidents.milestones import set_support_counts
from incidents.models import Incident, Involvement
from notifications.models import Reminder
from notifications.schedule import remind, reminder
from supporters.models import Offer, SupportPolicy
from supporters.reminders import ASSIGNMENT_LATE, SOMEBODY_WAITS


def open_offers(involvements: Sequence[Involvement], at: datetime) -> None:
    """Offer support to each of `involvements`, all of them new at `at` (aware).

    The first contact is due within the hours of the policy (PMC/UMCG: 24). The first half of that term is the
    coordinator's, to find a supporter; the second half is the supporter's, to answer and to call. The
    coordinators hear of it at once, in one line for each report, and again for each person still without
    a supporter when the first half is over.
    """
    if not involvements:
        return
    term = timedelta(hours=SupportPolicy.current().first_contact_hours)
    offers = Offer.objects.bulk_create(
        Offer(
            involvement=involvement,
            incident_id=involvement.incident_id,
            due_at=at + term / 2,
            opened_at=at,
            first_contact_due_at=at + term,
        )
        for involvement in involvements
    )
    by_incident: dict[Incident, list[Offer]] = {}
    for offer in offers:
        by_incident.setdefault(offer.involvement.incident, []).append(offer)
    reminders = [_news(incident, mine, at) for incident, mine in by_incident.items()]
    remind([*reminders, *map(_late, offers)])
    for incident in by_incident:
        push_counts(incident)


def push_counts(incident: Incident) -> None:
    """Tell a calamity's milestone how many were offered support within the norm, of how many involved.

    The two counts are all that the calamity committee learns of support.
    """
    if incident.kind != IncidentKind.CALAMITY:
        return
    in_time = Q(offered_at__lte=F("first_contact_due_at"))
    counts = Offer.objects.filter(incident=incident).aggregate(
        offered=Count("id", filter=in_time), involved=Count("id")
    )
    set_support_counts(incident=incident, **counts)


def match_url(offer: Offer) -> str:
    """The page on which the coordinator chooses a supporter for this offer."""
    return reverse("support:match", args=[offer.involvement_id])


def _news(incident: Incident, offers: list[Offer], at: datetime) -> Reminder:
    """To the coordinators: somebody waits for a supporter."""
    url = (
        match_url(offers[0]) if len(offers) == 1 else reverse("support:roll-call", args=[incident.reference])
    )
    return reminder(
        key=f"offer:{offers[0].id}:waits",
        kind=SOMEBODY_WAITS,
        due_at=at,
        subject_id=incident.id,
        url=url,
        role=Role.COORDINATOR,
    )


def _late(offer: Offer) -> Reminder:
    """To the coordinators, if still nobody was asked when half of the term is over."""
    return reminder(
        key=f"offer:{offer.id}:assignment-late",
        kind=ASSIGNMENT_LATE,
        due_at=offer.due_at,
        subject_id=offer.id,
        url=match_url(offer),
        role=Role.COORDINATOR,
    )
