"""Reports that name nobody, and who is asked who was there."""

import uuid
from collections.abc import Collection
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hospital.models import Department
from incidents.enums import EventType, Harm
from incidents.models import Incident
from supporters import visible_rows
from supporters.enums import (
    HeadAnswer,
    IntakeState,
    NotNeededReason,
)


class UnnamedReportQuerySet(models.QuerySet["UnnamedReport"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.unnamed_reports(user))

    def besides(self, events: Collection[uuid.UUID]) -> Self:
        return self.exclude(incident__in=events) if events else self

    def open(self) -> Self:
        return self.filter(state=IntakeState.OPEN)

    def waiting(self) -> Self:
        """The coordinator's work."""
        return self.filter(state=IntakeState.OPEN, closes_at=None)

    def closing(self) -> Self:
        """What a rule closes unless somebody acts."""
        return self.filter(state=IntakeState.OPEN, closes_at__isnull=False)


class UnnamedReport(models.Model):
    """A report that named nobody when it came in: a row of the coordinator's intake.

    Made in the transaction of the report and changed by supporters.intake.unnamed_reports only. It is looked
    at by `due_at`, or closed at `closes_at` by a rule. `weight` is what its place in the list comes from:
    what it did to the patient, and whether it is a calamity. `asked_at`: when the reporter was last asked who
    was involved; `said_nobody_at`: that they answered nobody was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.OneToOneField(Incident, models.CASCADE, related_name="unnamed")
    state = models.CharField(max_length=10, choices=IntakeState.choices, default=IntakeState.OPEN)
    weight = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    said_nobody_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=10, choices=NotNeededReason.choices, blank=True, default="")

    objects = UnnamedReportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(due_at__isnull=True, closes_at__isnull=False)
                | models.Q(due_at__isnull=False, closes_at__isnull=True),
                name="unnamed_report_waits_or_closes",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at__isnull=True, decided_by__isnull=True)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False)),
                name="unnamed_report_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=(models.Q(state="not_needed", decided_by__isnull=False) & ~models.Q(reason=""))
                | (~models.Q(state="not_needed") & models.Q(reason="")),
                name="unnamed_report_not_needed_says_why",
            ),
        )
        indexes = (
            # /support/intake/: what waits, late or not, by harm and newest first.
            models.Index(
                fields=["-weight", "-opened_at", "-id"],
                name="unnamed_report_waiting",
                condition=models.Q(state="open", closes_at__isnull=True),
            ),
            # The counts above the worklist, and what there is to remind of.
            models.Index(
                fields=["due_at"],
                name="unnamed_report_due",
                condition=models.Q(state="open", closes_at__isnull=True),
            ),
            # What a rule closes, each night and on the page.
            models.Index(
                fields=["closes_at", "id"],
                name="unnamed_report_closing",
                condition=models.Q(state="open", closes_at__isnull=False),
            ),
            # What was closed without support, newest first.
            models.Index(
                fields=["state", "-closed_at", "-id"],
                name="unnamed_report_closed",
                condition=models.Q(state__in=["not_needed", "by_rule"]),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class HeadQuestionQuerySet(models.QuerySet["HeadQuestion"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.head_questions(user))

    def waiting(self) -> Self:
        return self.filter(answered_at=None)


class HeadQuestion(models.Model):
    """That the head of a department is asked who was there: after events of a kind after which everybody is
    offered support (`SupportPolicy.always_offered`), whoever reported it.

    Written by supporters.intake.head_questions only. Unanswered at `due_at` it is the coordinator's work.
    Whom the head named stands on the report as everybody else.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="head_questions", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=7, choices=HeadAnswer.choices, blank=True, default="")

    objects = HeadQuestionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "department"], name="head_question_once"),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answer="")
                | (models.Q(answered_at__isnull=False) & ~models.Q(answer="")),
                name="head_question_answered_has_moment",
            ),
        )
        indexes = (
            # The count above the worklist, the list of the intake, and what there is to remind of.
            models.Index(
                fields=["due_at", "id"],
                name="head_question_waiting",
                condition=models.Q(answered_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class IntakeRule(models.Model):
    """What becomes of a report that names nobody, by what happened, harm and department; empty is any.

    It waits for the coordinator, or is closed after `closes_after_days` unless somebody acts. Which of
    several rules counts is said in supporters.intake.rules.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event_type = models.CharField(
        _("what happened"), max_length=20, choices=EventType.choices, blank=True, default=""
    )
    harm = models.CharField(
        _("harm to the patient"), max_length=8, choices=Harm.choices, blank=True, default=""
    )
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    closes_after_days = models.PositiveSmallIntegerField(_("closes after (days)"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["event_type", "harm", "department"],
                name="intake_rule_once",
                nulls_distinct=False,
                violation_error_message=_("There is a rule for this already. Take that one away first."),
            ),
            models.CheckConstraint(
                condition=~models.Q(event_type="", harm="", department__isnull=True),
                name="intake_rule_says_for_what",
                violation_error_message=_("Say for which reports the rule is."),
            ),
            models.CheckConstraint(
                condition=models.Q(closes_after_days__isnull=True) | models.Q(closes_after_days__gt=0),
                name="intake_rule_days",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
