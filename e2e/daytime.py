"""The Celery application as it works by day: browser tests that wait for a mail run at night too."""

from datetime import time

from notifications import quiet_hours
from peersupport.celery import app

# A day without quiet hours: nothing starts after its last moment or ends after its first.
quiet_hours.STARTS, quiet_hours.ENDS = time.max, time.min

__all__ = ["app"]
