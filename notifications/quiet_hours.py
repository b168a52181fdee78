"""When a mail may arrive: nobody is mailed at night for what is not urgent."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Amsterdam")
STARTS = time(21)
ENDS = time(7)


def is_quiet(at: datetime) -> bool:
    """Whether `at` (aware) lies between 21:00 and 7:00 in Europe/Amsterdam."""
    local = at.astimezone(LOCAL).time()
    return local >= STARTS or local < ENDS


def mailable_from(at: datetime) -> datetime:
    """`at` itself, or the 7:00 in Europe/Amsterdam that ends the quiet hours it lies in."""
    if not is_quiet(at):
        return at
    local = at.astimezone(LOCAL)
    morning = local.date() if local.time() < ENDS else local.date() + timedelta(days=1)
    return datetime.combine(morning, ENDS, tzinfo=LOCAL)
