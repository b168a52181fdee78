"""`make attack`: what somebody tries in order to learn who was supported, or who answered what, as a table;
each beside a naive variant that it succeeds against. Exit code 1 when the one succeeds or the other does not.

`--small` takes few people and draws, as `make test` does.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

import django

from development import embedded_servers

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m attacks", description=__doc__)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    folder = Path(os.environ.get("DATA_DIR", ".data")).resolve() / "attacks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="benchmarks.faults.settings",
        DATABASE_URL=embedded_servers.database_url(folder),
        REDIS_URL=embedded_servers.redis_url(folder),
        EMAIL_URL="smtp://127.0.0.1:1",  # only the worker sends, to the port that it is told
        EVALUATION_KEY_DIR=str(folder / "keys"),
        FAULTS_CLOCK=str(folder / "clock"),
        LOG_LEVEL="WARNING",
    )
    django.setup()
    from attacks.suite import FULL, SMALL, main  # needs the settings

    sys.exit(main(folder, SMALL if small else FULL))
