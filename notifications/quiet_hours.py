"""When a mail may arrive: nobody is mailed at night for what is not urgent. Pure; the hours are policy."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Amsterdam")
SATURDAY = 5


@dataclass(frozen=True)
class QuietHours:
    """From `starts` until `ends` by the clock in Europe/Amsterdam, over midnight if `ends` is the earlier;
    never when both are the same. With `weekends` also all Saturday and Sunday.
    """

    starts: time
    ends: time
    weekends: bool = False

    def holds(self, at: datetime) -> bool:
        """Whether `at` (aware) is quiet."""
        local = at.astimezone(LOCAL)
        if self.weekends and local.weekday() >= SATURDAY:
            return True
        return self.covers(local.time())

    def covers(self, moment: time) -> bool:
        """Whether the quiet hours of every day cover this time of day."""
        if self.starts <= self.ends:
            return self.starts <= moment < self.ends
        return moment >= self.starts or moment < self.ends

    def mailable_from(self, at: datetime) -> datetime:
        """`at` itself, or the moment that ends the quiet hours it lies in."""
        if not self.holds(at):
            return at
        today = at.astimezone(LOCAL).date()
        ends = (
            datetime.combine(today + timedelta(days=days), moment, tzinfo=LOCAL).astimezone(UTC)
            for days in range(8)
            for moment in (time.min, self.ends)
        )
        # In UTC: two moments of one time zone are compared by the clock on the wall.
        return next(end for end in ends if end > at and not self.holds(end))
