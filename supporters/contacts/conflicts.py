"""Why the supporter of an open contact had better be somebody else, in words."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, Q, QuerySet

from supporters.contacts import words
from supporters.contacts.analyst_conflict import PLACES
from supporters.contacts.involved_conflict import REPORTED, WAS_THERE
from supporters.models import Contact

_TIES: QuerySet[Contact, Any] = (
    Contact.objects.open()
    .annotate(analyses=Exists(PLACES), involved=WAS_THERE, reported=REPORTED)
    .values_list("offer", "analyses", "involved", "reported")
)


def said(contacts: Q) -> dict[UUID, str]:
    """By the offer, of those of `contacts` for which there is something to say: one statement."""
    return {
        offer: words.conflict(analyses=analyses, involved=involved, reported=reported)
        for offer, analyses, involved, reported in _TIES.filter(contacts)
        if analyses or involved or reported
    }
