from celery import shared_task
from django.utils import timezone

from evaluations.invitations import invite_closed
from evaluations.release import release as release_batch


@shared_task
def invite() -> None:
    """Every few minutes: invitations for the contacts that were closed since."""
    invite_closed(at=timezone.now())


@shared_task
def release() -> None:
    """Each night: open the waiting answers when there are enough."""
    release_batch(at=timezone.now())
