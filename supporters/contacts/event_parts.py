"""Which event an offer or a contact is part of: who is involved in it hears nothing of it by a role
(incidents.calamities.put_aside).
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import OuterRef, Q

from incidents.models import Incident
from supporters.models import Contact, Offer


def of_offers(ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The events of offers, by the offer's id."""
    return dict(Offer.objects.filter(pk__in=ids).values_list("pk", "incident_id"))


def of_contacts(ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The events of contacts, by the contact's id."""
    return dict(Contact.objects.filter(pk__in=ids).values_list("pk", "offer__incident_id"))


def of_event(incident: Incident) -> Iterable[UUID]:
    """What coordinators are reminded of in an event (incidents.calamities.put_aside.parts)."""
    yield from Offer.objects.filter(incident=incident).values_list("pk", flat=True)
    yield from Contact.objects.filter(offer__incident=incident).values_list("pk", flat=True)


def of_line(event: str) -> Q:
    """In a subquery of contacts: the field `event` is an event that the contact is for, the one it began with
    or one that goes on with it.
    """
    also = Offer.objects.filter(continues=OuterRef(OuterRef("offer"))).values("incident")
    return Q(**{event: OuterRef("offer__incident")}) | Q(**{f"{event}__in": also})


def for_events(incidents: Collection[UUID]) -> Q:
    """Of contacts: those that are for one of these events."""
    going_on = Offer.objects.filter(incident__in=incidents).exclude(continues=None)
    return Q(offer__incident__in=incidents) | Q(offer__in=going_on.values("continues"))
