"""Taking back one's own report, on the first day and as long as nobody acted on it.

What is taken back leaves nothing behind about people: who was named is gone, with the support that waited for
them, and so are the description and, where somebody was involved themselves, who reported it. The reference
stays, with the kind of event, the department and the moment, so that no number is missing.

A calamity is not taken back by its reporter: the committee heard of it at once, and decides what it is.

What was done is not for the reporter to see: the button is there on the first day, whatever it was, and who
presses it too late is told that it stays as it is, not why. Finding out costs the report, if nobody acted.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from accounts import audit
from accounts.enums import AccessAction
from accounts.models import User
from incidents.models import Incident, Policy

#: Asked in the transaction that withdraws whether somebody acted on a report: a room that knows of more adds
#: itself when the app starts, and locks what it was asked about.
acted: list[Callable[[Incident], bool]] = []
#: Called in that transaction, before the people on the report go.
listeners: list[Callable[[Incident, datetime], None]] = []


class Acted(Exception):
    """Somebody did something about this report, or it was taken back already: it stays as it is."""


def may_ask(incident: Incident, *, user: User, at: datetime) -> bool:
    """Whether `user` may try to take it back at `at`: on the first day, as long as the policy gives to offer
    support (UMCG 2019: one day), and never a calamity. Nothing of what was done shows from it.
    """
    mine = incident.reporter_id == user.pk and not incident.has_ended and incident.tracked_since is None
    return mine and at <= incident.reported_at + timedelta(days=Policy.current().support_days)


def withdraw(*, incident: Incident, by: User, at: datetime) -> Incident:
    """Take back what `by` reported. Raises Acted.

    Nobody has acted as long as no supporter was asked for anybody on it, no coordinator ended an offer or
    added somebody, no involved employee answered, it was joined with no other report, and it never was taken
    for a calamity. That somebody read it, or was told that it is there, is no act.
    """
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        if not may_ask(incident, user=by, at=at) or _was_acted_on(incident):
            raise Acted
        for listener in listeners:
            listener(incident, at)
        own = incident.involvements.filter(employee=by).first()
        incident.involvements.all().delete()
        incident.withdrawn_at, incident.description = at, ""
        if own is not None:
            incident.reporter = None
        incident.save(update_fields=["withdrawn_at", "description", "reporter"])
        audit.record(
            action=AccessAction.ERASE,
            user=None if own else by,
            role=None,
            access_point="incidents:withdraw",
            object_kind="incident",
            object_ref=incident.reference,
            record=own.pk if own else None,
            basis="own record" if own else "reporter",
            at=at,
        )
    return incident


def _was_acted_on(incident: Incident) -> bool:
    return (
        incident.joined.exists()
        or incident.involvements.exclude(added_at=incident.reported_at).exists()
        or any(check(incident) for check in acted)
    )
