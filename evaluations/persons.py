"""Who counts once, however often invited: kept with each invitation, and readable at the opening only.

A name is erased while an answer still waits, so the opening cannot ask for it. What is kept instead is a
keyed hash of the person, sealed to the key of the batch: each time other bytes, so that no two rows of the
database show that they are of one person, and gone with that key (docs/adr/0029-opened-once-for-a-period.md).
"""

from collections.abc import Iterable, Sequence

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from accounts.models import User
from accounts.people import who_is_who
from evaluations import keyed
from incidents.models import Involvement

SEALED_BYTES = 32 + 48
"""The keyed hash, and what SealedBox adds to it."""


class UnreadablePersonError(ValueError):
    """Not sealed to this key."""


def sealed_of(involved: Sequence[Involvement], public_key: bytes) -> list[bytes]:
    """For each of `involved` who it is, sealed; in at most one statement.

    By account, also where only its mail address was typed; else by mail address.
    """
    typed = {who_is_who.mail(one.email) for one in involved if one.employee_id is None}
    accounts = dict(User.objects.filter(email__in=typed).values_list("email", "id")) if typed else {}
    return seal(
        (
            hashed(one.employee_id or accounts.get(who_is_who.mail(one.email)) or who_is_who.mail(one.email))
            for one in involved
        ),
        public_key,
    )


def hashed(person: object) -> bytes:
    """The keyed hash of an account's id, or of a mail address."""
    return keyed.digest(b"person", str(person).encode())


def seal(people: Iterable[bytes], public_key: bytes) -> list[bytes]:
    """Each of these hashes, sealed."""
    box = SealedBox(PublicKey(public_key))
    return [box.encrypt(person) for person in people]


def unseal(sealed: bytes, private_key: bytes) -> bytes:
    """The hash in `sealed`. Raises UnreadablePersonError."""
    try:
        return SealedBox(PrivateKey(private_key)).decrypt(sealed)
    except (CryptoError, ValueError):
        raise UnreadablePersonError from None
