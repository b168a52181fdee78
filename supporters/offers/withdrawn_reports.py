"""What becomes of support when a report is taken back by its reporter (incidents.reports.withdrawal)."""

from datetime import datetime
from itertools import chain

from accounts.enums import AccessAction
from accounts.models import AccessEvent
from incidents.models import Incident
from notifications.reminders.schedule import cancel_each, remind
from supporters.contacts import announcing
from supporters.models import Contact, Offer


def acted(incident: Incident) -> bool:
    """Whether a supporter was asked for anybody on it, or a coordinator did something about an offer. Locks
    the offers.

    What somebody who was named chose is no act, nor that they were told: or the answer would say it.
    """
    offers = Offer.objects.filter(incident=incident).order_by("pk")
    locked = offers.select_for_update(of=("self",), no_key=True)
    people = {each.involvement_id: each.pk for each in locked}
    done = AccessEvent.objects.filter(
        record__in=people, action=AccessAction.CHANGE, access_point="support:match"
    )
    return done.exists() or Contact.objects.filter(offer__in=people.values()).exists()


def forget(incident: Incident, at: datetime) -> None:
    """Nobody is reminded any more of who was named on it, and who was told of a call hears that it does not
    come; not who took it back themselves, nor who had said no.
    """
    offers = Offer.objects.filter(incident=incident)
    cancel_each([incident.pk, *chain.from_iterable(offers.values_list("pk", "involvement"))], at=at)
    others = incident.involvements.exclude(employee=incident.reporter_id).filter(offer__closed_at=None)
    remind(announcing.not_after_all(others.select_related("offer"), at=at))
