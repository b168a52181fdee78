from celery import shared_task
from django.utils import timezone

from supporters import retention


@shared_task
def erase_due() -> None:
    """Daily: erase the names whose term is over."""
    retention.erase_due(at=timezone.now())
