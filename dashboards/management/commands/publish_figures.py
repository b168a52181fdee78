from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from dashboards import figures
from evaluations.periods import Period


class Command(BaseCommand):
    help = "Publish the figures of every closed period that is due. For good."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at-once", action="store_true", help="without waiting for what has not ended yet"
        )

    def handle(self, *args: Any, at_once: bool, **options: Any) -> None:
        grace = timedelta() if at_once else figures.GRACE
        releases = figures.publish_due(at=timezone.now(), grace=grace)
        for release in releases:
            self.stdout.write(f"Published {Period.between(release.starts_on, release.ends_on).code}.")
        if not releases:
            self.stdout.write("Nothing is due.")
