"""Why the supporter of an open contact had better be somebody else, in words."""

from uuid import UUID

from supporters.contacts import analyst_conflict, involved_conflict, words
from supporters.models import ContactQuerySet


def said(contacts: ContactQuerySet) -> dict[UUID, str]:
    """By the offer, of those of `contacts` for which there is something to say: two queries."""
    analysed = set(analyst_conflict.among(contacts).values_list("offer", flat=True))
    tied = dict(involved_conflict.among(contacts).values_list("offer", "was_there"))
    return {
        offer: words.conflict(
            analyses=offer in analysed, involved=tied.get(offer, False), reported=offer in tied
        )
        for offer in analysed | tied.keys()
    }
