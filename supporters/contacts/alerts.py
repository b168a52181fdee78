"""What a supporter alerted the coordinator about stands until she answers, whoever supports meanwhile."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects

from supporters.contacts.allowed_steps import replay
from supporters.enums import Waiting
from supporters.models import Contact, ContactEvent, Offer

#: Offers that are open and have no supporter: also those of which an alert stands.
WITHOUT_SUPPORTER = Q(waiting_for=Waiting.ASSIGNMENT) | Q(waiting_for=Waiting.COORDINATOR) & ~Q(
    Exists(Contact.objects.open().filter(offer=OuterRef("pk")))
)


def last_contact(offer: Offer) -> Contact | None:
    """The last supporter's part in what is offered to the person of `offer`: there she answers."""
    return _last_contacts([offer]).get(offer.pk)


def standing(offer: Offer) -> ContactEvent | None:
    """The line that alerted her about the person of `offer` and has no answer, whoever wrote it."""
    return standing_of([offer]).get(offer.pk)


def standing_of(offers: Collection[Offer]) -> dict[UUID, ContactEvent]:
    """The line that stands of each of `offers` of which one does, by the offer's id: two statements, besides
    the people of `offers`.
    """
    last = _last_contacts(offers)
    prefetch_related_objects(
        list({each.pk: each for each in last.values()}.values()),
        Prefetch("events", ContactEvent.objects.order_by("id")),
    )
    lines = {pk: replay(list(each.events.all()), alert=each.alert).called_in for pk, each in last.items()}
    return {pk: line for pk, line in lines.items() if line}


def _last_contacts(offers: Collection[Offer]) -> dict[UUID, Contact]:
    """Of each of `offers` that has one, by its id; one statement."""
    known = {pk for offer in offers for pk in (offer.pk, offer.continues_id) if pk}
    people = {offer.involvement.employee_id for offer in offers} - {None}
    theirs = Q(offer__in=known) | Q(offer__involvement__employee__in=people, offer__closed_at=None)
    of_offer: dict[UUID, Contact] = {}
    of_person: dict[UUID, Contact] = {}
    contacts = Contact.objects.filter(theirs).select_related("alert", "offer__involvement")
    for contact in contacts.order_by("-proposed_at"):
        of_offer.setdefault(contact.offer_id, contact)
        employee = contact.offer.involvement.employee_id
        if employee and contact.offer.closed_at is None:
            of_person.setdefault(employee, contact)
    last = {}
    for offer in offers:
        employee = offer.involvement.employee_id
        mine = [of_offer.get(offer.pk)]
        mine.append(of_offer.get(offer.continues_id) if offer.continues_id else None)
        mine.append(of_person.get(employee) if employee else None)
        if found := [each for each in mine if each]:
            last[offer.pk] = max(found, key=lambda each: each.proposed_at)
    return last


def waiting(offer: Offer) -> Waiting:
    """What `offer` waits for while nobody supports."""
    return Waiting.COORDINATOR if standing(offer) else Waiting.ASSIGNMENT
