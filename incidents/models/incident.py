import re
import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hospital.models import Department
from incidents.clocks.deadlines import AT_ONCE, DeadlinePolicy
from incidents.enums import (
    AlreadyOffered,
    EventType,
    Harm,
    IgjForm,
    IncidentKind,
    Step,
    Verdict,
    event_in_words,
)
from incidents.models import visible_rows


class ReferenceCounter(models.Model):
    """The last number given out in a year; its row lock makes references unique and without gaps."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.year}-{self.last:04d}"


def full_reference(typed: str, *, year: int) -> str:
    """The reference somebody means by "2026-0042", "2026-42", "0042" or "42" (of `year`); empty when it is
    none: "06" begins a telephone number.
    """
    found = re.fullmatch(r"(?:(\d{4})\s*[-/ ]\s*)?((?!0\d{0,2}$)\d{1,7})", typed.strip())
    return f"{int(found[1] or year)}-{int(found[2]):04d}" if found else ""


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.incidents(user))

    def in_role_of(self, user: User) -> Self:
        return self.filter(visible_rows.incidents_by_role(user))

    def running(self) -> Self:
        """With a step whose clock runs and that is not done (see `Incident.running_steps`)."""
        undone = Milestone.objects.filter(incident=models.OuterRef("pk"), done_at__isnull=True)
        of_calamity = models.Exists(undone.exclude(step=Step.ESTABLISH)) | models.Q(in_doubt=True)
        return self.filter(
            (models.Q(kind=IncidentKind.CALAMITY) & of_calamity)
            | (~models.Q(igj_form="") & models.Exists(undone.filter(step=Step.IGJ)))
        )

    def tracked_by(self, user: User) -> Self:
        return self.filter(visible_rows.incidents_tracked(user))


class Incident(models.Model):
    """A report: a VIM incident, a calamity, another shocking event, or a question for support.

    Three moments are kept apart because the law's clocks start at different ones: `occurred_at`, `noticed_at`
    and `established_at` (that it is a calamity). All moments are UTC.

    These are written by incidents.calamities.moment_writer only.

    What it is taken to be is changed by calamities.classification only, and stands in the log.
    `tracked_since` is when its first step was opened; it stays when it turns out to be no calamity, and so do
    its steps.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=12)
    kind = models.CharField(_("kind"), max_length=10, choices=IncidentKind.choices)
    event_type = models.CharField(_("what happened"), max_length=20, choices=EventType.choices)
    harm = models.CharField(
        _("harm to the patient"),
        max_length=8,
        choices=Harm.choices,
        default=Harm.UNKNOWN,
        db_default=Harm.UNKNOWN.value,
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    occurred_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    noticed_at = models.DateTimeField(_("when it was noticed"), null=True, blank=True)
    established_at = models.DateTimeField(_("when it was established as a calamity"), null=True, blank=True)
    # Whether it is a calamity is not certain: the committee has the time to establish.
    in_doubt = models.BooleanField(_("in doubt"), default=False, db_default=False)
    # Of what is no calamity, yet has to be notified to the inspectorate.
    igj_form = models.CharField(
        _("form of the inspectorate"),
        max_length=10,
        choices=[(form.value, form.label) for form in IgjForm if form in IgjForm.apart()],
        blank=True,
        default="",
        db_default="",
    )
    # What it came in as, where that was changed since.
    reported_as = models.CharField(
        max_length=10, choices=IncidentKind.choices, blank=True, default="", db_default=""
    )
    tracked_since = models.DateTimeField(null=True, blank=True)
    description = models.TextField(_("description"), blank=True, default="", max_length=2000)
    already_offered = models.CharField(
        _("support already offered"),
        max_length=8,
        choices=AlreadyOffered.choices,
        default=AlreadyOffered.UNKNOWN,
    )
    reporter = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reported_at = models.DateTimeField(_("reported"))
    # By when the reporter was told that a colleague calls whom they named; it stays what it was.
    promised_by = models.DateTimeField(null=True, blank=True)
    # The form's own key: a second click or a retry finds the first report instead of making another.
    submission_key = models.UUIDField(null=True, blank=True)
    # Taken back by its reporter (reports.withdrawal), or found to be about the event of another report
    # (supporters.offers.joining), on which everybody stands since.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    joined_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="joined", db_index=False
    )
    joined_at = models.DateTimeField(null=True, blank=True)
    # The number in the hospital's VIM system, and which export it came with.
    external_source = models.CharField(max_length=60, blank=True, default="")
    external_number = models.CharField(_("VIM number"), max_length=60, blank=True, default="")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["reference"], name="incident_reference_once"),
            models.UniqueConstraint(fields=["submission_key"], name="incident_submission_once"),
            models.UniqueConstraint(
                fields=["external_source", "external_number"],
                condition=~models.Q(external_number=""),
                name="incident_external_number_once",
                violation_error_message=_("This VIM number was imported before."),
            ),
            models.CheckConstraint(
                # What is not known (NULL) is out of order with nothing.
                condition=models.Q(occurred_at__lte=F("noticed_at"))
                & models.Q(noticed_at__lte=F("established_at"))
                & models.Q(occurred_at__lte=F("established_at")),
                name="incident_moments_in_order",
                violation_error_message=_(
                    "It is noticed after it happened, and established after it was noticed."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(established_at__isnull=True)
                | models.Q(kind=IncidentKind.CALAMITY)
                | ~models.Q(igj_form=""),
                name="incident_established_as_something",
                violation_error_message=_("Only what is notified to the inspectorate is established."),
            ),
            models.CheckConstraint(
                condition=models.Q(in_doubt=False)
                | models.Q(kind=IncidentKind.CALAMITY, established_at__isnull=True),
                name="incident_doubt_before_established",
                violation_error_message=_("What is established is not in doubt."),
            ),
            models.CheckConstraint(
                condition=models.Q(igj_form="") | ~models.Q(kind=IncidentKind.CALAMITY),
                name="incident_one_form",
                violation_error_message=_("A calamity has its own form."),
            ),
            models.CheckConstraint(
                condition=models.Q(igj_form="") | models.Q(established_at__isnull=False),
                name="incident_form_has_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(tracked_since__isnull=False)
                | (models.Q(igj_form="") & ~models.Q(kind=IncidentKind.CALAMITY)),
                name="incident_calamity_is_tracked",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True)
                | models.Q(joined_into__isnull=True, tracked_since__isnull=True, description=""),
                name="incident_withdrawn_says_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(joined_into__isnull=True, joined_at__isnull=True)
                | models.Q(joined_into__isnull=False, joined_at__isnull=False, tracked_since__isnull=True),
                name="incident_joined_has_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(joined_into__isnull=True) | ~models.Q(joined_into=models.F("id")),
                name="incident_joined_with_another",
            ),
        )
        indexes = (
            # /incidents/, newest first, by key; and one's own reports.
            models.Index(fields=["-reported_at", "-id"], name="incident_newest"),
            models.Index(fields=["reporter", "-reported_at", "-id"], name="incident_of_reporter"),
            # What was joined to a report: few are.
            models.Index(
                fields=["joined_into"],
                name="incident_joined",
                condition=models.Q(joined_into__isnull=False),
            ),
            # /calamities/.
            models.Index(
                fields=["-reported_at", "-id"],
                name="incident_tracked",
                condition=models.Q(tracked_since__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def event_in_words(self) -> str:
        """What happened, as far as it was said."""
        return event_in_words(self.kind, self.event_type)

    @property
    def has_ended(self) -> bool:
        """Whether it was taken back, or stands on another report now: nothing more is done with it."""
        return self.withdrawn_at is not None or self.joined_into_id is not None

    @property
    def running_steps(self) -> tuple[Step, ...]:
        """The steps whose clocks run as long as they are not done: of what it is taken to be now."""
        if self.kind == IncidentKind.CALAMITY:
            return tuple(Step) if self.in_doubt else Step.track()
        return (Step.IGJ,) if self.igj_form else ()

    @property
    def verdict(self) -> Verdict:
        """What it is taken to be now."""
        if self.igj_form:
            return Verdict(self.igj_form)
        if self.kind != IncidentKind.CALAMITY:
            return Verdict.NONE
        if self.in_doubt:
            return Verdict.DOUBT
        return Verdict.CALAMITY if self.established_at else Verdict.REPORTED


#: Of what was frozen before there was a ladder.
_DEPUTY_MINUTES = DeadlinePolicy().duty_deputy_minutes
_MINUTE = timedelta(minutes=1)
#: `Milestone.leeway` of many.
_LEEWAY = models.Case(
    models.When(
        step__in=AT_ONCE,
        policy__director_hours=0,
        then=models.ExpressionWrapper(
            Coalesce(Cast(KT("policy__duty_deputy_minutes"), models.IntegerField()), _DEPUTY_MINUTES)
            * models.Value(_MINUTE, models.DurationField()),
            output_field=models.DurationField(),
        ),
    ),
    default=models.Value(timedelta(0), models.DurationField()),
)


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def with_late(self) -> Self:
        """With the moments after which the step is late, as calamities.steps_on_page says it of one:
        `internal_late` and `statutory_late`, empty where that clock does not run, or is expected only.
        """
        law = models.When(statutory_expected=False, then=F("statutory_due_at"))
        return self.annotate(internal_late=F("internal_due_at") + _LEEWAY, statutory_late=models.Case(law))

    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.milestones(user))


class Milestone(models.Model):
    """One of the steps after a calamity, on both clocks.

    Both due moments are computed when the milestone is made and frozen, with the policy values used in
    `policy`: a change of policy never moves a milestone that runs. `reminded_at` is when its reminders were
    last written: from it follows which there must be. `done_by` is empty where the step was done by itself
    (`milestones.keep_support_step`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="milestones")
    step = models.CharField(max_length=14, choices=Step.choices)
    opens_at = models.DateTimeField(null=True, blank=True)
    internal_due_at = models.DateTimeField(null=True, blank=True)
    statutory_due_at = models.DateTimeField(null=True, blank=True)
    # The law's term is only what may be expected: the inspectorate has not said yet what it asks.
    statutory_expected = models.BooleanField(default=False, db_default=False)
    policy = models.JSONField(default=dict)
    reminded_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # Step "support" only: pushed by `supporters`, the one thing about support that this app holds.
    # `announced` of those `offered` were told by a message, the others in person.
    offered = models.PositiveSmallIntegerField(null=True, blank=True)
    announced = models.PositiveSmallIntegerField(null=True, blank=True)
    involved = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        # The list of calamities, and what is there to remind of: what is open, of all of them.
        indexes = (
            models.Index(
                fields=["incident"], name="milestone_open", condition=models.Q(done_at__isnull=True)
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["incident", "step"], name="milestone_step_once"),
            # Support is done once it was offered to everybody: found by counting, by nobody's hand.
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True)
                | models.Q(done_by__isnull=False)
                | models.Q(step="support"),
                name="milestone_done_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.incident_id} {self.step}"

    @property
    def offered_in_person(self) -> int:
        return (self.offered or 0) - (self.announced or 0)

    @property
    def legal_due_at(self) -> datetime | None:
        """When the law's term ends; None where it sets none, and where it is expected only."""
        return None if self.statutory_expected else self.statutory_due_at

    @property
    def leeway(self) -> timedelta:
        """How long after its due moment the step is not late yet. What is due at once has no term: it is late
        when the next on the ladder has to be told.
        """
        if self.step not in AT_ONCE or self.policy.get("director_hours") != 0:
            return timedelta(0)
        return timedelta(minutes=self.policy.get("duty_deputy_minutes", _DEPUTY_MINUTES))
