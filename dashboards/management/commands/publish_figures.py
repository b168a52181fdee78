from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from dashboards import figures, publishing
from evaluations.periods import Period


class Command(BaseCommand):
    help = (
        "Prepare the figures of every closed period that is due, and publish those that waited long enough."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        done = {
            "Prepared": figures.prepare_due(at=now),
            "Published": publishing.publish_waiting(at=now),
        }
        for word, releases in done.items():
            for release in releases:
                self.stdout.write(f"{word} {Period.between(release.starts_on, release.ends_on).code}.")
        if not any(done.values()):
            self.stdout.write("Nothing is due.")
