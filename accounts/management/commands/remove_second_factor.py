from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sign_in import sign_in_changes


class Command(BaseCommand):
    help = "Remove the second factors of somebody who lost them, and the recovery codes too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username.lower()).first()
        if user is None:
            raise CommandError(_("Nobody signs in as %(name)s.") % {"name": username})
        with transaction.atomic():
            removed, _by_model = Authenticator.objects.filter(user=user).delete()
            if not removed:
                raise CommandError(_("This person has no second factor."))
            sign_in_changes.second_factor_changed(
                user, by=None, access_point="remove_second_factor", is_first=False, at=timezone.now()
            )
        self.stdout.write(
            _("Removed. The next sign-in is by password, and asks for a new second factor at once.")
        )
