from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.sign_in import second_factor


class Command(BaseCommand):
    help = "Encrypt the secrets of second factors anew, with the first of MFA_KEYS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--forget", action="store_true", help="remove second factors that none of the keys opens"
        )

    def handle(self, *args: Any, forget: bool, **options: Any) -> None:
        done = second_factor.renew(forget=forget)
        self.stdout.write(
            _("%(count)d second factors are encrypted with the newest key.") % {"count": done.renewed}
        )
        if done.unreadable and not forget:
            text = _("%(count)d second factors are opened by none of MFA_KEYS; --forget removes them.")
            raise CommandError(text % {"count": done.unreadable})
