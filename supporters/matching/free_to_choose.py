"""Which of the supporters who show themselves could be asked now: for supporters.offers.choosing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from supporters.enums import Rule
from supporters.matching import may_be_asked
from supporters.matching.need import need_of
from supporters.models import Offer

#: What the employee must not learn from who is there: who has no room, was part of the event, is kept apart.
_UNSAID = frozenset(
    {
        *(Rule.AT_CAPACITY, Rule.COOLING_DOWN, Rule.ABSENT, Rule.PAUSED, Rule.ALREADY_ASKED),
        *(Rule.INVOLVED_IN_EVENT, Rule.REPORTED_EVENT, Rule.IS_ANALYST, Rule.ON_EXCLUSION_LIST),
    }
)


def free(offer: Offer, at: datetime) -> Sequence[UUID]:
    """By every rule that holds for them; in an order that says nothing."""
    people = may_be_asked.supporters(need_of(offer, at)).filter(shown_as__isnull=False)
    return list(people.order_by("id").values_list("id", flat=True))


def of_own_group(offer: Offer, at: datetime) -> Sequence[UUID]:
    """Those of the employee's profession group who show themselves, also where they could not be asked now:
    where they are few, being there must not say that somebody is free.
    """
    need = need_of(offer, at)
    if not need.profession_group:
        return []
    people = may_be_asked.supporters(need, aside=_UNSAID).filter(shown_as__isnull=False)
    own = people.filter(user__profession__group=need.profession_group)
    return list(own.order_by("id").values_list("id", flat=True))
