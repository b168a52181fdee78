"""What stands beside the steps on the page of a calamity: the analysis team, and talks with the family."""

from typing import Any

from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from incidents.calamities import later_moments
from incidents.calamities.analysis import progress
from incidents.calamities.family_talks import arrangements, talks
from incidents.enums import TrackEventKind
from incidents.models import OVERSEERS, Analysis, DisclosureCoach, Incident, Milestone, TrackEvent
from notifications.reminders import stand_ins

#: What a line of the log shows.
LINE = ("kind", "step", "moment", "previous", "ground", "reason", "later", "looked_after", "at")


def parts(calamity: Incident, *, user: User, analysis: Milestone | None) -> dict[str, Any]:
    """What `user`, who may open the page, sees of both, for its template; and the log. `analysis` is the step
    of that name.
    """
    oversees, keeps = user.has_role(*OVERSEERS), talks.may_keep(calamity, user)
    context: dict[str, Any] = {"makes_evidence": oversees}
    if oversees or user.has_role(Role.ANALYST):
        context |= _team(calamity, user, analysis)
    if oversees:
        context["later"] = later_moments.of(calamity)
        context["keeps_later"] = user.has_role(Role.CCP)
    if oversees or keeps:
        coach = DisclosureCoach.objects.filter(incident=calamity).select_related("coach")
        context["keeps_talks"] = keeps
        context["arrangements"] = arrangements.of(calamity)
        context["talks"] = calamity.talks.filter(cancelled_at=None).order_by("planned_for", "held_at", "id")
        context["coach"] = coach.only("asked_at", "coach__name").first()
        context |= _log(calamity, oversees=oversees)
    return context


def _team(calamity: Incident, user: User, analysis: Milestone | None) -> dict[str, Any]:
    members = calamity.team.current().select_related("analyst__department").order_by("place")
    team = list(members.only("assigned_at", "analyst__name", "analyst__department__name"))
    own = next((member for member in team if member.analyst_id == user.pk), None)
    if not own and not user.has_role(*OVERSEERS):
        return {}
    stand_ins.mark_away([member.analyst for member in team], at=timezone.now())
    kept = Analysis.objects.filter(incident=calamity).first() if analysis else None
    return {
        "team": team,
        "own_place": own,
        "picks_team": user.has_role(Role.CCP),
        "analysis_state": progress.state_of(kept, analysis) if analysis else None,
    }


def _log(calamity: Incident, *, oversees: bool) -> dict[str, list[TrackEvent]]:
    """What was recorded, newest first: of the talks, and of everything else for who oversees it."""
    lines = calamity.track_events.select_related("by", "department").order_by("-at", "-id")
    lines = lines.only(*LINE, "by__name", "department__name")
    of_talks = TrackEventKind.of_disclosure()
    if not oversees:
        lines = lines.filter(kind__in=of_talks)
    return {
        "log": [line for line in lines if line.kind not in of_talks],
        "talk_log": [line for line in lines if line.kind in of_talks],
    }
