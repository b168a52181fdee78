"""Naming a colleague, and applying. What became of it no namer learns: the answer is always the same."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from hospital.clock import local_day
from training.enums import CandidateState, Entry
from training.models import Candidate, NamingMark, TrainingPolicy
from training.nominations import eligible, reminders
from training.nominations.eligible import NotThisWay


class AlreadySupports(Exception):
    """Is in the pool."""


def may_name(policy: TrainingPolicy) -> bool:
    return policy.entry != Entry.APPLICATION


def may_apply(policy: TrainingPolicy) -> bool:
    return policy.entry != Entry.NOMINATION


def name_colleague(*, colleague: User, by: User, at: datetime) -> None:
    """`by` would talk with `colleague`: counted once, and kept only while the coordinator may still ask.

    Of who is in the pool, was asked, or would rather not, nothing is kept. Raises NotThisWay, and what
    eligible.check raises.
    """
    if not may_name(TrainingPolicy.current()):
        raise NotThisWay
    eligible.check(colleague, by=by)
    if eligible.supports(colleague):
        return
    mark = eligible.mark("naming", by.pk, colleague.pk)
    with transaction.atomic():
        candidate, is_new = Candidate.objects.get_or_create(
            user=colleague, defaults={"named": 1, "named_on": local_day(at)}
        )
        if is_new:
            NamingMark.objects.create(mark=mark, candidate=candidate)
            return
        held = Candidate.objects.select_for_update().filter(pk=candidate.pk, state=CandidateState.NAMED)
        if not held.exists() or NamingMark.objects.filter(mark=mark).exists():
            return
        NamingMark.objects.create(mark=mark, candidate=candidate)
        held.update(named=F("named") + 1, named_on=local_day(at))


def apply(*, by: User, at: datetime) -> None:
    """`by` would like to be a supporter; the coordinator is told. Raises NotThisWay, AlreadySupports, and
    what eligible.check raises.
    """
    if not may_apply(TrainingPolicy.current()):
        raise NotThisWay
    eligible.check(by)
    if eligible.supports(by):
        raise AlreadySupports
    day = local_day(at)
    willing = {"state": CandidateState.WILLING, "applied": True, "answered_on": day}
    with transaction.atomic():
        candidate, is_new = Candidate.objects.get_or_create(user=by, defaults={**willing, "named_on": day})
        if not is_new:
            others = Candidate.objects.filter(pk=candidate.pk).exclude(state=CandidateState.WILLING)
            is_new = bool(others.update(**willing))
            NamingMark.objects.filter(candidate=candidate).delete()
        if is_new:
            reminders.tell_willing(candidate, at)
