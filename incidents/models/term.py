import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from incidents.enums import TermAnswer, TermChangeKind
from incidents.models.incident import Milestone


class TermChange(models.Model):
    """What moves the end of a statutory term: the confirmation in which the inspectorate says whether it asks
    for a report and until when, its letter that names another day, or an extension that was asked for.
    Written by calamities.inspectorate; answered once and taken back once, and never deleted: triggers hold
    that.

    `moment` is when the extension was asked for, or the beginning of the day of the confirmation or letter.
    `until` is the local day at whose end the term ends; None while an extension is not granted, and where no
    report is asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="term_changes")
    kind = models.CharField(max_length=12, choices=TermChangeKind.choices)
    answer = models.CharField(max_length=9, choices=TermAnswer.choices)
    moment = models.DateTimeField()
    until = models.DateField(_("until"), null=True, blank=True)
    reference = models.CharField(_("reference of the inspectorate"), max_length=60, blank=True, default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(answer=TermAnswer.GRANTED, until__isnull=False)
                | (~Q(answer=TermAnswer.GRANTED) & Q(until__isnull=True)),
                name="term_change_granted_until_a_day",
                violation_error_message=_("What is granted has a day until which."),
            ),
            models.CheckConstraint(
                condition=Q(answer=TermAnswer.GRANTED)
                | (Q(kind=TermChangeKind.EXTENSION) & ~Q(answer=TermAnswer.NOT_ASKED))
                | Q(kind=TermChangeKind.CONFIRMATION, answer=TermAnswer.NOT_ASKED),
                name="term_change_letter_names_a_day",
            ),
            models.UniqueConstraint(
                fields=["milestone"],
                condition=Q(answer=TermAnswer.WAITING, taken_back_at__isnull=True),
                name="term_change_one_waiting",
                violation_error_message=_("An extension was asked for already, and waits for an answer."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.milestone_id}"
