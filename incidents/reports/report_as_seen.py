"""What one person sees of one report on its page (design: who sees what)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from accounts.people.names import sort_key
from hospital.moment_words import at_moment
from incidents.enums import IncidentKind
from incidents.models import Incident, Involvement, Policy, events_of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: In the access log: by having reported it. Who was named is not shown these lines
# (supporters.offers.views.me).
OWN_REPORT = "own report"


@dataclass(frozen=True)
class Sight:
    """`role` is the one it is seen in, None for one's own report. `names`: all, those entered, seen
    `names_until` then, or none.
    """

    role: Role | None
    event: bool
    description: bool
    reporter: bool
    can_add: bool
    names: Sequence[Involvement]
    names_until: datetime | None = None

    @property
    def basis(self) -> str:
        """Why it may be seen, for the access log."""
        return f"{self.role} of the case" if self.role else OWN_REPORT


def sight_of(incident: Incident, *, user: User, at: datetime) -> Sight:
    """What `user`, who may see `incident` at all, sees of it at `at`: of the own, what any employee sees."""
    if incident.pk in events_of(user):
        return Sight(None, False, False, False, False, [])
    if user.has_role(Role.COORDINATOR):
        names = incident.involvements.select_related("employee", "profession", "department")
        can_add = not incident.has_ended
        return Sight(Role.COORDINATOR, True, True, True, can_add, sorted(names, key=_by_moment_and_name))
    until = _named_until(incident) if _entered_by(incident, user) else None
    entered = sorted(entered_by(user, incident, at=at), key=_by_moment_and_name)
    # One name less would say that somebody's support has ended already: then the list goes as a whole.
    if any(one.erased_at for one in entered):
        entered = []
    for role in (Role.CCP, Role.DIRECTOR, Role.ANALYST, Role.TEAM_LEADER):
        if incident.kind == IncidentKind.CALAMITY and user.has_role(role) and _in_role(incident, user, role):
            described = role in {Role.CCP, Role.ANALYST}
            return Sight(role, True, described, False, False, entered, until)
    return Sight(None, False, False, False, False, entered, until)


def entered_by(user: User, incident: Incident, *, at: datetime) -> list[Involvement]:
    """Whom `user` named in the own report, for as long as they are shown these names; who was erased since is
    among them.
    """
    if not _entered_by(incident, user) or at > _named_until(incident):
        return []
    named = incident.involvements.filter(added_at=incident.reported_at)
    return list(named.select_related("employee", "profession", "department"))


def record_view(incident: Incident, sight: Sight, *, user: User, at: datetime) -> None:
    """Put in the access log that `user` opened the report, and of which records the names were shown.

    One's own report is no line, but a name on it is: on the basis of having made the report, whatever the
    role, so that the page of who was named can leave out who named them.
    """
    named = [row.pk for row in sight.names if row.erased_at is None]
    lines: list[tuple[Role | None, str, list[UUID | None]]] = [(None, OWN_REPORT, [*named])]
    if sight.role == Role.COORDINATOR:
        lines = [(sight.role, sight.basis, [None, *named])]
    elif sight.role is not None:
        lines.append((sight.role, sight.basis, [None]))
    for role, basis, records in lines:
        audit.record_each(
            records,
            action=AccessAction.VIEW,
            user=user,
            role=role,
            access_point="incidents:detail",
            object_kind="incident",
            object_ref=incident.reference,
            basis=basis,
            at=at,
        )


@dataclass(frozen=True)
class CallPromise:
    """Until when a colleague calls who is named at a moment, and when somebody first looks at it: `seen_from`
    is that moment itself, or when calls are next made. `instead`: what is true where there is no colleague
    who could.
    """

    by: datetime
    seen_from: datetime
    instead: str = ""


#: What is promised to who is named at a moment; hung in by the room that sees to it.
promises: list[Callable[[datetime], CallPromise]] = []
#: Hung in by that room too: what is said of the call that is due by a moment, at a moment, where no colleague
#: can be asked to make it; empty where one can.
nobody_to_call: list[Callable[[datetime, datetime], str]] = []


def promised(at: datetime) -> CallPromise:
    """What who is named at `at`, which is now, is promised."""
    promise = promises[0](at)
    return replace(promise, instead=nobody_to_call[0](promise.by, at))


def promised_by(at: datetime) -> datetime:
    """Until when a colleague calls who is named at `at`."""
    return promises[0](at).by


@dataclass(frozen=True)
class Way:
    """A way on from the page of a report, for who looks after the people on it: the name of an address that
    takes a reference.
    """

    name: str
    label: "str | StrPromise"
    icon: str


#: Hung in by rooms that know what can be done for the people on a report.
ways_on: list[Way] = []


#: Hung in for who asks for support for themselves, names of addresses that take nothing: instead of the form,
#: and after it.
ways_instead: list[Way] = []
ways_of_own: list[Way] = []


@dataclass(frozen=True)
class Unnamed:
    """What becomes of a report that names nobody: in words for its reporter, who may have been asked who was
    involved (`form_url`: where to say it). `is_settled`: they read that the coordinator looked at it, so
    taking it back is not offered.
    """

    lines: list[str]
    form_url: str = ""
    is_settled: bool = False


#: Hung in by the room that sees to such reports; None for a report that is none, or no longer.
unnamed: list[Callable[[Incident, User], Unnamed | None]] = []


#: Hung in by the room that sees to it: who is asked or at work for somebody already, in a sentence for who
#: asks for support themselves again, before they do or by that report; empty where nobody is.
somebody_there: list[Callable[[User, Incident | None], str]] = []


def already_there(user: User, incident: Incident | None = None) -> str:
    """Who hears it when `user` asks for support again, or did so by `incident`: then nobody is looked for."""
    return next((said for each in somebody_there if (said := each(user, incident))), "")


def choices(user: User) -> dict[str, object]:
    """For the part of the home page with what somebody may come for."""
    now = timezone.now()
    return {"promise": promised(now), "now": now, "already": already_there(user)}


@dataclass(frozen=True)
class Told:
    """How many of the involved are told by a message that a colleague will call, and from when on messages
    leave, which hangs on the moment of the report alone; never who, or what they said. `when_asked`: they are
    told only when a supporter is asked for them.
    """

    told: int
    involved: int
    leaves: datetime | None = None
    when_asked: bool = False


#: Hung in: where a reporter names who was forgotten, the name of an address that takes a reference.
ways_to_forgotten: list[Way] = []
#: Hung in by the room that tells them.
told: list[Callable[[Incident], Told]] = []


def told_of(incident: Incident, user: User) -> Told | None:
    """What a head of department who reported it reads of whom they named; None where there is nothing."""
    if incident.reporter_id != user.pk or not user.has_role(Role.TEAM_LEADER):
        return None
    return next((each(incident) for each in told if incident.kind not in IncidentKind.personal()), None)


@dataclass(frozen=True)
class Forgotten:
    """Where a reporter names who was forgotten, `ways`; who is involved in it themselves asks one of the
    `coordinators`, for they see nobody else on it.
    """

    ways: Sequence[Way] = ()
    coordinators: Sequence[User] = ()


def to_forgotten(incident: Incident, user: User) -> Forgotten | None:
    """How `user`, who reported `incident` and named people, adds one more; None where they do not."""
    if not _entered_by(incident, user) or incident.has_ended:
        return None
    if incident.pk not in events_of(user):
        return Forgotten(ways_to_forgotten) if incident.involvements.exists() else None
    holders = User.objects.filter(groups__name=Role.COORDINATOR, is_active=True).exclude(telephone="")
    found = holders.exclude(involvements__incident=incident).order_by("sort_key", "id")
    return Forgotten(coordinators=list(found[:2]))


def unnamed_of(incident: Incident, user: User) -> Unnamed | None:
    """What `user`, who reported it, reads of a report that names nobody; None for any other."""
    return next((found for each in unnamed if (found := each(incident, user))), None)


def what_happens(incident: Incident, *, now: datetime) -> list[str]:
    """What a reporter reads: what is done with every such report, and never how far support has come. What
    was promised is that of when somebody was first named: who wishes another day tells the reporter nothing.
    """
    named_at = incident.involvements.aggregate(first=Min("added_at"))["first"] or incident.reported_at
    promise = promises[0](named_at)
    by = incident.promised_by or promise.by
    words = {"moment": at_moment(by, now=now)}
    past = by < now
    asks = incident.reporter if incident.kind == IncidentKind.SELF else None
    already = already_there(asks, incident) if asks else ""
    if not already and (instead := nobody_to_call[0](by, now)):
        return [instead]
    if already:
        finds, calls = already, gettext("When you hear from that colleague stands on your own page")
    elif incident.kind == IncidentKind.SELF:
        finds = gettext("The coordinator looks for a colleague who suits you")
        calls = (
            gettext("That colleague calls you") if past else gettext("That colleague calls you by %(moment)s")
        )
    elif incident.kind == IncidentKind.COLLEAGUE:
        finds = gettext("The coordinator looks for a trained colleague")
        calls = (
            gettext("That colleague calls, without your name")
            if past
            else gettext("That colleague calls by %(moment)s, without your name")
        )
    else:
        finds = gettext("The coordinator finds a trained colleague for everyone involved")
        calls = gettext("That colleague calls") if past else gettext("That colleague calls by %(moment)s")
    later = gettext("Nobody makes calls now. The coordinator looks at your report from %(moment)s on")
    seen = [later % {"moment": at_moment(promise.seen_from, now=now)}] if promise.seen_from > now else []
    return [*seen, finds, calls % words]


def _entered_by(incident: Incident, user: User) -> bool:
    return incident.reporter_id == user.pk and incident.kind not in IncidentKind.personal()


def _named_until(incident: Incident) -> datetime:
    """By when the coordinator has to have taken it over."""
    return incident.reported_at + timedelta(days=Policy.current().support_days)


def _by_moment_and_name(one: Involvement) -> tuple[datetime, str, UUID]:
    return one.added_at, sort_key(one.name), one.pk


def _in_role(incident: Incident, user: User, role: Role) -> bool:
    if role == Role.ANALYST:
        return incident.team.current().filter(analyst=user).exists()
    return role != Role.TEAM_LEADER or (
        user.department_id is not None and incident.department_id == user.department_id
    )
