"""The words of the access log. What it stores is short English; a page shows it in the reader's language.

The other rooms add what they write into it when they start (`add`).
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, SignIn

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from accounts.models import AccessEvent

    Words = dict[str, "str | StrPromise"]

#: Kinds of object, and on what basis.
_words: "Words" = {
    "access log": _("access log"),
    "policy": _("agreements"),
    "role": _("role"),
    "role grant": _("role that waits for a second person"),
    "session": _("session"),
    "sign-in": _("sign-in"),
    "staff import": _("staff import"),
    "administration": _("administration"),
    "back in service": _("back in service"),
    "coordinator": _("coordinator"),
    "group claim of SSO": _("group of the single sign-on"),
    "import": _("import"),
    "not confirmed in time": _("not confirmed in time"),
    "own account": _("own account"),
    "own record": _("own record"),
    "second person": _("second person"),
    "server": _("by IT, on the server"),
    "supervision": _("supervision"),
}

#: Where something was opened or changed: pages by the name of their address, and what is no page.
_places: "Words" = {
    "": _("the system"),
    "access-log:list": _("access log"),
    "account_login": _("signing in"),
    "account_reset_password_from_key": _("a new password"),
    "account_logout": _("signing out"),
    "confirm_waiting": _("by IT, on the server"),
    "confirmations": _("confirmations"),
    "createsuperuser": _("by IT, on the server"),
    "demo_sign_in": _("signing in to the demo"),
    "end_waiting": _("the system"),
    "import_staff": _("staff import, on the server"),
    "mfa_activate_totp": _("sign-in and security"),
    "mfa_add_webauthn": _("sign-in and security"),
    "mfa_authenticate": _("signing in, in two steps"),
    "mfa_deactivate_totp": _("sign-in and security"),
    "mfa_generate_recovery_codes": _("sign-in and security"),
    "mfa_login_webauthn": _("signing in with a passkey"),
    "mfa_remove_webauthn": _("sign-in and security"),
    "remove_second_factor": _("by IT, on the server"),
    "renew_second_factors": _("by IT, on the server"),
    "settings:hours": _("settings of working hours"),
    "settings:person": _("page of an employee"),
    "settings:staff-import": _("staff import"),
    "sso": _("single sign-on"),
}


def add(*, words: "Words | None" = None, places: "Words | None" = None) -> None:
    _words.update(words or {})
    _places.update(places or {})


def has_word(stored: str) -> bool:
    return stored in _words


def has_place(stored: str) -> bool:
    return stored in _places


def word_of(stored: str) -> str:
    """`stored` (an object's kind, a basis) in the reader's language; as it is when it has no word."""
    return str(_words.get(stored, stored))


def place_of(stored: str) -> str:
    """The page with this name, in the reader's language; as it is when it has no word."""
    return str(_places.get(stored, stored))


def role_word(role: str) -> str:
    """What a stored role is called."""
    return str(Role(role).label) if role in Role.values else role


def object_ref(line: "AccessEvent", names: dict[str, str]) -> str:
    """The reference as people know it: a role by its word with whose it is, a supporter by name, everything
    else as stored.
    """
    if line.object_kind == "supporter":
        return names.get(line.object_ref, "")
    if line.object_kind not in {"role", "role grant", "sign-in"}:
        return line.object_ref
    what, _, person = line.object_ref.rpartition(" ")
    said = str(SignIn(what).label) if what in SignIn.values else role_word(what)
    return f"{said} · {names[person]}" if person in names else said
