"""What beat and the nudges start. A lost or doubled task changes nothing: the rows say what is due."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from notifications import delivery, digest
from notifications import reconcile as reconciliation


@shared_task
def sweep() -> None:
    """One pass of the reminder engine, each minute and after a commit that made something due."""
    delivery.run(at=timezone.now())


@shared_task
def gather_news() -> None:
    """Every few minutes: whether it is time for the mail of the day."""
    digest.gather(at=timezone.now())


@worker_ready.connect
def catch_up(**_: Any) -> None:
    """A worker that starts looks at once what it missed, not when beat's first minute is over."""
    sweep.apply_async(retry=False, expires=60)


@shared_task
def reconcile() -> None:
    """Each night: reminders that should exist and do not."""
    reconciliation.run(at=timezone.now())
