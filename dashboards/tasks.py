from celery import shared_task
from django.utils import timezone

from dashboards import figures, publishing


@shared_task
def publish_due() -> None:
    """Daily: prepare the periods whose grace is over, and publish what no coordinator did in time."""
    now = timezone.now()
    figures.prepare_due(at=now)
    publishing.publish_waiting(at=now)
