"""The private keys of batches: files outside the database and its backups, destroyed at release.

The directory (setting) must not be part of a backup: what is destroyed here must be gone. Overwriting is done
for disks on which it helps; on copy-on-write file systems and SSDs the old block may live on for a while, so
the directory belongs on a small encrypted or in-memory volume that survives a restart of the application.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from nacl.public import PrivateKey


class BatchKeyMissingError(Exception):
    """The private key of a batch is not there: destroyed at release, or this is not the right directory."""


@dataclass(frozen=True, slots=True)
class BatchKeys:
    """A directory with a file for each batch that is not released yet."""

    directory: Path

    def create(self, batch: UUID) -> bytes:
        """Make the key pair of a new batch, keep the private key, return the public one (32 bytes).

        The file (mode 0600) appears whole and is on disk when this returns: call it before the batch is
        committed. Raises FileExistsError when the batch has a key already.
        """
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        private = PrivateKey.generate()
        unfinished = self.directory / f".{batch}.{secrets.token_hex(8)}"
        _write(unfinished, bytes(private), os.O_CREAT | os.O_EXCL)
        try:
            os.link(unfinished, self._path(batch))  # unlike a rename never replaces a key
        finally:
            unfinished.unlink()
            self._sync()
        return bytes(private.public_key)

    def public_of(self, batch: UUID) -> bytes:
        """As `create`, or the public key of the private one that is there: made by who was killed then."""
        try:
            return self.create(batch)
        except FileExistsError:
            return bytes(PrivateKey(self.load(batch)).public_key)

    def load(self, batch: UUID) -> bytes:
        """The private key of a batch (32 bytes). Raises BatchKeyMissingError."""
        try:
            return self._path(batch).read_bytes()
        except FileNotFoundError:
            raise BatchKeyMissingError(
                f"The key of batch {batch} is not in {self.directory}: its envelopes cannot be opened."
            ) from None

    def destroy(self, batch: UUID) -> None:
        """Overwrite and remove the private key of a batch; nothing happens when it is gone already."""
        path = self._path(batch)
        try:
            _write(path, secrets.token_bytes(path.stat().st_size))
            path.unlink()
        except FileNotFoundError:
            return
        self._sync()

    def batches(self) -> frozenset[UUID]:
        """The batches that have a key here."""
        return frozenset(UUID(path.stem) for path in self.directory.glob("*.key"))

    def _path(self, batch: UUID) -> Path:
        return self.directory / f"{batch}.key"

    def _sync(self) -> None:
        """Make sure that what appeared or went in the directory did so on disk."""
        directory = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _write(path: Path, content: bytes, flags: int = 0) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
