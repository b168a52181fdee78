"""Beat's schedule, by a clock that may be put back."""

from typing import Any

from celery import beat


class Scheduler(beat.Scheduler):
    """Celery's own, which remembers in memory when each entry ran last.

    When the clock is put back (a restored snapshot, a wrong time server) that moment lies ahead, and Celery
    would start nothing until it has come: no sweep for a day. Here the entry then counts as run just now.
    """

    def tick(self, *celerys: Any, **own: Any) -> float:
        """Start what is due; the seconds until the next look."""
        now = self.app.now()
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at and entry.last_run_at > now]
        for entry in ahead:
            entry.last_run_at = now
        if ahead:
            self._heap = None  # of the moments at which each would have been next
        seconds: float = super().tick(*celerys, **own)
        return seconds
