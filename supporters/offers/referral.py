"""The coordinator refers somebody to help outside the hospital: their support here ends as *referred*, and
they are told how to reach it.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.enums import AccessAction
from accounts.models import User
from supporters.contacts import announcing, flow
from supporters.contacts.case_access import log_case
from supporters.enums import EventKind, Outcome
from supporters.models import Contact, Offer, OutsideHelp, Referral
from supporters.offers.opening import close_offer, push_counts


@transaction.atomic
def refer(
    *, offer: Offer, to: OutsideHelp, by: User, at: datetime, seen: int | None = None
) -> Contact | None:
    """The contact that ended by it, if one was open. What else is open for who wished for help outside ends
    with it. `seen` is the last line of its log that the coordinator saw, 0 where there was no contact. Raises
    OfferClosed, and the errors of the flow when something else happened meanwhile.
    """
    contact = offer.contacts.open().select_related("offer__incident", "supporter").first()
    if seen is not None and (contact is None) != (seen == 0):
        raise flow.MovedOn
    if contact:
        flow.record(contact=contact, kind=EventKind.CLOSED, outcome=Outcome.REFERRED, by=by, at=at, seen=seen)
        push_counts(offer.incident, at=at)
        log_case(offer=offer, action=AccessAction.CHANGE, page="support:match", by=by, at=at)
    else:
        close_offer(offer=offer, outcome=Outcome.REFERRED, by=by, at=at)
    for each in (offer, *_others(offer)):
        if each != offer:
            close_offer(offer=each, outcome=Outcome.REFERRED, by=by, at=at)
        Referral.objects.update_or_create(offer=each, defaults={"to": to, "at": at})
    announcing.referred(offer, at=at)
    return contact


def _others(offer: Offer) -> list[Offer]:
    """What else is open, with nobody at work for it, for the same person, who wished for help outside."""
    person = offer.involvement
    if person.employee_id is None or not person.wish_outside:
        return []
    others = Offer.objects.open().leading().filter(involvement__employee=person.employee_id)
    at_work = Contact.objects.open().filter(offer=OuterRef("pk"))
    return list(others.exclude(pk=offer.pk).exclude(Exists(at_work)).order_by("pk"))


def help_for(offer: Offer) -> OutsideHelp | None:
    """To which help the person of `offer` was referred, as long as that is how it ended."""
    if offer.outcome != Outcome.REFERRED:
        return None
    found: Referral | None = getattr(offer, "referral", None)
    return found.to if found and found.at == offer.closed_at else None
