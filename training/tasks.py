from celery import shared_task
from django.utils import timezone

from training.coverage import simulating
from training.meetings import accreditation
from training.nominations import forgetting, heads, voting


@shared_task
def simulate() -> None:
    """Carry out the simulation that waits, also one that a killed worker left behind."""
    simulating.work(at=timezone.now())


@shared_task
def erase_due() -> None:
    """Daily: erase the numbers that no list of accreditation needs any more."""
    accreditation.erase_old(at=timezone.now())


@shared_task
def keep_candidates() -> None:
    """Daily: count the votes that closed, forget the candidates whose time is over."""
    now = timezone.now()
    voting.count_due(at=now)
    forgetting.forget(at=now)


@shared_task
def ask_heads() -> None:
    """Daily, in the morning: ask the heads of department, when it is time again."""
    heads.ask_heads_due(at=timezone.now())
