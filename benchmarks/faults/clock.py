"""A clock that a fault can move, under every process of the installation at once.

The offset to the machine's clock lies in a file of eight bytes that each process maps. Whatever asks Python
for the time is given the moved one: Django, Celery and its beat; what counts seconds (`time.monotonic`, a
sleep, a time-out) is not, as with a real clock that is set. PostgreSQL and Redis keep the machine's time: the
engine asks neither for it.
"""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

_BYTES = struct.Struct("q")  # nanoseconds


class Clock:
    """The clock that the file `path` moves; the file is made where there is none."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_BYTES.pack(0))
        with path.open("r+b") as file:
            self._offset = mmap.mmap(file.fileno(), _BYTES.size)

    def time_ns(self) -> int:
        """Nanoseconds since 1970."""
        return time_machine.escape_hatch.time.time_ns() + self._kept()

    def now(self) -> datetime:
        """The moved moment, in UTC."""
        return datetime.fromtimestamp(self.time_ns() / 1e9, tz=UTC)

    def move(self, by: timedelta) -> None:
        """Put the clock forth, or back."""
        _BYTES.pack_into(self._offset, 0, self._kept() + round(by.total_seconds() * 1e9))

    def _kept(self) -> int:
        kept: int = _BYTES.unpack_from(self._offset)[0]
        return kept

    def set(self, at: datetime) -> None:
        """Put the clock at `at` (aware)."""
        self.move(at - self.now())

    def follow(self) -> time_machine.travel:
        """From here on this process, and whatever it forks, lives by this clock; until `stop()` of what comes
        back.
        """
        travel = time_machine.travel(0, tick=True)
        traveller = travel.start()
        traveller.time_ns = self.time_ns  # type: ignore[method-assign]  # what the module asks for every moment
        return travel


class StillClock(Clock):
    """A clock that stands still but when it is moved; the file holds the moment itself."""

    def time_ns(self) -> int:
        return self._kept()
