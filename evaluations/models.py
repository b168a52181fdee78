import uuid
from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from evaluations.enums import PeriodLength
from supporters.models import Contact


class EvaluationPolicy(models.Model):
    """How this hospital evaluates, and for which periods it publishes figures: one row."""

    #: Answers of fewer people than this are never opened, whatever the database says: see docs/privacy.md.
    LEAST = 10

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    release_at_least = models.PositiveSmallIntegerField(
        _("open the answers when there are answers of so many people (at least)"), default=LEAST
    )
    invite_after = models.PositiveSmallIntegerField(
        _("invite so long after the support was closed (days)"), default=7, db_default=7
    )
    valid_days = models.PositiveSmallIntegerField(_("an invitation is valid for (days)"), default=30)
    reminders = models.PositiveSmallIntegerField(_("reminders (at most)"), default=2, db_default=2)
    reminder_days = models.PositiveSmallIntegerField(
        _("days before a reminder, and between two"), default=10, db_default=10
    )
    period = models.CharField(
        _("period of figures and evaluations"),
        max_length=9,
        choices=PeriodLength.choices,
        default=PeriodLength.QUARTER,
        db_default=PeriodLength.QUARTER,
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="evaluation_policy_one_row"),
            models.CheckConstraint(
                condition=models.Q(release_at_least__gte=10),
                name="evaluation_policy_ten_at_least",
                violation_error_message=_("Ten is the least: with fewer an answer could be traced."),
            ),
            models.CheckConstraint(
                condition=Q(invite_after__lte=60) & Q(reminders__lte=2) & Q(reminder_days__range=(1, 30)),
                name="evaluation_policy_within_bounds",
            ),
        )

    def __str__(self) -> str:
        return "policy of evaluations"

    @classmethod
    def current(cls) -> "EvaluationPolicy":
        """The policy in force; where none was set the defaults, not stored: reading must not write."""
        return cls.objects.filter(id=1).first() or cls()

    @property
    def least(self) -> int:
        """Answers of so many people are opened together, also where the database was made to say less."""
        return max(self.release_at_least, self.LEAST)


class Batch(models.Model):
    """Envelopes that are opened together. Its private key lies outside the database and is destroyed at the
    opening; `key_mac` shows that the public one is ours (evaluations.batches).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_key = models.BinaryField(max_length=32)
    key_mac = models.BinaryField(max_length=32, null=True)
    opened_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            # One batch takes envelopes at a time.
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(released_at__isnull=True), name="batch_one_open"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Invitation(models.Model):
    """That somebody was invited to evaluate a closed contact. Whether they answered is written down at the
    opening only, for the whole batch at once, and what they answered never. The ticket in the link is
    derived, not stored, and taken until `expires_at`, whatever became of it. `person` says who counts once,
    sealed to the batch (evaluations.persons); without it nothing is counted any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.OneToOneField(Contact, models.CASCADE, related_name="invitation")
    version = models.PositiveSmallIntegerField(default=1)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_default=Now() + timedelta(days=30))
    answered = models.BooleanField(default=False)
    person = models.BinaryField(max_length=80, null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(version__gte=1), name="invitation_has_a_version"),
        )
        indexes = (models.Index(fields=["expires_at"], name="invitation_expires"),)

    def __str__(self) -> str:
        return str(self.id)


class Envelope(models.Model):
    """A sealed answer of fixed size. No moment, no order, no link: nothing but the box it belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No constraint in the database: its check would leave the writer's transaction on the batch's row.
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="envelopes", db_constraint=False)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.id)


class Opening(models.Model):
    """That the answers of a closed period were to be opened: once, for good, by a database trigger.

    `tables` are the drawn numbers of `answer_tables`, by name, or null when too few people had answered:
    then the envelopes wait for the end of the next period. Exact counts are written nowhere.
    """

    starts_on = models.DateField()
    ends_on = models.DateField()  # inclusive
    tables = models.JSONField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["starts_on", "ends_on"], name="opening_period_once"),
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="opening_period_has_length"
            ),
            # No answer is drawn for two periods.
            ExclusionConstraint(
                name="opening_periods_apart",
                expressions=[
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        "&&",
                    )
                ],
            ),
        )
        ordering = ("-starts_on",)

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


class Questionnaire(models.Model):
    """A questionnaire that was loaded from a file. From when it is in use it never changes, by a database
    trigger: another one of its code is a version more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField(null=True)
    content = models.JSONField()  # questionnaires.Definition
    loaded_at = models.DateTimeField()
    loaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="questionnaire_version_once"),
            models.CheckConstraint(
                condition=Q(version=None, used_at=None) | Q(version__gte=1, used_at__isnull=False),
                name="questionnaire_in_use_has_a_version",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.version or 'not in use'}"


class Survey(models.Model):
    """Everybody with the link is asked a questionnaire, from the first day to the last (inclusive). Its
    private key lies where those of batches do, and is destroyed when it is opened. Of the staff the board
    reads only what `everybody` was asked: one department does not speak for all.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="surveys")
    name = models.CharField(_("name"), max_length=80)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    everybody = models.BooleanField(_("The whole staff is asked"), default=False, db_default=False)
    public_key = models.BinaryField(max_length=32, null=True)  # until the worker has made it
    key_mac = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="survey_has_length"),
        )
        ordering = ("-ends_on", "name")

    def __str__(self) -> str:
        return self.name


class SurveyEnvelope(models.Model):
    """A sealed answer to a survey: as `Envelope`, of the same size, and as little beside it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="envelopes", db_constraint=False)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.id)


class SurveyOpening(models.Model):
    """That the answers to a survey were opened, once, for good, by a database trigger: drawn numbers, or null
    where too few had answered. Those envelopes are gone unread.
    """

    survey = models.OneToOneField(Survey, models.PROTECT, primary_key=True, related_name="opening")
    tables = models.JSONField(null=True)

    def __str__(self) -> str:
        return str(self.survey_id)
