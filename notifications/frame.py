"""What the frame around every page shows: the places of this person's roles, the unread count, the alarm."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.enums import Role
from accounts.models import User
from accounts.pages import places
from hospital import names
from hospital.models import Hospital
from notifications.models import FAILURES_BEFORE_ALARM, Heartbeat
from notifications.visible_rows import NOBODY_TO_TELL

#: Places in the navigation of one person.
SHOWN = 4
#: The engine runs each minute; silent for so long it stands still.
SILENT_AFTER = timedelta(minutes=5)
#: More unread notices than this are not counted.
UNREAD_AT_MOST = 100


@dataclass(frozen=True)
class Here:
    """A place in the navigation, as it stands on this page."""

    url: str
    label: str
    icon: str
    current: bool


@dataclass(frozen=True)
class FrameState:
    """For one person: unread notices (100 at most), what keeps others from theirs, and whose site this is."""

    unread: int = 0
    failing: bool = False
    silent: bool = False
    hospital: str = ""
    logo: str = ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """`frame.hospital`, `.places`, `.unread`, `.failing` and `.silent`, where a template asks."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> dict[str, Any]:
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        hospital = SimpleLazyObject(Hospital.current)
        return {"hospital": hospital, "places": [], "unread": 0, "failing": False, "silent": False}
    state = state_for(request.user, at=timezone.now())
    return {
        "hospital": {"name": state.hospital, "logo_version": state.logo},
        "places": _places(request, request.user),
        "unread": state.unread,
        "failing": state.failing,
        "silent": state.silent,
    }


def _places(request: HttpRequest, user: User) -> list[Here]:
    found = []
    for place in places.navigation_of(user)[:SHOWN]:
        url = reverse(place.name)
        found.append(Here(url, str(place.label), place.icon, request.path.startswith(url)))
    return found


def state_for(user: User, *, at: datetime) -> FrameState:
    """In one statement, for it stands on every page, with the names that most pages say. The alarm is for who
    can do something about it.
    """
    watches = user.has_role(Role.ADMIN, Role.COORDINATOR)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*)
                    FROM (SELECT FROM notifications_notice
                          WHERE user_id = %(user)s AND read_at IS NULL LIMIT %(most)s) unread),
                   %(watches)s AND (
                       EXISTS (SELECT FROM notifications_mail
                               WHERE sent_at IS NULL AND dropped_at IS NULL AND attempts >= %(failures)s)
                    OR EXISTS (SELECT FROM notifications_reminder
                               WHERE done_at IS NULL AND cancelled_at IS NULL AND attempts >= %(failures)s
                                 AND last_error <> %(nobody)s)),
                   %(watches)s AND coalesce(
                       (SELECT at NOT BETWEEN %(silent_since)s AND %(ahead)s
                        FROM notifications_heartbeat WHERE name = %(sweep)s),
                       -- Where it never ran, from when on somebody waits.
                       (SELECT min(due_at) < %(silent_since)s FROM notifications_reminder
                        WHERE done_at IS NULL AND cancelled_at IS NULL),
                       FALSE),
                   coalesce(hospital.name, ''),
                   coalesce(hospital.logo_version, ''),
                   coalesce(hospital.committee, ''),
                   coalesce(hospital.analysis_team, '')
            FROM (SELECT) always LEFT JOIN hospital_hospital hospital ON TRUE
            """,
            {
                "user": user.pk,
                "most": UNREAD_AT_MOST,
                "watches": watches,
                "failures": FAILURES_BEFORE_ALARM,
                # Nothing is wrong with delivery then, and the administrator was told.
                "nobody": NOBODY_TO_TELL,
                "sweep": Heartbeat.SWEEP,
                "silent_since": at - SILENT_AFTER,
                # A sign of life that lies ahead is from before the clock was put back.
                "ahead": at + SILENT_AFTER,
            },
        )
        *state, committee, analysis_team = cursor.fetchone()
    names.told(committee, analysis_team)
    return FrameState(*state)
