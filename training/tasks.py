from celery import shared_task
from django.utils import timezone

from training.coverage import simulating
from training.meetings import accreditation


@shared_task
def simulate() -> None:
    """Carry out the simulation that waits, also one that a killed worker left behind."""
    simulating.work(at=timezone.now())


@shared_task
def erase_due() -> None:
    """Daily: erase the numbers that no list of accreditation needs any more."""
    accreditation.erase_old(at=timezone.now())
