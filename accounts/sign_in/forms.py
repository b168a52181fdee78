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
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.derived_keys import fernet
from accounts.models import User
from accounts.sign_in import tasks

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


NOT_TAKEN = _("That did not work: perhaps this page stood open for too long. Try once more.")


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


class AsksForCode(InOurWords):
    """Asks for the codes that somebody has: whoever has no app has only recovery codes."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_app = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP).exists()
        self.fields["code"].label = (
            _("Code from your authenticator app, or a recovery code") if has_app else _("A recovery code")
        )


class CodeForm(AsksForCode, AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    pass


class CodeAgainForm(AsksForCode, ReauthenticateByCode):  # type: ignore[misc]  # allauth ships no types
    pass


class AddAppForm(InOurWords, ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types
    words = {"code": _("Code from the app")}


class AsksForPasskey(forms.Form):
    """What the browser brought is a passkey, not a code: says why it does not open anything."""

    user: User | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages["required"] = _(
            "This browser brought no passkey. Choose another way."
        )

    @property
    def has_passkey(self) -> bool:
        return self._passkeys().exists()

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form that this is mixed into
        except ValidationError as error:
            if error.code != "incorrect_code":
                raise
            brought = self.cleaned_data["credential"]
            name = brought.get("id") if isinstance(brought, dict) else None
            raise ValidationError(
                NOT_TAKEN
                if self._passkeys().filter(data__credential__id=name).exists()
                else _(
                    "This passkey is not known here, or no longer. Choose another way, and remove the passkey"
                    " from your device."
                )
            ) from error

    def _passkeys(self) -> QuerySet[Authenticator]:
        """Those of who is asked; of everybody while it is the passkey that says who it is."""
        found: QuerySet[Authenticator] = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
        return found.filter(user=self.user) if self.user else found


class PasskeyForm(AsksForPasskey, LoginWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    pass


class PasskeyStepForm(AsksForPasskey, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    pass


class PasskeyAgainForm(AsksForPasskey, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    pass


class AddPasskeyForm(InOurWords, AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    words = {
        "name": _("What do you call this device?"),
        "passwordless": _("Sign in with it without a password"),
    }
    help_words = {"passwordless": _("Not ticked it is a second step, after the password.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True

    def clean(self) -> dict[str, Any] | None:
        try:
            return super().clean()
        except ValidationError as error:
            raise ValidationError(NOT_TAKEN) from error


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
