from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.staff import importing


@shared_task
def work_on_import(import_id: str) -> None:
    """Take one staff import a step on."""
    importing.work(import_id=UUID(import_id), at=timezone.now())


@shared_task
def sweep_imports() -> None:
    """Go on with what a killed worker or a lost message left behind."""
    for import_id in importing.waiting():
        importing.work(import_id=import_id, at=timezone.now())
