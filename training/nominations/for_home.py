"""What an employee finds on the home page: a question to themselves, a vote, and the way to name somebody."""

from typing import Any

from accounts.models import User
from training.enums import CandidateState
from training.models import Candidate, PeerVote, TrainingPolicy
from training.nominations import naming, voting


def of(user: User) -> dict[str, Any]:
    """Three statements, and one more while the department votes."""
    policy = TrainingPolicy.current()
    vote = None
    if user.department_id:
        vote = PeerVote.objects.open().filter(department=user.department_id).first()
    return {
        "asked": Candidate.objects.filter(user=user, state=CandidateState.ASKED).exists(),
        "vote": vote if vote and not voting.has_voted(vote, user) else None,
        "may_name": naming.may_name(policy),
        "may_apply": naming.may_apply(policy),
    }
