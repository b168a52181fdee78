"""Keep the demo hospital as a release left it, so that `make test` can upgrade it ever after.

`DEMO_SIZE=small DATA_DIR=… make demo-reset`, then with the same DATA_DIR `DEBUG=1 python -m
development.released_database` writes `development/databases/<version>.sql.xz`. Once for each release.
"""

import lzma
import subprocess
from pathlib import Path

from django.conf import settings

from development.server_keeper import binaries
from peersupport import VERSION
from peersupport.startup import prepare

DATABASES = Path(__file__).resolve().parent / "databases"
#: What only psql understands, and what only the newest PostgreSQL does.
_LEFT_OUT = (b"\\restrict", b"\\unrestrict", b"SET transaction_timeout")


def statements(path: Path) -> str:
    """The SQL that makes the database of `path` anew in an empty one."""
    return lzma.decompress(path.read_bytes()).decode()


def main() -> None:
    prepare()
    database = settings.DATABASES["default"]
    host = database["HOST"] or database["OPTIONS"]["host"]
    command = [
        str(binaries() / "pg_dump"),
        "--no-owner",
        "--no-privileges",
        "--inserts",
        "--rows-per-insert=500",
    ]
    dump = subprocess.run(
        [*command, "--host", host, "--username", database["USER"], database["NAME"]],
        capture_output=True,
        check=True,
    ).stdout
    kept = [line for line in dump.splitlines(keepends=True) if not line.startswith(_LEFT_OUT)]
    path = DATABASES / f"{VERSION}.sql.xz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(lzma.compress(b"".join(kept), preset=9))
    print(f"peersupport: {path.name}, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
