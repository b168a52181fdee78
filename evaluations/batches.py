"""The batch that takes envelopes: who may touch it when, and the private keys that outlive nothing.

Whoever writes to the database could put a key of their own in the place of the public one, and read what
comes in. So a batch shows by a keyed hash, whose key the database does not have, that its public key is ours.
"""

import hmac
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from nacl.public import PrivateKey

from evaluations import drawn_once, keyed
from evaluations.batch_keys import BatchKeyMissingError, BatchKeys
from evaluations.models import Batch, Survey

# Any number on which nobody else in this database takes a lock.
_LOCK = 8_206_002


def keys() -> BatchKeys:
    """Where the private keys lie: outside the database and its backups."""
    return BatchKeys(settings.EVALUATION_KEY_DIR)


def share() -> None:
    """Until the end of this transaction no batch is opened. An advisory lock, for it marks no row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def own() -> None:
    """Until the end of this transaction nobody adds an envelope, makes a batch or opens one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def current() -> Batch | None:
    """The batch that takes envelopes; None in an installation that never invited anybody."""
    return Batch.objects.filter(released_at=None).first()


def open_new(*, at: datetime) -> Batch:
    """A new batch that takes envelopes from `at` on. Call `own` before.

    Its private key is on disk before the batch can be seen.
    """
    batch = Batch(opened_at=at)
    batch.public_key = keys().create(batch.id)
    batch.key_mac = mac(batch)
    batch.save(force_insert=True)
    return batch


def is_genuine(batch: Batch | Survey) -> bool:
    """Whether its public key is the one that we made: nobody else knows how to say so."""
    return batch.key_mac is not None and hmac.compare_digest(bytes(batch.key_mac), mac(batch))


@transaction.atomic
def unusable() -> list[Batch | Survey]:
    """What takes envelopes that could not be opened, or by somebody else too. In the worker."""
    own()
    return [one for one in waiting() if not can_open(one)]


def waiting() -> list[Batch | Survey]:
    """What has a key and takes envelopes, or will."""
    found: list[Batch | Survey] = list(Survey.objects.exclude(public_key=None).filter(opening=None))
    batch = current()
    return [batch, *found] if batch else found


def can_open(batch: Batch | Survey) -> bool:
    """Whether its private key is there and its public one is ours. In the worker; call `own` before.

    A public key that fits the private one is ours, whatever else the database says: after an upgrade, or with
    another EVALUATION_TICKET_KEY, it is acknowledged here.
    """
    try:
        private = PrivateKey(keys().load(batch.id))
    except BatchKeyMissingError:
        return False
    if bytes(private.public_key) != bytes(batch.public_key or b""):
        return False
    if not is_genuine(batch):
        batch.key_mac = mac(batch)
        batch.save(update_fields=["key_mac"])
    return True


def put_key_back(batch: Batch | Survey) -> bool:
    """Give `batch` the public key that belongs to its private one; False where that is gone. Call `own`
    before.
    """
    try:
        private = PrivateKey(keys().load(batch.id))
    except BatchKeyMissingError:
        return False
    batch.public_key = bytes(private.public_key)
    batch.key_mac = mac(batch)
    batch.save(update_fields=["public_key", "key_mac"])
    return True


def mac(batch: Batch | Survey) -> bytes:
    """What shows that its public key is ours."""
    return keyed.digest(b"batch", batch.id.bytes + bytes(batch.public_key or b""))


@transaction.atomic
def ensure_one(*, at: datetime) -> None:
    """There is a batch that takes envelopes."""
    if current() is None:
        own()
        if current() is None:
            open_new(at=at)


@transaction.atomic
def destroy_spent_keys() -> int:
    """Destroy the keys of batches and surveys that were opened or never came to be; how many.

    Also catches up with a process that was killed between its commit and the destruction.
    """
    own()
    needed = set(Batch.objects.filter(released_at=None).values_list("id", flat=True))
    needed |= set(Survey.objects.filter(opening=None).values_list("id", flat=True))
    spent = keys().batches() - needed
    for batch in spent:
        keys().destroy(batch)
    for kind in ("batch", "survey"):
        for pk in drawn_once.names(kind):
            if UUID(pk) not in needed:
                drawn_once.forget(f"{kind}-{pk}")
    return len(spent)
