"""Every fault of `make faults`, with few reminders, in one run of the same command."""

import json
import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from benchmarks.faults import stage
from benchmarks.faults.scenarios import FAULTS
from development.server_keeper import die_with_parent

#: All faults together; the machine may be busy with other tests.
SECONDS = 900

pytestmark = pytest.mark.timeout(SECONDS + 60)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The lines of the table by the name of the fault, and what the command ended with."""
    folder = tmp_path_factory.mktemp("faults")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", "--small"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATA_DIR": str(folder), "DEBUG": "1"},
        preexec_fn=lambda: die_with_parent(signal.SIGKILL),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    result = folder / "faults.json"
    assert result.exists(), done.stderr
    lines = json.loads(result.read_text())["lines"]
    return dict(zip((fault.__name__ for fault in FAULTS), lines, strict=True)), done


@pytest.mark.parametrize("fault", [fault.__name__ for fault in FAULTS])
def test_nothing_is_lost_and_nothing_shown_twice(played, fault):
    line = played[0][fault]
    assert line["holds"], f"{line['what']}: {line['measured']}; the goal: {line['goal']}"


def test_table_says_so_and_the_command_ends_well(played):
    lines, done = played
    assert all(line["what"] in done.stdout for line in lines.values())
    assert done.returncode == 0


@pytest.mark.parametrize(("load", "times"), [(0.1, 1), (4, 1), (13, 3.25)])
def test_busy_machine_is_given_more_time_before_the_clock_runs_ahead(monkeypatch, load, times):
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load))
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert stage.silence() == times * stage.SILENT_SECONDS
