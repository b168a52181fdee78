"""Read by each Python that runs under faketime (tools/dates.py).

libfaketime 0.9.10, which Debian 12 has, spoils the way in which `time.sleep` of Python 3.11 sleeps: it raises
EINVAL (https://github.com/wolfcw/libfaketime/issues/426). `select` sleeps as well, and it leaves that alone.
"""

import select
import time


def sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = sleep  # type: ignore[assignment]  # it takes what has __index__ as well
