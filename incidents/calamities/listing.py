"""The list of calamities: the late ones first, then the others, newest first; by state and by words."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

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
#: Of steps: those whose clock runs as long as they are not done (`Incident.running_steps`).
RUNS = Q(incident__kind=IncidentKind.CALAMITY) & (Q(incident__in_doubt=True) | ~Q(step=Step.ESTABLISH)) | ~Q(
    incident__igj_form=""
) & Q(step=Step.IGJ)


def open_steps(user: User) -> MilestoneQuerySet:
    """The steps that run and are not done, of those that `user` sees of what they follow."""
    return Milestone.objects.visible_to(user).filter(RUNS, done_at__isnull=True)


def late_steps(user: User, at: datetime) -> MilestoneQuerySet:
    """Those of `open_steps` that are late at `at`, as incidents.calamities.steps_on_page says it of one."""
    return open_steps(user).with_late().filter(Q(internal_late__lt=at) | Q(statutory_late__lt=at))


def late_first(calamities: QuerySet[Incident], *, user: User, at: datetime) -> list[UUID]:
    """Those of `calamities` that are late at `at`, by how long."""
    steps = late_steps(user, at).filter(incident__in=calamities).values("incident")
    since = Min(Least("internal_due_at", "statutory_due_at"))
    return list(steps.annotate(since=since).order_by("since", "incident").values_list("incident", flat=True))


def in_state(
    calamities: QuerySet[Incident], state: str, *, user: User, late: Collection[UUID]
) -> QuerySet[Incident]:
    """Those of `calamities` in one of STATES, of which these are `late`; all of them for any other word."""
    if state == LATE:
        return calamities.filter(pk__in=late)
    no_clock = Q(igj_form="") & ~Q(kind=IncidentKind.CALAMITY)
    if state == RUNNING:
        return calamities.filter(_of(open_steps(user))).exclude(pk__in=late)
    if state == DONE:
        return calamities.exclude(no_clock).filter(~_of(open_steps(user)))
    return calamities.filter(no_clock) if state == NONE else calamities


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
