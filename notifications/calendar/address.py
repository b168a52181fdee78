"""The personal calendar address: whoever has it reads one person's moments, so it is a secret.

256 random bits, stored as their SHA-256 and shown once. It is looked up by that hash, so that no comparison,
and no time that one takes, tells anything about the secret.
"""

import secrets
from datetime import datetime
from hashlib import sha256

from accounts.models import User
from notifications.models import CalendarAddress


def make(*, user: User, at: datetime) -> str:
    """A new secret for `user`; the one before it opens nothing any more."""
    secret = secrets.token_urlsafe(32)
    CalendarAddress.objects.update_or_create(
        user=user, defaults={"secret_hash": _hash(secret), "created_at": at}
    )
    return secret


def revoke(*, user: User) -> bool:
    """The address of `user` opens nothing any more; whether there was one."""
    deleted, _rows = CalendarAddress.objects.filter(user=user).delete()
    return bool(deleted)


def owner(secret: str) -> User | None:
    """Whose address it is, as long as that person is in service."""
    found = User.objects.filter(calendar_address__secret_hash=_hash(secret), is_active=True)
    return found.first()


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
