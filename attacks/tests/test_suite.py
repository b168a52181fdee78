"""Every attack of `make attack`, with few people and draws, in one run of the same command."""

import json
import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from development.server_keeper import die_with_parent

#: All together; the machine may be busy with other tests.
SECONDS = 600

pytestmark = pytest.mark.timeout(SECONDS + 60)


def test_attacks_fail_and_those_on_naive_variants_succeed(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "attacks", "--small"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATA_DIR": str(tmp_path), "DEBUG": "1"},
        preexec_fn=lambda: die_with_parent(signal.SIGKILL),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    result = tmp_path / "attacks.json"
    assert result.exists(), done.stderr
    lines = json.loads(result.read_text())["lines"]
    assert [line for line in lines if not line["holds"]] == []
    assert sum("naive" in line["what"] for line in lines) >= 3
    assert done.returncode == 0
