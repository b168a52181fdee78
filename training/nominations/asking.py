"""The coordinator asks a candidate, who answers; nobody who named them hears of it."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from hospital.clock import local_day
from training.enums import CandidateState
from training.models import Candidate, NamingMark
from training.nominations import eligible, reminders


class NotNow(Exception):
    """Somebody asked meanwhile, or it was answered already."""


def ask(*, candidate: Candidate, by: User, at: datetime) -> None:
    """Ask whether they would become a supporter. Who named them is forgotten with it.

    Raises NotNow, and what eligible.check raises of somebody who changed since.
    """
    eligible.check(candidate.user)
    with transaction.atomic():
        waiting = Candidate.objects.filter(pk=candidate.pk, state=CandidateState.NAMED)
        if not waiting.update(state=CandidateState.ASKED, asked_on=local_day(at)):
            raise NotNow
        NamingMark.objects.filter(candidate=candidate).delete()
        reminders.tell_asked(candidate, at)
        log(candidate, by, at)


def answer(*, candidate: Candidate, yes: bool, at: datetime) -> None:
    """What the candidate says; who said yes may still say no. Raises NotNow."""
    state = CandidateState.WILLING if yes else CandidateState.DECLINED
    before = [CandidateState.ASKED] if yes else [CandidateState.ASKED, CandidateState.WILLING]
    with transaction.atomic():
        waiting = Candidate.objects.filter(pk=candidate.pk, state__in=before)
        if not waiting.update(state=state, answered_on=local_day(at)):
            raise NotNow
        reminders.was_answered(candidate, at)
        if yes:
            reminders.tell_willing(candidate, at)


def log(candidate: Candidate, by: User, at: datetime) -> None:
    """A line that a coordinator did something about this candidate."""
    audit.record(
        action=AccessAction.CHANGE,
        user=by,
        role=Role.COORDINATOR,
        access_point="training:candidates",
        object_kind="candidate",
        object_ref=str(candidate.user_id),
        basis="coordinator of the pool",
        at=at,
    )
