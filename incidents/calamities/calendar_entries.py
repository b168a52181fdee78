"""Terms after calamities in the own calendar: no reference, and not of what."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from incidents.enums import IncidentKind, Step
from incidents.models import Incident, Milestone, TeamMember
from notifications.calendar.entries import Entry, Source


def of(user: User) -> Iterator[Entry]:
    """The open steps for whoever keeps or follows them all (CCP, director), for an analyst those of the own
    analyses; on both clocks, in two statements.
    """
    if not user.has_role(Role.CCP, Role.DIRECTOR, Role.ANALYST):
        return
    followed = Incident.objects.tracked_by(user)
    running = followed.filter(Q(kind=IncidentKind.CALAMITY) | ~Q(igj_form=""))
    steps = Milestone.objects.filter(incident__in=running, done_at__isnull=True).select_related("incident")
    if not user.has_role(Role.CCP, Role.DIRECTOR):
        own = TeamMember.objects.current().filter(analyst=user)
        steps = steps.filter(step=Step.ANALYSIS, incident__in=own.values("incident"))
    for row in steps.iterator():
        if row.step not in row.incident.running_steps:
            continue
        for clock, due_at in (("internal", row.internal_due_at), ("statutory", row.legal_due_at)):
            if due_at is not None:
                yield Entry(key=f"milestone:{row.pk}:{clock}", due_at=due_at, word=_("deadline"))


SOURCE = Source(frozenset({Role.CCP, Role.DIRECTOR, Role.ANALYST}), of)
