"""Who may become a supporter: whom colleagues named or voted for, and who applied."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hospital.models import Department
from training import visible_rows
from training.enums import CandidateState


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.candidates(user))


class Candidate(models.Model):
    """Somebody whom colleagues named (`named` of them) or voted for (`votes`), or who applied.

    Who named whom is read nowhere (`NamingMark`), and of days there is only that on which the last came in.
    Written by training.nominations; when a row goes, training.nominations.forgetting says.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, models.CASCADE, related_name="candidate")
    state = models.CharField(max_length=8, choices=CandidateState.choices, default=CandidateState.NAMED)
    named = models.PositiveIntegerField(default=0)
    votes = models.PositiveIntegerField(default=0)
    applied = models.BooleanField(default=False)
    named_on = models.DateField()
    asked_on = models.DateField(null=True)
    answered_on = models.DateField(null=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(named__gt=0) | models.Q(votes__gt=0) | models.Q(applied=True),
                name="candidate_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(state="named", asked_on=None, answered_on=None)
                | models.Q(state="asked", asked_on__isnull=False, answered_on=None)
                | models.Q(state__in=["willing", "declined"], answered_on__isnull=False),
                name="candidate_state_has_its_day",
            ),
        )
        indexes = (
            # The coordinator's lists, and what is erased by age.
            models.Index(fields=["state", "named_on"], name="candidate_by_state"),
        )

    def __str__(self) -> str:
        return str(self.id)


class NamingMark(models.Model):
    """That somebody named this candidate already: a keyed hash of the two, so that each counts once. No
    moment, and no order. It goes as soon as the candidate is asked.
    """

    mark = models.CharField(primary_key=True, max_length=64)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="marks")

    def __str__(self) -> str:
        return self.mark


class PeerVoteQuerySet(models.QuerySet["PeerVote"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.peer_votes(user))

    def open(self) -> Self:
        return self.filter(counted_on=None)


class PeerVote(models.Model):
    """A department says who its peer is: up to and including `closes_on`, and counted by itself after it.
    `ballots` says how many voted, and nothing where they were too few to be counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.ForeignKey(
        Department, models.CASCADE, related_name="+", verbose_name=_("department"), db_index=False
    )
    opened_on = models.DateField()
    closes_on = models.DateField(_("up to and including"))
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    counted_on = models.DateField(null=True)
    ballots = models.PositiveIntegerField(null=True)

    objects = PeerVoteQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["department"],
                condition=models.Q(counted_on=None),
                name="peer_vote_one_open",
                violation_error_message=_("This department votes already."),
            ),
            models.CheckConstraint(
                condition=models.Q(closes_on__gte=models.F("opened_on")), name="peer_vote_has_length"
            ),
            models.CheckConstraint(
                condition=models.Q(ballots=None) | models.Q(counted_on__isnull=False, ballots__gte=3),
                name="peer_vote_few_are_not_told",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Ballot(models.Model):
    """One vote: whom, and a keyed hash of the vote and whoever cast it. No moment; gone once counted."""

    mark = models.CharField(primary_key=True, max_length=64)
    vote = models.ForeignKey(PeerVote, models.CASCADE, related_name="cast")
    choice = models.ForeignKey(User, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.mark


class HeadsAsked(models.Model):
    """The heads of department were asked on this day whom they would name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_on = models.DateField(unique=True)

    def __str__(self) -> str:
        return str(self.asked_on)
