"""The tokens in links to a new password: worth nothing while a change to the sign-in is not confirmed."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils import timezone

from accounts.models import User
from accounts.sign_in import sign_in_changes


class TokenGenerator(PasswordResetTokenGenerator):
    def check_token(self, user: User | None, token: str | None) -> bool:
        """Also of a link that was mailed before the change."""
        if user is None or sign_in_changes.is_stopped(user, at=timezone.now()):
            return False
        return super().check_token(user, token)
