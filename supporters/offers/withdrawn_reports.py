"""What becomes of support when a report is taken back by its reporter (incidents.reports.withdrawal)."""

from datetime import datetime
from itertools import chain

from django.db.models import F, Q

from incidents.models import Incident
from notifications.reminders.schedule import cancel_each, remind
from supporters.contacts import announcing
from supporters.enums import Waiting
from supporters.models import Contact, Offer


def acted(incident: Incident) -> bool:
    """Whether anybody was asked, or an offer was answered, moved or ended. Locks the offers.

    That it was announced is no act.
    """
    offers = Offer.objects.filter(incident=incident).order_by("pk")
    list(offers.select_for_update(of=("self",), no_key=True).values_list("pk"))
    told_at_most = Q(offered_at=None) | Q(offered_at=F("announced_at"))
    # Both halves of the term are as long as when it was opened: nobody asked for another day.
    in_its_term = Q(first_contact_due_at=F("due_at") + (F("due_at") - F("opened_at")))
    untouched = (
        told_at_most
        & in_its_term
        & Q(waiting_for=Waiting.ASSIGNMENT, closed_at=None, reached_at=None, reach_me=None)
    )
    return offers.exclude(untouched).exists() or Contact.objects.filter(offer__in=offers).exists()


def forget(incident: Incident, at: datetime) -> None:
    """Nobody is reminded any more of who was named on it, and who was told of a call hears that it does not
    come; not who took it back themselves.
    """
    offers = Offer.objects.filter(incident=incident)
    cancel_each([incident.pk, *chain.from_iterable(offers.values_list("pk", "involvement"))], at=at)
    others = incident.involvements.exclude(employee=incident.reporter_id).select_related("offer")
    remind(announcing.not_after_all(others, at=at))
