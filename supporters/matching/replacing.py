"""A supporter falls ill or leaves: for all that is open with them somebody else is found, in one action.

Each contact moves in a transaction of its own, whole or not at all (assignment.replace), so that one in which
something else has just happened holds up none of the others.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Prefetch, QuerySet

from accounts.enums import AccessAction
from accounts.models import User
from supporters.contacts import flow
from supporters.contacts.case_access import log_case
from supporters.matching import assignment
from supporters.matching.need import READ_OF_OFFER
from supporters.models import Contact, Offer, Supporter


def open_contacts(*, supporter: Supporter, by: User) -> QuerySet[Contact]:
    """What is open with `supporter` as far as `by` may see it, what is due first first; `seen` is the last
    line of its log. In two statements: PostgreSQL takes ten times as long to plan one of ten tables.
    """
    mine = Contact.objects.visible_to(by).open().filter(supporter=supporter)
    offers = Prefetch("offer", Offer.objects.select_related(*READ_OF_OFFER))
    return mine.prefetch_related(offers).annotate(seen=Max("events__id")).order_by("due_at", "id")


def how_many_more(*, supporter: Supporter, by: User) -> int:
    """So many are open with `supporter` that are for another coordinator to move."""
    mine = Contact.objects.open().filter(supporter=supporter)
    return mine.exclude(pk__in=Contact.objects.visible_to(by).values("pk")).count()


def move(*, contact: Contact, to: Supporter | None, by: User, at: datetime, seen: int | None) -> Contact:
    """Ask `to` in the place of the supporter of `contact`; without `to` it waits for somebody else again.

    Raises what assignment.replace raises.
    """
    if to:
        return assignment.replace(contact=contact, supporter=to, by=by, at=at, seen=seen)
    with transaction.atomic():
        moved = flow.withdraw(contact=contact, by=by, at=at, seen=seen)
        log_case(offer=contact.offer, action=AccessAction.CHANGE, page="support:replace", by=by, at=at)
        return moved
