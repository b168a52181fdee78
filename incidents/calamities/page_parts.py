"""What stands beside the steps on the page of a calamity: the analysis team, and talks with the family."""

from typing import Any

from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from incidents.calamities.analysis import progress
from incidents.calamities.family_talks import talks
from incidents.enums import Step, TrackEventKind
from incidents.models import Analysis, DisclosureCoach, Incident
from notifications.reminders import stand_ins


def parts(calamity: Incident, *, user: User) -> dict[str, Any]:
    """What `user`, who may open the page, sees of both, for its template."""
    context: dict[str, Any] = {}
    team = list(calamity.team.current().select_related("analyst__department").order_by("place"))
    stand_ins.mark_away([member.analyst for member in team], at=timezone.now())
    own = next((member for member in team if member.analyst_id == user.pk), None)
    if own or user.has_role(Role.CCP, Role.DIRECTOR, Role.COORDINATOR):
        step = calamity.milestones.filter(step=Step.ANALYSIS).first()
        kept = Analysis.objects.filter(incident=calamity).first()
        context["team"] = team
        context["own_place"] = own
        context["picks_team"] = user.has_role(Role.CCP)
        context["analysis_state"] = progress.state_of(kept, step) if step else None
    context["makes_evidence"] = user.has_role(Role.CCP, Role.DIRECTOR, Role.COORDINATOR)
    keeps = talks.may_keep(calamity, user)
    if keeps or user.has_role(Role.DIRECTOR, Role.COORDINATOR):
        context["keeps_talks"] = keeps
        context["talks"] = calamity.talks.filter(cancelled_at=None).order_by("planned_for", "held_at", "id")
        coaches = DisclosureCoach.objects.filter(incident=calamity).select_related("coach")
        context["coach"] = coaches.first()
        lines = calamity.track_events.filter(kind__in=TrackEventKind.of_disclosure())
        context["talk_log"] = lines.select_related("by").order_by("-at", "-id")
    return context
