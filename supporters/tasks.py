from celery import shared_task
from django.utils import timezone

from accounts.files import uploads
from notifications.delivery import forgetting
from supporters.corridor import talks
from supporters.intake import unnamed_reports
from supporters.offers import retention


@shared_task
def erase_due() -> None:
    """Daily: erase the names whose term is over, what reached people about it long ago, and old counts."""
    now = timezone.now()
    retention.erase_due(at=now)
    forgetting.prune(at=now)
    uploads.discard_forgotten(at=now)
    talks.forget_old(at=now)


@shared_task
def close_by_rule() -> None:
    """Daily: close the reports that name nobody and that a rule does not let wait."""
    unnamed_reports.close_by_rule(at=timezone.now())
