from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts import audit


class Command(BaseCommand):
    help = "Check the chain of the access log; names the first broken line when it was tampered with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            metavar="LINE:CHAIN",
            help="what an earlier run printed: shows whether lines were cut off since then",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        broken = audit.verify()
        if broken is not None:
            raise CommandError(_("The access log was tampered with: line %(line)d.") % {"line": broken})
        if options["expect"] and not audit.holds(options["expect"]):
            raise CommandError(_("Lines that were in the access log earlier are missing."))
        line, chain = audit.head()
        self.stdout.write(_("The access log is whole.") + f" {line}:{chain}")
