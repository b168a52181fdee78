"""What becomes of support when a report is taken back by its reporter (incidents.reports.withdrawal)."""

from datetime import datetime
from itertools import chain

from django.db.models import Q

from incidents.models import Incident
from notifications.reminders.schedule import cancel_each
from supporters.enums import Waiting
from supporters.models import Contact, Offer


def acted(incident: Incident) -> bool:
    """Whether anybody was asked, or an offer was answered, moved or ended. Locks the offers."""
    offers = Offer.objects.filter(incident=incident).order_by("pk")
    list(offers.select_for_update(of=("self",), no_key=True).values_list("pk"))
    untouched = Q(waiting_for=Waiting.ASSIGNMENT, closed_at=None, offered_at=None, reached_at=None)
    return offers.exclude(untouched).exists() or Contact.objects.filter(offer__in=offers).exists()


def forget(incident: Incident, at: datetime) -> None:
    """Nobody is reminded any more of who was named on it."""
    offers = Offer.objects.filter(incident=incident).values_list("pk", "involvement")
    cancel_each([incident.pk, *chain.from_iterable(offers)], at=at)
