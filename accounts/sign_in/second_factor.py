"""The secrets of second factors, encrypted: who gets hold of a copy of the database cannot make codes.

The keys are `MFA_KEYS`, the newest first: that one encrypts, all of them decrypt. While somebody sets up an
authenticator app its secret stands readable in their session, until that is done.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_reset
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from accounts.sign_in import sign_in_changes

logger = structlog.get_logger(__name__)

#: What of an authenticator's data is secret; of a passkey nothing, it holds the public key.
SECRETS = ("secret", "seed", "migrated_codes")


def follow(
    sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """django-allauth tells here of a factor that is added, removed or made anew, by its owner. Recovery codes
    come and go with the factors; made anew they are a change of their own.

    Whoever adds one has shown it, and is not asked for it on the next page: those are the recovery codes, the
    only other answer that somebody without a password could give.
    """
    signal = kwargs["signal"]
    if authenticator.type == Authenticator.Type.RECOVERY_CODES and signal is not authenticator_reset:
        return
    others = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    is_first = signal is authenticator_added and not others.exclude(pk=authenticator.pk).exists()
    match = request.resolver_match
    sign_in_changes.second_factor_changed(
        user,
        by=user,
        access_point=match.view_name if match else "",
        is_first=is_first,
        at=timezone.now(),
    )
    if signal is authenticator_added:
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True
        )


class SecretUnreadable(Exception):
    """A secret that none of the keys opens."""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    def encrypt(self, text: str) -> str:
        return _keys(tuple(settings.MFA_KEYS)).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises Unreadable."""
        try:
            return _keys(tuple(settings.MFA_KEYS)).decrypt(encrypted_text).decode()
        except InvalidToken:
            logger.error("mfa.unreadable")  # noqa: TRY400  # the traceback says no more
            raise SecretUnreadable from None

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  # allauth's
        """What a new passkey is called until somebody calls it otherwise."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}


@dataclass(frozen=True)
class Renewed:
    """How many authenticators got the newest key, and how many none of the keys opens."""

    renewed: int
    unreadable: int


def renew(*, forget: bool = False) -> Renewed:
    """Encrypt every secret anew with the newest key. With `forget` those that nothing opens are removed:
    their owners sign in without, and set up a second factor again.
    """
    keys, renewed, unreadable = _keys(tuple(settings.MFA_KEYS)), 0, 0
    forgotten: set[User] = set()
    for pk in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("pk", flat=True):
        with transaction.atomic():
            one = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if one is None:
                continue
            try:
                one.data = {**one.data, **dict(_renewed(one.data, keys))}
            except InvalidToken:
                unreadable += 1
                if forget:
                    one.delete()
                    forgotten.add(one.user)
            else:
                one.save(update_fields=["data"])
                renewed += 1
    for user in forgotten:
        sign_in_changes.second_factor_changed(
            user, by=None, access_point="renew_second_factors", is_first=False, at=timezone.now()
        )
    return Renewed(renewed, unreadable)


def _renewed(data: dict[str, Any], keys: MultiFernet) -> Iterator[tuple[str, Any]]:
    for name in SECRETS:
        if isinstance(value := data.get(name), str):
            yield name, keys.rotate(value).decode()
        elif isinstance(value, list):
            yield name, [keys.rotate(each).decode() for each in value]


@lru_cache
def _keys(texts: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([_fernet(text) for text in texts])


def _fernet(text: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=b"accounts.second_factor").derive(text.encode())
    return Fernet(base64.urlsafe_b64encode(key))
