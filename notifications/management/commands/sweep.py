from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications.delivery import digest, sweep


class Command(BaseCommand):
    help = "One pass of the reminder engine: show and mail what is due."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        digest.gather(at=now)
        swept = sweep.run(at=now)
        self.stdout.write(f"shown {swept.shown}, mailed {swept.sent}, failed {swept.failed}")
