"""The list of calamities: the late ones first, then the others, newest first; by state and by words."""

from datetime import datetime

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.people.names import letters
from hospital.models import Department
from incidents.enums import IncidentKind, Step
from incidents.models import Incident, Milestone
from incidents.models.incident import MilestoneQuerySet

LATE, RUNNING, DONE, NONE = "late", "running", "done", "none"
#: What the list can be narrowed to, and what that is called.
STATES = {
    "": _("All"),
    LATE: _("Late"),
    RUNNING: _("Running"),
    DONE: _("All steps done"),
    NONE: _("No calamity"),
}
#: Late ones above the list; there are more under "Late".
MOST_LATE = 50


def open_steps(user: User) -> MilestoneQuerySet:
    """The steps that run and are not done, of those that `user` sees of what they follow."""
    runs = Q(incident__kind=IncidentKind.CALAMITY) & (Q(incident__in_doubt=True) | ~Q(step=Step.ESTABLISH))
    runs |= ~Q(incident__igj_form="") & Q(step=Step.IGJ)
    return Milestone.objects.visible_to(user).filter(runs, done_at__isnull=True)


def late_steps(user: User, at: datetime) -> MilestoneQuerySet:
    """Those of `open_steps` that are late at `at`, as incidents.calamities.steps_on_page says it of one."""
    return open_steps(user).with_late().filter(Q(internal_late__lt=at) | Q(statutory_late__lt=at))


def in_state(calamities: QuerySet[Incident], state: str, *, user: User, at: datetime) -> QuerySet[Incident]:
    """Those of `calamities` in one of STATES; all of them for any other word."""
    late, running = late_steps(user, at).values("incident"), _of(open_steps(user))
    if state == LATE:
        return calamities.filter(pk__in=late)
    if state == RUNNING:
        return calamities.filter(running).exclude(pk__in=late)
    no_clock = Q(igj_form="") & ~Q(kind=IncidentKind.CALAMITY)
    if state == DONE:
        return calamities.exclude(no_clock).filter(~running)
    return calamities.filter(no_clock) if state == NONE else calamities


def late_first(calamities: QuerySet[Incident], *, user: User, at: datetime) -> QuerySet[Incident]:
    """Those of `calamities` that are late, by how long."""
    since = Min(
        Least("milestones__internal_due_at", "milestones__statutory_due_at"),
        filter=Q(milestones__in=late_steps(user, at)),
    )
    return in_state(calamities, LATE, user=user, at=at).annotate(since=since).order_by("since", "id")


def matching(calamities: QuerySet[Incident], words: str) -> QuerySet[Incident]:
    """Those with `words` in their reference, or in the name of their department however it is typed."""
    looked_for = letters(words)
    departments = [
        pk
        for pk, name in Department.objects.values_list("pk", "name")
        if looked_for and looked_for in letters(name)
    ]
    return calamities.filter(Q(reference__contains=words.strip()) | Q(department__in=departments))


def _of(steps: QuerySet[Milestone]) -> Exists:
    return Exists(steps.filter(incident=OuterRef("pk")))
