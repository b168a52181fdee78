from celery import shared_task
from django.utils import timezone

from evaluations import invitations, key_watch
from evaluations.opening import open_due


@shared_task
def invite() -> None:
    """Once a day: invitations for the contacts that were closed, and reminders."""
    now = timezone.now()
    invitations.invite_closed(at=now)
    invitations.remind(at=now)


@shared_task
def watch_key() -> None:
    """Every few minutes: whether what comes in can be opened, and by nobody else."""
    key_watch.watch(at=timezone.now())


@shared_task
def release() -> None:
    """Each night, for what happens once at the end of a period: open the waiting answers."""
    open_due(at=timezone.now())
