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
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

logger = structlog.get_logger(__name__)

#: What of an authenticator's data is secret; of a passkey nothing, it holds the public key.
SECRETS = ("secret", "seed", "migrated_codes")


class Unreadable(Exception):
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
            raise Unreadable from None


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
            else:
                one.save(update_fields=["data"])
                renewed += 1
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
