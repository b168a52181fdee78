"""What a supporter alerted the coordinator about stands until she answers, whoever supports meanwhile."""

from django.db.models import Exists, OuterRef, Q

from supporters.contacts.allowed_steps import replay
from supporters.enums import Waiting
from supporters.models import Contact, ContactEvent, Offer

#: Offers that are open and have no supporter: also those of which an alert stands.
WITHOUT_SUPPORTER = Q(waiting_for=Waiting.ASSIGNMENT) | Q(waiting_for=Waiting.COORDINATOR) & ~Q(
    Exists(Contact.objects.open().filter(offer=OuterRef("pk")))
)


def last_contact(offer: Offer) -> Contact | None:
    """The last supporter's part in what is offered to the person of `offer`: there she answers."""
    mine = Q(offer=offer.pk) | Q(offer=offer.continues_id)
    if employee := offer.involvement.employee_id:
        mine |= Q(offer__involvement__employee=employee, offer__closed_at=None)
    return Contact.objects.filter(mine).select_related("alert").order_by("-proposed_at").first()


def standing(offer: Offer) -> ContactEvent | None:
    """The line that alerted her about the person of `offer` and has no answer, whoever wrote it."""
    last = last_contact(offer)
    return replay(list(last.events.order_by("id")), alert=last.alert).called_in if last else None


def waiting(offer: Offer) -> Waiting:
    """What `offer` waits for while nobody supports."""
    return Waiting.COORDINATOR if standing(offer) else Waiting.ASSIGNMENT
