import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from incidents.enums import AnalysisState, IncidentKind, Step
from incidents.models import visible_rows

#: Two or three analysts a calamity (UMCG 2019).
WANTED, PLACES = 2, 3

#: Of places on teams: those whose analysis is not done.
RUNS = Q(
    incident__kind=IncidentKind.CALAMITY,
    incident__milestones__step=Step.ANALYSIS,
    incident__milestones__done_at__isnull=True,
)
#: Those whose analysis is.
IS_DONE = Q(incident__milestones__step=Step.ANALYSIS, incident__milestones__done_at__isnull=False)


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.team_members(user))

    def current(self) -> Self:
        return self.filter(ended_at__isnull=True)


class TeamMember(models.Model):
    """An analyst on the analysis team (CAT) of one calamity, from `assigned_at` to `ended_at`.

    `ended_by` is the analyst, who handed back, or somebody of the committee; of who turns out to be involved
    in the event no row is left. `assigned_by` and `ended_by` are empty for who was on a team before these
    facts were kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey("incidents.Incident", models.CASCADE, related_name="team")
    place = models.PositiveSmallIntegerField()
    analyst = models.ForeignKey(User, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=PLACES), name="team_member_has_one_of_three_places"
            ),
            models.UniqueConstraint(
                fields=["incident", "place"],
                condition=Q(ended_at__isnull=True),
                name="team_member_place_once",
                violation_error_message=_("There are three analysts on this team."),
            ),
            models.UniqueConstraint(
                fields=["incident", "analyst"],
                condition=Q(ended_at__isnull=True),
                name="team_member_once",
                violation_error_message=_("This analyst is already on the team."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_at__gte=F("assigned_at")),
                name="team_member_ends_after_start",
            ),
        )
        indexes = (
            # The calamities an analyst may see, and how many run.
            models.Index(
                fields=["analyst", "incident"], name="team_of_analyst", condition=Q(ended_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.incident_id} {self.place}"


class Analysis(models.Model):
    """How far the analysis of a calamity is: dates, and nothing of what was found.

    That it is done stands on the step of the calamity's track (`Milestone`, Step.ANALYSIS).
    """

    incident = models.OneToOneField(
        "incidents.Incident", models.CASCADE, primary_key=True, related_name="analysis"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    interviews_at = models.DateTimeField(null=True, blank=True)
    concept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(interviews_at__isnull=True)
                | Q(started_at__isnull=False, interviews_at__gte=F("started_at")),
                name="analysis_starts_before_interviews",
            ),
            models.CheckConstraint(
                condition=Q(concept_at__isnull=True)
                | Q(interviews_at__isnull=False, concept_at__gte=F("interviews_at")),
                name="analysis_interviews_before_concept",
            ),
        )

    def __str__(self) -> str:
        return str(self.incident_id)

    @property
    def state(self) -> AnalysisState:
        """The last that was reached, short of done."""
        if self.concept_at:
            return AnalysisState.CONCEPT
        if self.interviews_at:
            return AnalysisState.INTERVIEWS
        return AnalysisState.STARTED if self.started_at else AnalysisState.WAITING
