from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts import passwords, staff_import


@shared_task
def mail_reset_link(email: str) -> None:
    """Mail the way to a new password to whoever has `email`, if anybody has."""
    passwords.mail_reset_link(email=email)


@shared_task
def work_on_import(import_id: str) -> None:
    """Take one staff import a step on."""
    staff_import.work(import_id=UUID(import_id), at=timezone.now())


@shared_task
def sweep_imports() -> None:
    """Go on with what a killed worker or a lost message left behind."""
    for import_id in staff_import.waiting():
        staff_import.work(import_id=import_id, at=timezone.now())
