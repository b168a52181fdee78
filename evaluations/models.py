import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from evaluations.enums import PeriodLength, Question
from supporters.models import Contact


class EvaluationPolicy(models.Model):
    """How this hospital evaluates, and for which periods it publishes figures: one row."""

    #: Fewer answers than this are never opened, whatever a hospital prefers: see docs/privacy.md.
    LEAST = 5

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    release_at_least = models.PositiveSmallIntegerField(
        _("open the answers when there are (at least)"), default=LEAST
    )
    valid_days = models.PositiveSmallIntegerField(_("an invitation is valid for (days)"), default=30)
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
                condition=models.Q(release_at_least__gte=5),
                name="evaluation_policy_five_at_least",
                violation_error_message=_("Five is the least: with fewer an answer could be traced."),
            ),
        )

    def __str__(self) -> str:
        return "policy of evaluations"

    @classmethod
    def current(cls) -> "EvaluationPolicy":
        """The policy in force; where none was set the defaults, not stored: reading must not write."""
        return cls.objects.filter(id=1).first() or cls()


class Batch(models.Model):
    """Envelopes that are opened together. Its private key lies outside the database and is destroyed at
    release.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_key = models.BinaryField(max_length=32)
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
    """That somebody was invited to evaluate a closed contact. Whether they answered is known only after a
    release, for the whole batch at once, and what they answered never. The ticket in the link is derived, not
    stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.OneToOneField(Contact, models.CASCADE, related_name="invitation")
    version = models.PositiveSmallIntegerField(default=1)
    invited_at = models.DateTimeField()
    answered = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(version__gte=1), name="invitation_has_a_version"),
        )
        indexes = (
            models.Index(fields=["invited_at"], name="invitation_open", condition=models.Q(answered=False)),
        )

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


class Tally(models.Model):
    """How often an answer was given in a quarter. There is no row for a respondent."""

    quarter = models.DateField()  # its first day
    question = models.CharField(max_length=14, choices=Question.choices)
    value = models.CharField(max_length=5)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["quarter", "question", "value"], name="tally_one_cell"),
        )

    def __str__(self) -> str:
        return f"{self.quarter:%Y-%m} {self.question} {self.value}: {self.count}"
