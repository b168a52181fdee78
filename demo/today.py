"""Today's work of the people who sign in with a click, so that each of them finds something to do."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from demo.daytime import by_day, in_cover
from hospital.clock import Cover
from hospital.models import WorkingHours
from incidents.enums import EventType, Harm, IncidentKind
from incidents.reports import report_writer
from notifications.delivery import sweep
from notifications.reminders import announcing_absence
from supporters.contacts import flow
from supporters.contacts.appointments import places
from supporters.contacts.appointments.moments import suggested
from supporters.enums import ConversationMode, EventKind
from supporters.intake import unnamed_reports
from supporters.matching import assignment
from supporters.models import Contact, Offer, Supporter, UnnamedReport

#: Steps of a contact: how long ago, what, and the facts that go with it.
Steps = Sequence[tuple[timedelta, EventKind, dict[str, str]]]

_TO_BE_ANSWERED: Steps = ()
_TO_BE_CALLED_AGAIN: Steps = (
    (timedelta(hours=17), EventKind.ACCEPTED, {}),
    (timedelta(hours=3), EventKind.ATTEMPT_FAILED, {}),
)
_TO_BE_FOLLOWED_UP: Steps = (
    (timedelta(hours=90), EventKind.ACCEPTED, {}),
    (timedelta(hours=80), EventKind.REACHED, {}),
    (timedelta(hours=74), EventKind.CONVERSATION, {"mode": ConversationMode.IN_PERSON}),
)
_HAS_AN_APPOINTMENT: Steps = (
    (timedelta(hours=44), EventKind.ACCEPTED, {}),
    (timedelta(hours=30), EventKind.REACHED, {}),
    (timedelta(hours=29), EventKind.APPOINTMENT_PLANNED, {"mode": ConversationMode.IN_PERSON}),
)


def set_out(people: Mapping[str, User], *, at: datetime) -> None:
    """Four contacts for each of the two supporters, the nurse of the demo among those they call, and one of
    them in a second event; the analyst, who waits and may choose; the head of department, who was asked who
    was there and has not answered yet; and the deputy, who will be away.
    """
    cover = WorkingHours.current().cover
    nurse, leader = people["employee"], people["teamleader"]
    supported = Offer.objects.open().exclude(involvement__employee=None).values("involvement__employee")
    others = User.objects.filter(department=nurse.department, username__gt="1").exclude(pk__in=supported)
    *near, witness = others.order_by("username")[:8]
    for supporter, colleagues in (("supporter", [nurse, *near[:3]]), ("supporter2", near[3:])):
        for colleague, steps, ago in zip(
            colleagues,
            (_TO_BE_CALLED_AGAIN, _TO_BE_FOLLOWED_UP, _TO_BE_ANSWERED, _HAS_AN_APPOINTMENT),
            (timedelta(hours=20), timedelta(hours=92), timedelta(hours=1), timedelta(hours=46)),
            strict=True,
        ):
            asked_at = in_cover(at - ago, cover)
            offer = _reported(leader, colleague, at=asked_at - timedelta(minutes=30))
            contact = assignment.assign(
                offer=offer,
                supporter=Supporter.objects.get(user=people[supporter]),
                by=people["coordinator"],
                at=asked_at,
                beyond_rules=True,
            )
            _take(contact, steps, by=people[supporter], at=at, cover=cover)
    _reported(leader, near[0], at=in_cover(at - timedelta(hours=2), cover))
    _reported(nurse, witness, at=by_day(at - timedelta(hours=3)), event_type=EventType.RESUSCITATION)
    _reported(
        people["analyst"], people["analyst"], at=by_day(at - timedelta(hours=1)), kind=IncidentKind.SELF
    )
    _asked(nurse, by=people["coordinator"], at=at)
    next_week = timezone.localdate(at) + timedelta(days=10)
    announcing_absence.announce(
        user=people["deputy"],
        first_day=next_week,
        last_day=next_week + timedelta(days=7),
        substitute=people["coordinator"],
        at=at,
    )
    while sweep.show_batch(at=at):
        pass


def _asked(nurse: User, *, by: User, at: datetime) -> None:
    """The nurse reported something and named nobody: the coordinator would like to know who was involved."""
    reported_at = by_day(at - timedelta(hours=6))
    incident = report_writer.report_incident(
        reporter=nurse,
        kind=IncidentKind.VIM,
        event_type=EventType.SAFETY,
        involved=[],
        submission_key=uuid.uuid4(),
        at=reported_at,
        department=nurse.department,
        occurred_at=reported_at - timedelta(hours=1),
        harm=Harm.SOME,
    )
    row = UnnamedReport.objects.get(incident=incident)
    unnamed_reports.ask_reporter(report=row, by=by, at=max(reported_at, by_day(at - timedelta(hours=2))))


def _reported(
    reporter: User,
    colleague: User,
    *,
    at: datetime,
    kind: IncidentKind = IncidentKind.EVENT,
    event_type: EventType = EventType.AGGRESSION,
) -> Offer:
    incident = report_writer.report_incident(
        reporter=reporter,
        kind=kind,
        event_type=event_type,
        involved=[report_writer.Involved(employee=colleague)],
        submission_key=uuid.uuid4(),
        at=at,
        department=reporter.department,
        occurred_at=None if kind in IncidentKind.personal() else at - timedelta(hours=2),
    )
    return Offer.objects.get(incident=incident)


def _take(contact: Contact, steps: Steps, *, by: User, at: datetime, cover: Cover) -> None:
    for ago, kind, facts in steps:
        moment = in_cover(at - ago, cover)
        agreed: dict[str, Any] = {}
        if kind == EventKind.APPOINTMENT_PLANNED:
            # After today, whatever day the step itself came to stand on.
            then = suggested([1], now=at, cover=cover)[0].moments[0]
            agreed = {"planned_for": then, "place": places.free_at(then, besides=contact)[0]}
        mode = facts.get("mode", "")
        contact = flow.record(contact=contact, kind=kind, by=by, at=moment, mode=mode, **agreed)
