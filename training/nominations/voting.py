"""A department votes "who is your peer?": opened by the coordinator, secret, and counted by itself."""

from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.models import User
from hospital.clock import local_day
from hospital.models import Department
from hospital.refused import saying
from training.enums import CandidateState
from training.models import Ballot, Candidate, PeerVote
from training.nominations import eligible, reminders

#: With fewer ballots nothing is counted: two who vote would know each other's.
LEAST = 3
#: So many days a vote lasts at most.
LONGEST = 60


class AlreadyOpen(Exception):
    """This department votes already."""


class WrongDay(Exception):
    """A vote ends on a day to come, and within LONGEST days."""


class VoteOver(Exception):
    """It is closed, or was not for this person."""


class VotedAlready(Exception):
    """One ballot a person."""


def open_vote(*, department: Department, closes_on: date, by: User, at: datetime) -> PeerVote:
    """Ask everybody in `department`, up to and including `closes_on`. Raises AlreadyOpen, WrongDay."""
    today = local_day(at)
    if not today < closes_on <= today + timedelta(days=LONGEST):
        raise WrongDay
    with saying({"peer_vote_one_open": AlreadyOpen}):
        vote = PeerVote.objects.create(
            department=department, opened_on=today, closes_on=closes_on, opened_by=by
        )
        reminders.tell_vote(vote, at)
    return vote


def has_voted(vote: PeerVote, user: User) -> bool:
    return Ballot.objects.filter(mark=mark_of(vote, user)).exists()


def mark_of(vote: PeerVote, user: User) -> str:
    return eligible.mark("vote", vote.pk, user.pk)


def cast(*, vote: PeerVote, choice: User, by: User, at: datetime) -> None:
    """`by` votes for `choice`, of the same department. Raises VoteOver, VotedAlready, and what eligible.check
    raises.
    """
    eligible.check(choice, by=by)
    if choice.department_id != vote.department_id:
        raise eligible.FromOutside
    with saying({"training_ballot_pkey": VotedAlready}):
        held = PeerVote.objects.select_for_update(no_key=True).filter(pk=vote.pk, counted_on=None)
        if by.department_id != vote.department_id or not held.filter(closes_on__gte=local_day(at)).exists():
            raise VoteOver
        Ballot.objects.create(mark=mark_of(vote, by), vote=vote, choice=choice)


def count_due(*, at: datetime) -> int:
    """Count every vote that closed; how many."""
    due = PeerVote.objects.open().filter(closes_on__lt=local_day(at))
    return sum(count(vote, at=at) for vote in due.order_by("pk"))


def count(vote: PeerVote, *, at: datetime) -> bool:
    """Add the votes to the candidates and forget who was voted for; False where another worker did."""
    day = local_day(at)
    with transaction.atomic():
        held = PeerVote.objects.select_for_update().open().filter(pk=vote.pk)
        if not held.exists():
            return False
        votes = Counter(Ballot.objects.filter(vote=vote).values_list("choice", flat=True))
        Ballot.objects.filter(vote=vote).delete()
        enough = votes.total() >= LEAST
        held.update(counted_on=day, ballots=votes.total() if enough else None)
        if enough:
            people = eligible.able().exclude(pk__in=eligible.in_pool().values("user"))
            for person in people.filter(pk__in=votes).order_by("pk"):
                _add(person, votes[person.pk], day)
        reminders.vote_over(vote, at)
    return True


def _add(person: User, votes: int, day: date) -> None:
    candidate, is_new = Candidate.objects.get_or_create(
        user=person, defaults={"votes": votes, "named_on": day}
    )
    if not is_new:
        waiting = Candidate.objects.filter(pk=candidate.pk, state=CandidateState.NAMED)
        waiting.update(votes=F("votes") + votes, named_on=day)
