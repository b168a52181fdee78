"""Which of the supporters who show themselves could be asked now: for supporters.offers.choosing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from supporters.matching import may_be_asked
from supporters.matching.need import need_of
from supporters.models import Offer


def free(offer: Offer, at: datetime) -> Sequence[UUID]:
    """By every rule that holds for them; in an order that says nothing."""
    people = may_be_asked.supporters(need_of(offer, at)).filter(shown_as__isnull=False)
    return list(people.order_by("id").values_list("id", flat=True))
