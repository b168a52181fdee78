"""What becomes of support when a report is taken back by its reporter (incidents.reports.withdrawal)."""

from datetime import datetime
from itertools import chain

from django.db.models import F, Q

from hospital.models import WorkingHours
from incidents.models import Incident
from notifications.reminders.schedule import cancel_each, remind
from supporters.contacts import announcing
from supporters.enums import Waiting
from supporters.models import Contact, Offer, SupportPolicy


def acted(incident: Incident) -> bool:
    """Whether anybody was asked, or an offer was answered, moved or ended. Locks the offers.

    That it was announced is no act.
    """
    offers = Offer.objects.filter(incident=incident).order_by("pk")
    list(offers.select_for_update(of=("self",), no_key=True).values_list("pk"))
    told_at_most = Q(offered_at=None) | Q(offered_at=F("announced_at"))
    untouched = told_at_most & Q(
        waiting_for=Waiting.ASSIGNMENT, closed_at=None, reached_at=None, reach_me=None
    )
    if offers.exclude(untouched).exists() or Contact.objects.filter(offer__in=offers).exists():
        return True
    # Who asked for another day moved the moment that follows from when it was opened.
    policy, cover = SupportPolicy.current(), WorkingHours.current().cover
    return any(each.first_contact_due_at != policy.call_by(each.opened_at, cover=cover) for each in offers)


def forget(incident: Incident, at: datetime) -> None:
    """Nobody is reminded any more of who was named on it, and who was told of a call hears that it does not
    come; not who took it back themselves.
    """
    offers = Offer.objects.filter(incident=incident)
    cancel_each([incident.pk, *chain.from_iterable(offers.values_list("pk", "involvement"))], at=at)
    others = incident.involvements.exclude(employee=incident.reporter_id).select_related("offer")
    remind(announcing.not_after_all(others, at=at))
