"""allauth's forms in the words of the house: what to fill in stands above a field, not inside it, where it
disappears with the first letter.
"""

from typing import TYPE_CHECKING, Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCode
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.sealing import fernet
from accounts.sign_in import tasks

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class InOurWords(forms.Form):
    """`words` gives a field its label, `help_words` its hint."""

    words: dict[str, "StrOrPromise"] = {}
    help_words: dict[str, "StrOrPromise"] = {
        "password1": _(
            "At least twelve characters. A few words in a row are easy to remember and hard to guess."
        )
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)
            field.help_text = self.help_words.get(name, field.help_text)


class SignInForm(InOurWords, LoginForm):  # type: ignore[misc]  # allauth ships no types
    words = {"login": _("Sign-in name or e-mail")}


class ConfirmForm(InOurWords, ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    pass


class PasswordChangeForm(InOurWords, ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    words = {"password2": _("New password, once more")}


class FirstPasswordForm(InOurWords, SetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    words = {"password2": _("New password, once more")}


class NewPasswordForm(InOurWords, ResetPasswordKeyForm):  # type: ignore[misc]  # allauth ships no types
    words = {"password2": _("New password, once more")}


class CodeForm(InOurWords, AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    words = {"code": _("Code from your authenticator app, or a recovery code")}


class CodeAgainForm(InOurWords, ReauthenticateByCode):  # type: ignore[misc]  # allauth ships no types
    words = CodeForm.words


class AddAppForm(InOurWords, ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types
    words = {"code": _("Code from the app")}


class AddPasskeyForm(InOurWords, AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    words = {
        "name": _("What do you call this device?"),
        "passwordless": _("Sign in with it without a password"),
    }
    help_words = {"passwordless": _("Not ticked it is a second step, after the password.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class PasswordResetForm(InOurWords, ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """Asks for a reset link. The worker looks the address up, so that the answer takes as long for an unknown
    address as for a known one, and says as little.
    """

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: object) -> str:
        email = str(self.cleaned_data["email"])
        # Sealed: whoever reads the queue learns no address.
        sealed = fernet(tasks.RESET).encrypt(email.encode()).decode()
        transaction.on_commit(lambda: tasks.mail_reset_link.delay(sealed))
        return email
