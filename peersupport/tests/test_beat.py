"""Beat's schedule when the clock does not run as it should."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from peersupport.beat import Scheduler
from peersupport.celery import app


@pytest.mark.parametrize("moved", [timedelta(days=1), timedelta(days=-1), timedelta(hours=-1), timedelta(0)])
def test_sweeps_go_on_within_two_minutes_however_the_clock_is_set(monkeypatch, moved):
    queued: list[str] = []
    with time_machine.travel(datetime(2026, 3, 24, 9, tzinfo=UTC), tick=False) as clock:
        scheduler = Scheduler(app=app)
        monkeypatch.setattr(scheduler, "apply_async", lambda entry, **_options: queued.append(entry.name))

        def minute_passes():
            queued.clear()
            clock.shift(timedelta(seconds=61))
            while scheduler.tick() == 0:
                pass

        minute_passes()
        assert queued.count("sweep") == 1
        clock.shift(moved)
        minute_passes()
        minute_passes()
        assert queued.count("sweep") == 1
