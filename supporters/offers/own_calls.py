"""The part of an employee's home page that says who will call, and when."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.models import User
from supporters.enums import ContactState
from supporters.models import Contact, Offer


def running(user: User) -> dict[str, Any]:
    """The open offers of support to `user`, newest first, each with the colleague who said yes: one query.

    A coordinator sees here, too, only the own.
    """
    accepted = Contact.objects.filter(state__in=(ContactState.ACCEPTED, ContactState.IN_CONTACT))
    offers = (
        Offer.objects.open()
        .filter(involvement__employee=user)
        .annotate(supporter=Subquery(accepted.filter(offer=OuterRef("pk")).values("supporter__user__name")))
        .order_by("-opened_at")
    )
    now = timezone.now()
    calls = [
        (offer, offer.called_by(accepted=offer.supporter is not None, now=now))  # type: ignore[attr-defined]  # annotated
        for offer in offers
    ]
    return {"calls": calls, "now": now}
