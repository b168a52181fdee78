"""Keyed hashes, each purpose with a key of its own, derived from one that the database does not have."""

import hmac

from django.conf import settings


def digest(purpose: bytes, message: bytes) -> bytes:
    """32 bytes that nobody makes who does not have EVALUATION_TICKET_KEY."""
    key = hmac.digest(settings.EVALUATION_TICKET_KEY, b"peersupport evaluations: " + purpose, "sha256")
    return hmac.digest(key, message, "sha256")
