"""The analysis team (CAT) of a calamity: two or three analysts, chosen by the calamity committee (UMCG 2019).

Nobody on it is involved in the event, and nobody is who reported it. The committee does not learn who was:
every analyst is suggested, and who cannot take part is refused when chosen, in the same words as who is away
or was on the team before.

The incident's row is locked before the team is read, here and where people are added to an event
(incidents.reports.report_writer.add_involved), so that nobody gets on the list and on the team at one moment.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from accounts.people import directory
from incidents.calamities.analysis import team_reminders as reminders
from incidents.calamities.analysis.analyst_ranking import AnalystCandidate, RankedAnalyst, rank, rules_of
from incidents.enums import TeamRule
from incidents.models import PLACES, WANTED, Incident, Involvement, TeamMember
from incidents.models.analysis import RUNS
from notifications.delivery.forgetting import forget
from notifications.reminders.stand_ins import StandIns

#: Called in the transaction that puts an analyst on a team. `supporters` adds itself when the app starts: an
#: analyst who supports somebody of the event is the coordinator's to know of, and nobody's here.
team_listeners: list[Callable[[TeamMember, datetime], None]] = []


class TeamError(Exception):
    """Somebody who cannot be put on the team."""


class TeamFull(TeamError):
    """Every place is taken."""


class AlreadyOnTeam(TeamError):
    """This analyst is on it."""


class NotFree(TeamError):
    """Not an analyst in service, away, or not for this calamity; why is not said."""


class BreaksRules(TeamError):
    """Only when the committee says so: the `rules` are to be set aside."""

    def __init__(self, rules: Iterable[TeamRule]) -> None:
        self.rules = tuple(rules)
        super().__init__(", ".join(self.rules))


class PlaceEnded(TeamError):
    """The place was left already."""


def suggest(*, incident: Incident, at: datetime) -> list[RankedAnalyst]:
    """Everybody in the pool who is not on the team of `incident`, best first, also who cannot take part: who
    is missing would be told from the lists of other calamities. Three queries.
    """
    pool = directory.told_apart(_pool(incident))
    return rank(map(_candidate, pool), departments=departments_of(incident), at=at)


def departments_of(incident: Incident) -> Collection[UUID]:
    """Where it happened, and which others it concerns: an analyst from elsewhere has more distance."""
    others = incident.alignments.filter(dropped_at=None).values_list("department", flat=True)
    return frozenset([*others, *([incident.department_id] if incident.department_id else [])])


def assign(
    *, incident: Incident, analyst: User, by: User, at: datetime, beyond_rules: bool = False
) -> TeamMember:
    """Put `analyst` on the first free place of the team, with a notice to them and a line in the access log.

    With `beyond_rules` the committee sets aside what `BreaksRules` names; being involved in the event is
    never set aside. Raises TeamFull, AlreadyOnTeam, NotFree, BreaksRules.
    """
    with transaction.atomic():
        _lock(incident)
        taken = dict(incident.team.current().values_list("place", "analyst_id"))
        if analyst.pk in taken.values():
            raise AlreadyOnTeam
        free = [place for place in range(1, PLACES + 1) if place not in taken]
        if not free:
            raise TeamFull
        found = _pool(incident).filter(pk=analyst.pk).first()
        if found is None or not _is_free(found, incident, at):
            raise NotFree
        rules = list(rules_of(_candidate(found), departments_of(incident)))
        if rules and not beyond_rules:
            raise BreaksRules(rules)
        member = TeamMember.objects.create(
            incident=incident, place=free[0], analyst=analyst, assigned_at=at, assigned_by=by
        )
        reminders.tell_assigned(member)
        if len(taken) + 1 >= WANTED:
            reminders.complete(incident, at)
        _record(incident, by=by, at=at)
        for listener in team_listeners:
            listener(member, at)
    return member


def end(*, member: TeamMember, by: User, at: datetime) -> TeamMember:
    """The analyst hands back, and the committee hears of it; or the committee takes the analyst off, who
    hears of it. Raises Ended when the place was left already.
    """
    with transaction.atomic():
        _lock(member.incident)
        if not TeamMember.objects.current().filter(pk=member.pk).update(ended_at=at, ended_by=by):
            raise PlaceEnded
        member.ended_at, member.ended_by = at, by
        reminders.tell_ended(member, at)
        _record(member.incident, by=by, at=at)
    return member


def end_for_involved(rows: Iterable[Involvement]) -> None:
    """Who turns out to be involved in the event was never on its team: no row is left that says so, for it
    would tie the person to the event for ever. The committee hears that the team is short, and not why.

    In the transaction that adds `rows`, which holds the lock on their event.
    """
    for row in rows:
        members = TeamMember.objects.filter(incident=row.incident_id, analyst=row.employee_id)
        for member in members.select_related("incident", "analyst"):
            if member.ended_at is None:
                reminders.tell_short(member, row.added_at)
            forget(user=member.analyst, subjects=[member.pk])
            member.delete()


def end_for_leavers(left: Collection[UUID], at: datetime) -> None:
    """In the transaction in which these users left (accounts.staff.leaving): as if they had handed back."""
    places = TeamMember.objects.filter(RUNS, analyst__in=left).current()
    for member in places.select_related("incident", "analyst"):
        _lock(member.incident)
        if TeamMember.objects.current().filter(pk=member.pk).update(ended_at=at, ended_by=member.analyst):
            member.ended_at, member.ended_by = at, member.analyst
            reminders.tell_ended(member, at)


def _pool(incident: Incident) -> QuerySet[User]:
    """Analysts in service who are not on the team."""
    mine = TeamMember.objects.filter(analyst=OuterRef("pk"))
    here = mine.filter(incident=incident, ended_at__isnull=True)
    counted = mine.filter(RUNS, ended_at__isnull=True).order_by().values("analyst")
    return (
        User.objects.filter(is_active=True, groups__name=Role.ANALYST)
        .exclude(Exists(here))
        .select_related("department__location", "profession")
        .annotate(
            running=Coalesce(Subquery(counted.annotate(number=Count("pk")).values("number")), 0),
            last_asked_at=Subquery(
                mine.order_by().values("analyst").annotate(at=Max("assigned_at")).values("at")
            ),
        )
    )


def _is_free(analyst: User, incident: Incident, at: datetime) -> bool:
    """Whether they are here, were not involved, did not report it, and were not on this team before: who left
    it would else be told from who turned out to be involved.
    """
    return not (
        incident.reporter_id == analyst.pk
        or Involvement.objects.filter(incident=incident, employee=analyst).exists()
        or TeamMember.objects.filter(incident=incident, analyst=analyst).exists()
        or StandIns.of([analyst.pk]).until(analyst.pk, at)
    )


def _candidate(analyst: User) -> AnalystCandidate:
    return AnalystCandidate(
        analyst_id=analyst.pk,
        name=analyst.name,
        profession=analyst.profession.name if analyst.profession else "",
        department_id=analyst.department_id,
        department=analyst.department.name if analyst.department else "",
        apart=analyst.apart,
        running=analyst.running,  # type: ignore[attr-defined]  # annotated by `_pool`
        last_asked_at=analyst.last_asked_at,  # type: ignore[attr-defined]  # likewise
    )


def _lock(incident: Incident) -> None:
    Incident.objects.select_for_update(no_key=True).only("pk").get(pk=incident.pk)


def record_refused(incident: Incident, *, by: User, at: datetime) -> None:
    """A line in the access log that `by` chose somebody who cannot take part: who tries them all is seen."""
    _record(incident, by=by, at=at, action=AccessAction.VIEW)


def _record(
    incident: Incident, *, by: User, at: datetime, action: AccessAction = AccessAction.CHANGE
) -> None:
    role = Role.CCP if by.has_role(Role.CCP) else Role.ANALYST
    audit.record(
        action=action,
        user=by,
        role=role,
        access_point="calamities:team",
        object_kind="incident",
        object_ref=incident.reference,
        basis=f"{role} of calamities",
        at=at,
    )
