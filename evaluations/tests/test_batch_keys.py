import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from nacl.public import PrivateKey

from evaluations.batch_keys import BatchKeyMissingError, BatchKeys

BATCH = UUID("11111111-2222-4333-8444-555555555555")


@pytest.fixture
def keys(tmp_path: Path) -> BatchKeys:
    return BatchKeys(tmp_path / "outside" / "keys")


def test_a_new_batch_gets_a_key_pair_whose_private_half_stays_here(keys: BatchKeys):
    public = keys.create(BATCH)

    assert bytes(PrivateKey(keys.load(BATCH)).public_key) == public
    assert keys.batches() == {BATCH}


def test_only_the_owner_can_read_a_key(keys: BatchKeys):
    before = os.umask(0)
    try:
        keys.create(BATCH)
    finally:
        os.umask(before)

    (file,) = keys.directory.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert keys.directory.stat().st_mode & 0o777 == 0o700


def test_a_key_is_never_replaced(keys: BatchKeys):
    keys.create(BATCH)
    first = keys.load(BATCH)

    with pytest.raises(FileExistsError):
        keys.create(BATCH)

    assert keys.load(BATCH) == first
    assert [file.name for file in keys.directory.iterdir()] == [f"{BATCH}.key"]


def test_of_many_who_create_the_same_key_at_once_one_does(keys: BatchKeys):
    def create(_: int) -> bytes | None:
        try:
            return keys.create(BATCH)
        except FileExistsError:
            return None

    with ThreadPoolExecutor(8) as threads:
        created = [public for public in threads.map(create, range(40)) if public]

    assert created == [bytes(PrivateKey(keys.load(BATCH)).public_key)]


def test_a_destroyed_key_is_overwritten_and_gone(keys: BatchKeys, tmp_path: Path):
    keys.create(BATCH)
    private = keys.load(BATCH)
    kept = tmp_path / "the same file under another name"
    kept.hardlink_to(keys.directory / f"{BATCH}.key")

    keys.destroy(BATCH)

    assert keys.batches() == frozenset()
    assert len(kept.read_bytes()) == 32
    assert kept.read_bytes() != private


def test_destroying_leaves_the_other_keys_and_may_be_repeated(keys: BatchKeys):
    other = uuid4()
    keys.create(BATCH)
    keys.create(other)

    keys.destroy(BATCH)
    keys.destroy(BATCH)

    assert keys.batches() == {other}


def test_a_missing_key_is_said_clearly(keys: BatchKeys):
    with pytest.raises(BatchKeyMissingError, match=f"{BATCH} is not in {keys.directory}"):
        keys.load(BATCH)
    keys.destroy(BATCH)
