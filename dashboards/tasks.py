from celery import shared_task
from django.utils import timezone

from dashboards import figures


@shared_task
def publish_due() -> None:
    """Daily: publish the periods whose grace is over."""
    figures.publish_due(at=timezone.now())
