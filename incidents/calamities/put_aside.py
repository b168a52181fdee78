"""Nobody decides about themselves: who is involved in an event is put aside for it, whatever their role.

They see of it what any employee sees of their own, are told nothing of it, and decide nothing in it; who else
has the role goes on. It follows from the involvement alone and is stored nowhere, so it begins when somebody
is added, ends when that is taken back, and leaves no row that would tie the person to the event for good.

What may be seen follows from `models.events_of`, which the querysets of both rooms ask (`visible_to`,
`in_role_of`, `tracked_by`); what people are told, from `among`, which
`notifications.reminders.still_concerns` asks for every kind of reminder that names its event. Others never
learn of it: nothing says why somebody is missing.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from uuid import UUID

from accounts.access_log import reading
from accounts.enums import Role
from accounts.models import User
from incidents.calamities import reminders
from incidents.calamities.analysis import team
from incidents.models import Alignment, Incident, Involvement, Milestone, events_of
from notifications.delivery.forgetting import forget
from notifications.reminders import kinds, still_concerns
from notifications.reminders.still_concerns import Part

#: What reminders of an event can be about besides itself, by id: each room adds its own when it starts.
parts: list[Callable[[Incident], Iterable[UUID]]] = []


#: Who decides in events, or learns more of them than an employee does.
ROLES = (Role.COORDINATOR, Role.CCP, Role.DIRECTOR, Role.ANALYST, Role.TEAM_LEADER)


def register() -> None:
    """Make known to `notifications` who has no right to what, and to the access log."""
    still_concerns.put_aside.append(among)
    reading.not_shown.append(_references)
    parts.append(_own_parts)


def among(pairs: Collection[Part]) -> set[Part]:
    """Those of `pairs` (user, event) in which the user is involved: one statement."""
    rows = Involvement.objects.filter(
        employee__in={user for user, _event in pairs}, incident__in={event for _user, event in pairs}
    )
    return set(rows.values_list("employee_id", "incident_id")) & set(pairs)


def follow(incident: Incident, added: Collection[Involvement], *, at: datetime) -> None:
    """`added` turn out to be involved in `incident`: from now on they are put aside, in the transaction that
    adds them.

    They leave its analysis team, what reached them of it by a role is forgotten, and what only they were told
    is told to who is left.
    """
    team.end_for_involved(added)
    people = [row.employee for row in added if row.employee is not None]
    if not people:
        return
    by_role = [kind.code for kind in kinds.registered() if kind.event]
    subjects = [part for each in parts for part in each(incident)]
    for person in people:
        forget(user=person, subjects=subjects, kinds=by_role)
    reminders.readdress(incident, people, at=at)


def _references(user: User) -> Collection[str]:
    """The lines of the own events say who reported them."""
    return list(Incident.objects.filter(pk__in=events_of(user)).values_list("reference", flat=True))


def _own_parts(incident: Incident) -> Iterable[UUID]:
    yield incident.pk
    for model in (Milestone, Alignment):
        yield from model.objects.filter(incident=incident).values_list("pk", flat=True)
