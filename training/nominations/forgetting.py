"""When a candidate is forgotten."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from hospital.clock import local_day
from training.enums import CandidateState
from training.models import Candidate, PeerVote, TrainingPolicy
from training.nominations import eligible, reminders

#: Who was asked and says nothing for so long would rather not.
SILENT = timedelta(days=60)
#: Who was not named again, or is willing and not yet in the pool, is forgotten after so long; a vote too.
KEPT = timedelta(days=365)
#: Of a term that the policy gives in months, in days.
MONTH = 30.5


def forget(*, at: datetime) -> int:
    """Erase what is over; how many candidates: who is in the pool, who declined longer ago than the policy
    says, who was named or willing a year ago.
    """
    today = local_day(at)
    silent = Candidate.objects.filter(state=CandidateState.ASKED, asked_on__lt=today - SILENT)
    silent.update(state=CandidateState.DECLINED, answered_on=today)
    declined = timedelta(days=round(MONTH * TrainingPolicy.current().declined_months))
    over = (
        Q(user__in=eligible.in_pool().values("user"))
        | Q(state=CandidateState.DECLINED, answered_on__lte=today - declined)
        | Q(state=CandidateState.NAMED, named_on__lt=today - KEPT)
        | Q(state=CandidateState.WILLING, answered_on__lt=today - KEPT)
    )
    PeerVote.objects.filter(counted_on__lt=today - KEPT).delete()
    return _erase(over, at)


def left(people: Collection[UUID], at: datetime) -> None:
    """Who leaves service is no candidate any more (accounts.staff.leaving)."""
    _erase(Q(user__in=people), at)


def _erase(which: Q, at: datetime) -> int:
    found = list(Candidate.objects.filter(which).values_list("pk", flat=True))
    reminders.drop(found, at)
    Candidate.objects.filter(pk__in=found).delete()
    return len(found)
