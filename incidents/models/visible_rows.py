"""Who sees which rows of this room: for each model the condition that its `visible_to` filters by.

What of one report its reader sees is said in incidents.reports.report_as_seen.
"""

import uuid

from django.apps import apps
from django.db import connection
from django.db.models import Q

from accounts.enums import Role
from accounts.models import User
from accounts.models.visible_rows import EVERYTHING, NOTHING
from incidents.enums import IncidentKind, Step

#: Who sees every step of what they follow.
OVERSEERS = (Role.CCP, Role.DIRECTOR, Role.COORDINATOR)


def events_of(user: User) -> list[uuid.UUID]:
    """The events in which `user` is involved, with the reports that were joined to them: for these they are
    put aside, whatever their role (calamities.put_aside). One small statement, by hand, for it is asked on
    most pages of a role; nearly always there are none, and what it is asked for stays as it was.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT incident_id FROM incidents_involvement WHERE employee_id = %(user)s"
            " UNION ALL SELECT joined.id FROM incidents_incident joined"
            " JOIN incidents_involvement own ON own.incident_id = joined.joined_into_id"
            " WHERE own.employee_id = %(user)s",
            {"user": user.pk},
        )
        return [incident for (incident,) in cursor.fetchall()]


def incidents(user: User) -> Q:
    """What comes to `user` by a role, and the reports that they made."""
    return Q(reporter=user) | incidents_by_role(user)


def incidents_by_role(user: User) -> Q:
    """The coordinator sees every report; CCP and director calamities; an analyst those of the own team, a
    team leader those of the own department. A request for support is nobody's but the coordinator's and the
    reporter's. Nobody what they are involved in.
    """
    if user.has_role(Role.COORDINATOR):
        return _besides_own(user)
    calamity = Q(kind=IncidentKind.CALAMITY)
    if user.has_role(Role.CCP, Role.DIRECTOR):
        return calamity & _besides_own(user)
    if user.has_role(Role.TEAM_LEADER, Role.ANALYST):
        return calamity & _of_department_or_team(user) & _besides_own(user)
    return NOTHING


def incidents_tracked(user: User) -> Q:
    """What `user` may follow the steps of: calamities, what else the inspectorate is notified of, and what
    was one of these. As `incidents_by_role`; and a team leader also where the own department has to align.
    """
    tracked = Q(tracked_since__isnull=False) & _besides_own(user)
    if user.has_role(*OVERSEERS):
        return tracked
    seen = _of_department_or_team(user)
    if user.has_role(Role.TEAM_LEADER) and user.department_id is not None:
        aligning = apps.get_model("incidents", "Alignment").objects.filter(
            department=user.department_id, dropped_at__isnull=True
        )
        seen |= Q(pk__in=aligning.values("incident"))
    return tracked & seen


def milestones(user: User) -> Q:
    """Of what `user` follows (`incidents_tracked`): every step for who oversees it and the own department's
    leader; the analysis for an analyst, the alignment for another department's leader.
    """
    if user.has_role(*OVERSEERS):
        return EVERYTHING
    seen = NOTHING
    if user.has_role(Role.ANALYST):
        seen |= Q(step=Step.ANALYSIS)
    if user.has_role(Role.TEAM_LEADER):
        seen |= Q(step=Step.ALIGNMENT)
        if user.department_id is not None:
            seen |= Q(incident__department=user.department_id)
    return seen


def involvements(user: User) -> Q:
    """Names of the involved: the coordinator's, but of an event of their own; and one's own record."""
    own = Q(employee=user)
    return own | ~Q(incident__in=events_of(user)) if user.has_role(Role.COORDINATOR) else own


def team_members(user: User) -> Q:
    """The committee, which makes the teams, sees all; an analyst the own places."""
    return EVERYTHING if user.has_role(Role.CCP) else Q(analyst=user)


def seats(user: User) -> Q:
    """Who sits on the committee is kept by the functional administrator, and known to the committee."""
    return EVERYTHING if user.has_role(Role.ADMIN, Role.CCP) else NOTHING


def duties(user: User) -> Q:
    """The rota is kept by the functional administrator or the committee, and read by the directors."""
    return EVERYTHING if user.has_role(Role.ADMIN, Role.CCP, Role.DIRECTOR) else NOTHING


def vim_imports(user: User) -> Q:
    """Whoever uploaded it, as a coordinator."""
    return Q(created_by=user) if user.has_role(Role.COORDINATOR) else NOTHING


def _besides_own(user: User) -> Q:
    """Nobody decides about themselves: not what this person is involved in (calamities.put_aside)."""
    return ~Q(pk__in=events_of(user))


def _of_department_or_team(user: User) -> Q:
    """Of the own department, for a team leader; of the own analyses, for an analyst."""
    seen = NOTHING
    if user.has_role(Role.TEAM_LEADER) and user.department_id:
        seen |= Q(department_id=user.department_id)
    if user.has_role(Role.ANALYST):
        own = apps.get_model("incidents", "TeamMember").objects.current().filter(analyst=user)
        seen |= Q(pk__in=own.values("incident"))
    return seen
