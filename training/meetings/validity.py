"""Until when a training is valid, and a competence. Pure."""

from calendar import monthrange
from datetime import date


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short for it."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def valid_until(attended: date, *, months: int) -> date:
    """Until when who was trained, or came to an intervision, on this day needs no other."""
    return months_after(attended, months)


def competent_until(since: date, *, years: int) -> date:
    """Until when a competence is held that was shown on this day."""
    return months_after(since, 12 * years)
