from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.models.second_person import RoleGrant, SignInChange
from accounts.roles import confirming, giving
from accounts.sign_in import sign_in_changes


class Command(BaseCommand):
    help = "Show what about somebody waits for a second person; --yes confirms it where there is nobody else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--yes", action="store_true", help="confirm all of it; logged and told")

    def handle(self, *args: Any, username: str, yes: bool, **options: Any) -> None:
        user = User.objects.filter(username=username.lower()).first()
        if user is None:
            raise CommandError(_("Nobody signs in as %(name)s.") % {"name": username})
        now = timezone.now()
        grants = list(RoleGrant.objects.waiting().filter(user=user, expires_at__gt=now).order_by("role"))
        changes = list(SignInChange.objects.to_confirm().filter(user=user).order_by("at", "id"))
        for grant in grants:
            self.stdout.write(_("Role: %(role)s") % {"role": grant.get_role_display()})
        for change in changes:
            words = {"what": change.get_what_display(), "old": change.old or "–", "new": change.new or "–"}
            self.stdout.write(_("%(what)s: %(old)s → %(new)s") % words)
        if not grants and not changes:
            self.stdout.write(_("Nothing is waiting."))
        elif not yes:
            self.stdout.write(
                _("Nothing was changed. Is this right? Then add %(option)s.") % {"option": "--yes"}
            )
        else:
            self._confirm(grants, changes)

    def _confirm(self, grants: list[RoleGrant], changes: list[SignInChange]) -> None:
        how: dict[str, Any] = {"by": None, "access_point": "confirm_waiting", "at": timezone.now()}
        try:
            for grant in grants:
                confirming.confirm(grant_id=grant.pk, **how)
            for change in changes:
                sign_in_changes.confirm(change_id=change.pk, **how)
        except confirming.LeftService as error:
            raise CommandError(_("This person is out of service, so the role was not given.")) from error
        except giving.RolesConflict as clash:
            text = _("“%(first)s” and “%(second)s” do not go together, so the role was not given.")
            raise CommandError(text % {"first": clash.first.label, "second": clash.second.label}) from clash
        except confirming.NotOpen as error:
            raise CommandError(_("This was decided or changed meanwhile.")) from error
        self.stdout.write(self.style.SUCCESS(_("Confirmed.")))
