"""Which event a notice about support is about: to the coordinator by its reference, to the supporter, who
does not know that, by what happened and when.
"""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from hospital.moment_words import day_in_words
from incidents.calamities.notice_words import reference_of
from incidents.enums import event_in_words
from supporters.models import Contact, Offer


def event_of(user: User, subjects: Collection[UUID]) -> dict[UUID, str]:
    """Of each of `subjects` (contacts, offers or reports) its event in words, left out where `user` may not
    see it; a few statements.
    """
    words = reference_of(user, subjects)
    offers = Offer.objects.visible_to(user).filter(pk__in=subjects)
    words |= dict(offers.values_list("pk", "incident__reference"))
    now = timezone.now()
    contacts = Contact.objects.visible_to(user).filter(pk__in=subjects)
    for pk, supporter, reference, kind, event_type, occurred_at in contacts.values_list(
        "pk",
        "supporter__user",
        "offer__incident__reference",
        "offer__incident__kind",
        "offer__incident__event_type",
        "offer__incident__occurred_at",
    ):
        if supporter != user.pk:
            words[pk] = reference
        else:
            happened = event_in_words(kind, event_type)
            words[pk] = f"{happened}, {day_in_words(occurred_at, now=now)}" if occurred_at else happened
    return words
