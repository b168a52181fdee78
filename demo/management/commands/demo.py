import logging
import os
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from demo.build import SIZES, build


class Command(BaseCommand):
    help = "Build the demo hospital and its past year in an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=2026, help="another seed makes another year")
        parser.add_argument(
            "--size",
            choices=SIZES,
            default=os.environ.get("DEMO_SIZE") or "hospital",
            help="900, 5,000 or 14,000 people; DEMO_SIZE= says it for `make run`",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        logging.disable(logging.INFO)  # a year of jobs has much to say
        try:
            size, reports = SIZES[options["size"]]
        except KeyError:
            raise CommandError(f"DEMO_SIZE: {options['size']!r} is none of {', '.join(SIZES)}.") from None
        try:
            build(seed=options["seed"], at=timezone.now(), size=size, reports=reports)
        except ValueError as error:
            raise CommandError(str(error)) from None
        # The nudges of a year whose reminders were shown while it passed.
        current_app.control.purge()
        self.stdout.write("The demo hospital is ready.")
