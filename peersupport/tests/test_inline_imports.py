"""An import inside a function gives its reason, from a short list; ruff finds what gives none."""

import re
from pathlib import Path

from django.conf import settings

REASONS = {
    "built on this module",
    "needs the registry of models",
    "needs the settings",
    "no part of an installation",
    "slow to load",
}


def test_each_gives_a_reason_from_the_list():
    given = {}
    for path in Path(settings.BASE_DIR).glob("[a-z]*/**/*.py"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.match(r"\s+(from|import) .*noqa: PLC0415", line):
                given[f"{path.relative_to(settings.BASE_DIR)}:{number}"] = line.rpartition("# ")[2]
    assert len(given) > 10
    assert {place: reason for place, reason in given.items() if reason not in REASONS} == {}
