from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dashboards import figures
from dashboards.models import Release
from dashboards.periods import NotAPeriod, Period


class Command(BaseCommand):
    help = "Publish the figures of every closed period that is due, or of one that is named. For good."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--quarter", metavar="2026Q3", help="this quarter (or, as 2026, this year), without waiting"
        )

    def handle(self, *args: Any, quarter: str | None, **options: Any) -> None:
        at = timezone.now()
        releases = [self._publish(quarter)] if quarter else figures.publish_due(at=at)
        for release in releases:
            self.stdout.write(f"Published {Period.between(release.starts_on, release.ends_on).code}.")
        if not releases:
            self.stdout.write("Nothing is due.")

    def _publish(self, code: str) -> Release:
        try:
            period = Period.parse(code)
            return figures.publish(starts_on=period.starts_on, ends_on=period.ends_on, at=timezone.now())
        except NotAPeriod:
            raise CommandError(f"{code} is no period: give a quarter (2026Q3) or a year (2026).") from None
        except figures.PeriodRuns:
            raise CommandError(f"{code} has not ended.") from None
        except figures.AlreadyPublished:
            raise CommandError(f"{code} is published already, and that is for good.") from None
