"""A key for each purpose, derived from SECRET_KEY: what is sealed with one may pass through other hands,
unreadable and unchangeable.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def fernet(purpose: str) -> Fernet:
    """The key for `purpose`: what was sealed for one opens for no other."""
    return _fernet(settings.SECRET_KEY, purpose)


@lru_cache
def _fernet(secret: str, purpose: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
