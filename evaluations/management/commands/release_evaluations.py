from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaluations import opening, surveys
from evaluations.batch_keys import BatchKeyMissingError
from evaluations.periods import Period

_MENDED = {
    opening.Repair.NOTHING_WRONG: "The waiting answers can be opened; nothing was given up.",
    opening.Repair.KEY_PUT_BACK: "The public key was put right by the private one; nothing was given up.",
    opening.Repair.GIVEN_UP: "The waiting answers were given up, and their people are invited again.",
}


class Command(BaseCommand):
    help = "Open the waiting evaluations for a period that has ended, and destroy the key that did."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--discard",
            action="store_true",
            help="where the waiting answers cannot be opened, as after a restore: mend that, or give them up",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["discard"]:
            self.stdout.write(_MENDED[opening.mend(at=now)])
        try:
            ended = opening.open_due(at=now)
            surveys.open_due(at=now)
        except (BatchKeyMissingError, opening.BatchKeyRefusedError) as refused:
            raise CommandError(
                f"{refused} Nothing was changed. Put the key back, or give the answers up with --discard."
            ) from refused
        for each in ended:
            code = Period.between(each.starts_on, each.ends_on).code
            said = "opened" if each.tables else "too few answers, which wait for the next period"
            self.stdout.write(f"{code}: {said}.")
        if not ended:
            self.stdout.write("No period has ended since.")
