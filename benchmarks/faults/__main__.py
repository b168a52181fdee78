"""`make faults`: every fault under 500 reminders, as a table; exit code 1 when a goal is missed.

`--small` takes few reminders, as `make test` does; names of faults play only those.
"""

import argparse
import fcntl
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import django

from development import embedded_servers


def main(names: Sequence[str], *, small: bool) -> int:
    """Play the faults `names`, or all; the exit code."""
    folder = Path(os.environ.get("DATA_DIR", ".data")).resolve() / "faults"
    folder.parent.mkdir(parents=True, exist_ok=True)
    alone = folder.with_suffix(".lock").open("w")  # held until this process ends
    try:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit("make faults runs already, from the same folder.") from None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="benchmarks.faults.settings",
        DATABASE_URL=embedded_servers.database_url(folder),
        REDIS_URL=embedded_servers.redis_url(folder),
        EMAIL_URL="smtp://127.0.0.1:1",  # only the worker sends, to the port that it is told
        FAULTS_CLOCK=str(folder / "clock"),
        LOG_LEVEL="CRITICAL",  # what breaks here is meant to
    )
    django.setup()
    from benchmarks.faults.scenarios import FAULTS, FULL, SMALL  # noqa: PLC0415  # needs the settings
    from benchmarks.faults.stage import Stage, TooLong  # noqa: PLC0415  # needs the settings
    from benchmarks.report import Line, report  # noqa: PLC0415  # needs the settings

    lines = []
    with Stage(folder) as stage:
        for fault in FAULTS:
            if names and fault.__name__ not in names:
                continue
            start = time.monotonic()
            try:
                line = fault(stage, SMALL if small else FULL)
            except TooLong as unfinished:
                line = Line(fault.__name__, str(unfinished), "done in time", holds=False)
            lines.append(line)
            print(
                f"{time.monotonic() - start:4.0f} s  {line.what}: {line.measured}",
                file=sys.stderr,
                flush=True,
            )
        return report("faults", lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    sys.exit(main(arguments.names, small=arguments.small))
