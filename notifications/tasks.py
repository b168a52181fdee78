"""What beat and the nudges start. A lost or doubled task changes nothing: the rows say what is due."""

import imaplib
from typing import Any

import structlog
from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from notifications.delivery import bounces, digest
from notifications.delivery import sweep as delivery
from notifications.reminders import reconcile as reconciliation

logger = structlog.get_logger(__name__)


@shared_task
def sweep() -> None:
    """One pass of the reminder engine, each minute and after a commit that made something due."""
    delivery.run(at=timezone.now())


@shared_task
def gather_news() -> None:
    """Every few minutes: whether it is time for the mail of the day."""
    digest.gather(at=timezone.now())


@shared_task
def read_bounces() -> None:
    """Every ten minutes: what came back, if there is a mailbox for it. One that cannot be read is named in
    the settings (notifications.delivery.readiness).
    """
    try:
        bounces.read_mailbox(at=timezone.now())
    except (OSError, imaplib.IMAP4.error) as error:
        logger.warning("bounces.unreadable", error=type(error).__name__)


@worker_ready.connect
def catch_up(**_: Any) -> None:
    """A worker that starts looks at once what it missed, not when beat's first minute is over."""
    sweep.apply_async(retry=False, expires=60)


@shared_task
def reconcile() -> None:
    """Each night: reminders that should exist and do not."""
    reconciliation.run(at=timezone.now())
