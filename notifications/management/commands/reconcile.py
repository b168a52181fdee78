from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications.reminders import reconcile


class Command(BaseCommand):
    help = "Write the reminders and mails that should exist and do not, as each night; once after an upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"written {reconcile.run(at=timezone.now())}")
