"""The open talks with patient or next of kin beside a calamity's steps: moments and people, and no content.

Kept by the calamity committee and the head of the department (UMCG 2019: as soon as is reasonable, by a
senior). Each change stands in the calamity's log.
"""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from hospital.clock import may_be_planned
from hospital.refused import saying
from incidents.calamities.family_talks import talk_reminders as reminders
from incidents.calamities.milestones import Stale
from incidents.clocks.moment_checks import InTheFuture, OutOfOrder
from incidents.enums import TrackEventKind
from incidents.models import DisclosureCoach, DisclosureTalk, Incident, TrackEvent


class NotPlanned(Exception):
    """A moment that has passed, or lies more than a year ahead, cannot be planned."""


class AlreadyThere(Exception):
    """A talk at this moment stands there: by a double click, or by somebody else."""


ONCE = {"talk_planned_once": AlreadyThere, "talk_held_once": AlreadyThere}


def may_keep(incident: Incident, user: User) -> bool:
    """The committee, and the head of the department where it happened."""
    heads = user.has_role(Role.TEAM_LEADER) and user.department_id is not None
    return user.has_role(Role.CCP) or (heads and user.department_id == incident.department_id)


def plan(*, incident: Incident, planned_for: datetime, by: User, at: datetime) -> DisclosureTalk:
    """Plan a talk. Raises NotPlanned, AlreadyThere."""
    _check_plan(planned_for, at)
    with saying(ONCE):
        talk = DisclosureTalk.objects.create(incident=incident, planned_for=planned_for)
        _log(incident, TrackEventKind.DISCLOSURE_PLANNED, planned_for, None, by=by, at=at)
    return talk


def move(
    *, talk: DisclosureTalk, planned_for: datetime, by: User, at: datetime, seen: datetime | None
) -> DisclosureTalk:
    """Plan it for another moment. `seen` is the one that stood on the page.

    Raises NotPlanned, Stale, AlreadyThere.
    """
    _check_plan(planned_for, at)
    with saying(ONCE):
        _change(talk, {"planned_for": seen, "held_at": None}, planned_for=planned_for)
        _log(talk.incident, TrackEventKind.DISCLOSURE_PLANNED, planned_for, seen, by=by, at=at)
    return talk


def call_off(*, talk: DisclosureTalk, by: User, at: datetime) -> DisclosureTalk:
    """It will not be held, or it was not held after all. Raises Stale when it was called off already."""
    with transaction.atomic():
        before = talk.held_at or talk.planned_for
        _change(talk, {"held_at": talk.held_at}, held_at=None, cancelled_at=at)
        _log(talk.incident, TrackEventKind.DISCLOSURE_CANCELLED, None, before, by=by, at=at)
    return talk


def hold(
    *,
    incident: Incident,
    talk: DisclosureTalk | None,
    held_at: datetime,
    by: User,
    at: datetime,
    seen: datetime | None,
) -> DisclosureTalk:
    """A talk was held at `held_at`; or that moment, `seen` on the page, is corrected. `talk` is None for one
    that was not planned. Raises InTheFuture, OutOfOrder (before the event), Stale,
    AlreadyThere.
    """
    if held_at > at:
        raise InTheFuture("moment")
    for name in ("occurred_at", "noticed_at"):
        start: datetime | None = getattr(incident, name)
        if start is not None and held_at < start:
            raise OutOfOrder("moment", other=name, limit=start)
    with saying(ONCE):
        if talk is None:
            talk = DisclosureTalk.objects.create(incident=incident, held_at=held_at)
        else:
            _change(talk, {"held_at": seen}, held_at=held_at)
        _log(incident, TrackEventKind.DISCLOSURE_HELD, held_at, seen, by=by, at=at)
    return talk


def ask_for_coach(*, incident: Incident, by: User, at: datetime) -> DisclosureCoach:
    """Somebody asks for a coach before the talk; the committee hears of it. Asked once: Stale."""
    with transaction.atomic():
        row, is_new = DisclosureCoach.objects.get_or_create(
            incident=incident, defaults={"asked_at": at, "asked_by": by}
        )
        if not is_new:
            raise Stale
        _log(incident, TrackEventKind.COACH_ASKED, at, None, by=by, at=at)
        reminders.tell_asked(row)
    return row


def find_coach(*, incident: Incident, coach: User, by: User, at: datetime) -> DisclosureCoach:
    """`coach` helps with the talk, in the place of who was found before; who asked hears of it.

    Raises Stale when none was asked for.
    """
    with transaction.atomic():
        rows = DisclosureCoach.objects.select_for_update(of=("self",)).select_related("incident", "asked_by")
        row = rows.filter(incident=incident).first()
        if row is None:
            raise Stale
        previous = row.found_at
        row.coach, row.found_at, row.found_by = coach, at, by
        row.save(update_fields=["coach", "found_at", "found_by"])
        _log(incident, TrackEventKind.COACH_FOUND, at, previous, by=by, at=at)
        reminders.tell_found(row, at)
    return row


def _check_plan(planned_for: datetime, at: datetime) -> None:
    if not may_be_planned(planned_for, at=at):
        raise NotPlanned


def _change(talk: DisclosureTalk, seen: dict[str, datetime | None], **new: datetime | None) -> None:
    found = DisclosureTalk.objects.filter(pk=talk.pk, cancelled_at=None, **seen)
    if not found.update(**new):
        raise Stale
    for field, value in new.items():
        setattr(talk, field, value)


def _log(
    incident: Incident,
    kind: TrackEventKind,
    moment: datetime | None,
    previous: datetime | None,
    *,
    by: User,
    at: datetime,
) -> None:
    """A line in the calamity's log, and one in the access log."""
    TrackEvent.objects.create(incident=incident, kind=kind, moment=moment, previous=previous, at=at, by=by)
    role = Role.CCP if by.has_role(Role.CCP) else Role.TEAM_LEADER
    audit.record(
        action=AccessAction.CHANGE,
        user=by,
        role=role,
        access_point="calamities:disclosure",
        object_kind="incident",
        object_ref=incident.reference,
        basis=f"{role} of calamities",
        at=at,
    )
