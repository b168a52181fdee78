from celery import shared_task
from django.utils import timezone

from training.coverage import simulating


@shared_task
def simulate() -> None:
    """Carry out the simulation that waits, also one that a killed worker left behind."""
    simulating.work(at=timezone.now())
