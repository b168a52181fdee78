"""Terms after calamities in the own calendar (notifications.calendar): no reference, and not of what."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from incidents.enums import IncidentKind, Step
from incidents.models import Incident, Milestone
from notifications.calendar import Entry


def of(user: User) -> Iterator[Entry]:
    """The open steps for whoever keeps or follows them all (CCP, director), the analysis alone for an
    analyst; on both clocks, in one statement.
    """
    if not user.has_role(Role.CCP, Role.DIRECTOR, Role.ANALYST):
        return
    follows_all = user.has_role(Role.CCP, Role.DIRECTOR)
    running = Q(kind=IncidentKind.CALAMITY) | ~Q(igj_form="")
    open_steps = Milestone.objects.filter(
        incident__in=Incident.objects.tracked_by(user).filter(running),
        step__in=Step if follows_all else [Step.ANALYSIS],
        done_at__isnull=True,
    )
    for pk, internal, statutory in open_steps.values_list("pk", "internal_due_at", "statutory_due_at"):
        for clock, due_at in (("internal", internal), ("statutory", statutory)):
            if due_at is not None:
                yield Entry(key=f"milestone:{pk}:{clock}", due_at=due_at, word=_("deadline"))
