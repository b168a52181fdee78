"""Which event a notice is about, for who may know it by its reference."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Q

from accounts.models import User
from incidents.models import Alignment, Incident, Milestone, TeamMember


def reference_of(user: User, subjects: Collection[UUID]) -> dict[UUID, str]:
    """Of each of `subjects` (reports, or steps, alignments and places on a team of them) the reference of the
    report, left out where `user` may not see it; a fixed number of statements.
    """
    rows = Incident.objects.filter(pk__in=subjects).values_list("pk", F("pk"))
    of = dict(
        rows.union(
            *(
                model.objects.filter(pk__in=subjects).values_list("pk", "incident_id")
                for model in (Milestone, Alignment, TeamMember)
            )
        )
    )
    visible = Q(pk__in=Incident.objects.visible_to(user).values("pk")) | Q(
        pk__in=Incident.objects.tracked_by(user).values("pk")
    )
    found = Incident.objects.filter(visible, pk__in=set(of.values())).values_list("pk", "reference")
    references = dict(found)
    return {subject: references[pk] for subject, pk in of.items() if pk in references}
