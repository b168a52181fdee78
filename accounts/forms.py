from allauth.account.forms import ResetPasswordForm
from django.db import transaction
from django.http import HttpRequest

from accounts import tasks


class PasswordResetForm(ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """Asks for a reset link. The worker looks the address up, so that the answer takes as long for an
    unknown address as for a known one, and says as little.
    """

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: object) -> str:
        email = str(self.cleaned_data["email"])
        transaction.on_commit(lambda: tasks.mail_reset_link.delay(email))
        return email
