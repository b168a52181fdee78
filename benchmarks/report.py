"""The table that every measuring command prints: what, measured, goal, holds. The same as JSON under
.data/.
"""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import celery
import django
from django.conf import settings
from django.db import connection


@dataclass(frozen=True)
class Line:
    what: str
    measured: str
    goal: str
    holds: bool


def report(name: str, lines: Sequence[Line]) -> int:
    """Print `lines`, write `.data/<name>.json`, and give the exit code: 1 when a goal is missed."""
    rows = [("what", "measured", "goal", "holds")]
    rows += [(line.what, line.measured, line.goal, "yes" if line.holds else "NO") for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    path = Path(settings.DATA_DIR) / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps({"machine": _machine(), "lines": [asdict(line) for line in lines]}, indent=2) + "\n"
    )
    return 0 if all(line.holds for line in lines) else 1


def _machine() -> dict[str, str | int | None]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        [postgresql] = cursor.fetchone()
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
        "python": platform.python_version(),
        "django": django.get_version(),
        "celery": celery.__version__,
        "postgresql": postgresql,
    }
