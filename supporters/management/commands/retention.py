from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications.delivery import forgetting
from supporters.offers import retention


class Command(BaseCommand):
    help = (
        "Erase names and contact data where support closed longer ago than the retention term, and mails, "
        "notices and reminders that were over 90 days ago."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many would be erased")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        at = timezone.now()
        if dry_run:
            self.stdout.write(f"{retention.due(at=at)} involved employees would be erased.")
            return
        erased = retention.erase_due(at=at)
        counts = f"{erased.involvements} involved employees and {erased.exclusions} excluded pairs"
        self.stdout.write(f"{counts} erased.")
        self.stdout.write(f"{forgetting.prune(at=at)} old mails, notices and reminders deleted.")
