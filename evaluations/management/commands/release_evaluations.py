from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaluations import release
from evaluations.batch_keys import BatchKeyMissingError


class Command(BaseCommand):
    help = "Open the waiting evaluations when there are enough of them, and destroy the key that did."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--discard",
            action="store_true",
            help="give up the waiting answers if their key is gone for good, as after restoring a backup",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["discard"]:
            self.stdout.write(f"{release.discard_unreadable(at=now)} unreadable answers discarded.")
        try:
            released = release.release(at=now)
        except BatchKeyMissingError as missing:
            raise CommandError(
                f"{missing} Nothing was changed. Put the key back, or give the answers up with --discard."
            ) from missing
        if released.opened is None:
            self.stdout.write("Not enough answers yet; they stay sealed.")
        else:
            self.stdout.write(f"{released.opened} answers added to the tallies.")
