"""The batch that takes envelopes: who may touch it when, and the private keys that outlive nothing."""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from evaluations.batch_keys import BatchKeys
from evaluations.models import Batch

# Any number on which nobody else in this database takes a lock.
_LOCK = 8_206_002


def keys() -> BatchKeys:
    """Where the private keys lie: outside the database and its backups."""
    return BatchKeys(settings.EVALUATION_KEY_DIR)


def share() -> None:
    """Until the end of this transaction no batch is released. An advisory lock, for it marks no row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def own() -> None:
    """Until the end of this transaction nobody adds an envelope, makes a batch or releases one."""
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
    batch.save(force_insert=True)
    return batch


@transaction.atomic
def ensure_one(*, at: datetime) -> None:
    """There is a batch that takes envelopes."""
    if current() is None:
        own()
        if current() is None:
            open_new(at=at)


@transaction.atomic
def destroy_spent_keys() -> int:
    """Destroy the keys of batches that were released or never came to be; how many.

    Also catches up with a process that was killed between its commit and the destruction.
    """
    own()
    needed = set(Batch.objects.filter(released_at=None).values_list("id", flat=True))
    spent = keys().batches() - needed
    for batch in spent:
        keys().destroy(batch)
    return len(spent)
