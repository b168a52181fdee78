"""The link of somebody without an account to the own support: signed, stored nowhere, and not to be guessed.

It opens as long as their name stands in the case.
"""

from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.urls import reverse

_SIGNER = "supporters.own-link"


def address(involvement_id: UUID) -> str:
    """The path of the link."""
    return reverse("own-link", args=[Signer(salt=_SIGNER).sign(involvement_id.hex)])


def read(signed: str) -> UUID | None:
    """Whose link it is; None for one that was not made here."""
    try:
        return UUID(Signer(salt=_SIGNER).unsign(signed))
    except BadSignature:
        return None
