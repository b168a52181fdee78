from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import tasks


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types
    """Says what to fill in above the field, not inside it, where it disappears with the first letter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Sign-in name or e-mail")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


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
